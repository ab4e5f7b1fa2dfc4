"""TUI Reseller: look after the customers of an e-mail reseller account, on a screen or in a script."""

__version__ = "0.2.0"
