"""Presenters: domain values to text. Pure functions."""
