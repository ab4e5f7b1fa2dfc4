"""Screens: they turn keys into flows and show what comes of it."""
