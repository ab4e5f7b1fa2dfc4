"""A new customer before the service has given it its key."""

import secrets

NEW = "new:"
"""How the name begins under which an operation is written down until its customer has a key."""
_SIGNS = 6


def name_for_now() -> str:
    """Return a name of ours that nothing else has, for what the service is asked to open, until it answers."""
    return f"{NEW}{secrets.token_hex(_SIGNS)}"
