"""The front door for people. Knows services and domain; no wire format, no SQL, no file.

commands.py declares every key once; screens/main.py turns a key into a flow; flows/ hold one conversation per verb
(ask, call the service, notify); dialogs/ return a value and change nothing; panes/ show what they are given;
presenters/ turn domain values into text and are pure; view_state.py is the one state of the main screen.
"""
