"""Flows: one conversation per verb. Plain async functions of the ProfileContext: ask, call the service, notify.

commands.py names which function a command does.
"""
