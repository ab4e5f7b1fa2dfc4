"""Dialogs: each returns a value, or None for "leave", and changes nothing."""
