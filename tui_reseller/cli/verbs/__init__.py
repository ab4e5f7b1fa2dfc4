"""The verbs, one module per group. main.py names them; each is imported when it is called."""
