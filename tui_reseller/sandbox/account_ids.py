"""Account ids: opaque to whoever sees them, and worked out from the customer's number by whoever knows the seed."""

from __future__ import annotations

import hashlib

_PREFIX = "sg"
_SALT_BYTES, _NUMBER_BYTES = 12, 4


def account_id(seed: int, ident: int) -> str:
    """Return the account id of a customer."""
    salt = _salt(seed, ident)
    return _PREFIX + (salt + _masked(ident, salt).to_bytes(_NUMBER_BYTES, "big")).hex()


def ident_of(seed: int, value: str) -> int | None:
    """Return the number of the customer with an account id; None for what is no account id of this seed."""
    try:
        content = bytes.fromhex(value.removeprefix(_PREFIX))
    except ValueError:
        return None
    salt, number = content[:_SALT_BYTES], content[_SALT_BYTES:]
    if not value.startswith(_PREFIX) or len(number) != _NUMBER_BYTES:
        return None
    ident = _masked(int.from_bytes(number, "big"), salt)
    return ident if account_id(seed, ident) == value else None


def _salt(seed: int, ident: int) -> bytes:
    return hashlib.blake2b(b"account:%d:%d" % (seed, ident), digest_size=_SALT_BYTES).digest()


def _masked(number: int, salt: bytes) -> int:
    return number ^ int.from_bytes(salt[:_NUMBER_BYTES], "big")
