"""Who we are at a service, as a sign-in shows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """What the cheapest read that proves a key told. Account is the name of our own account there, empty where the
    service does not tell; seen are usernames of customers that came with it; scopes is what the key may do, None where
    the service does not tell.
    """

    account: str = ""
    seen: tuple[str, ...] = ()
    scopes: frozenset[str] | None = None
