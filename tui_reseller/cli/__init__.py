"""The command line, for scripts: one module per verb group, one writer to stdout, one to stderr, exit codes.

Knows services and domain only. Never asks when stdin is no terminal.
"""
