"""Passwords of customers: what is refused, what is warned of, how one is made (reseller-v2 5.9)."""

import string
from collections.abc import Callable, Sequence
from enum import Enum

from tui_reseller.domain.fields import Finding
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.secret import Secret

MIN_LENGTH = 6
ADVISED_LENGTH = 8
MAX_LENGTH = 128
GENERATED_LENGTH = 24
# Without signs that are read for one another over the phone, and without those that shells and SMTP clients mangle.
_LETTERS = "".join(sorted(set(string.ascii_letters) - set("lIO")))
_DIGITS = "23456789"
_ALPHABET = _LETTERS + _DIGITS + "-_."


class PasswordState(Enum):
    """What is known of a password in a file of ours. The words are of one length: each fits into the place of another.

    Applied: the service has it. Unknown: it may have it. Refused: it certainly does not. Pending: it is being sent.
    """

    PENDING = "pending"
    APPLIED = "applied"
    UNKNOWN = "unknown"
    REFUSED = "refused"

    @property
    def is_open(self) -> bool:
        """Whether more may become known of it."""
        return self in {PasswordState.PENDING, PasswordState.UNKNOWN}

    @classmethod
    def of(cls, outcome: Outcome | None, *, begun: bool) -> "PasswordState":
        """Return what an outcome says of the password that was sent; None, with *begun*, is one that is not known yet.

        What was not begun never left, whatever its outcome is called.
        """
        if not begun or outcome in _NOT_CARRIED_OUT:
            return cls.REFUSED
        return cls.APPLIED if outcome is not None and outcome.is_applied else cls.UNKNOWN


_NOT_CARRIED_OUT = frozenset({Outcome.REJECTED, Outcome.NOT_SENT, Outcome.VERIFIED_NOT_APPLIED})


def check_password(password: Secret, username: str = "") -> list[Finding]:
    """Check a new password: at least 6 characters; below the newest rule of the service (8-128, a letter and a digit)
    it is a warning. No text found here holds the password.
    """
    value = password.reveal()
    found: list[Finding] = []
    if len(value) < MIN_LENGTH:
        found.append(Finding("password", f"Password needs at least {MIN_LENGTH} characters"))
    if len(value) > MAX_LENGTH:
        found.append(Finding("password", f"Password has more than {MAX_LENGTH} characters"))
    if any(ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 or 0xD800 <= ord(char) < 0xE000 for char in value):
        found.append(Finding("password", "Password holds control characters"))
    if username and value == username:
        found.append(Finding("password", "Password equals the username"))
    if MIN_LENGTH <= len(value) < ADVISED_LENGTH or not (_has(value, str.isalpha) and _has(value, str.isdigit)):
        found.append(
            Finding("password", "the newest rule asks for 8 to 128 characters, a letter and a digit", warning=True)
        )
    if not value.isascii():
        found.append(Finding("password", "Password has letters that some mail programs cannot send", warning=True))
    return found


def generate_password(choose: Callable[[Sequence[str]], str], length: int = GENERATED_LENGTH) -> Secret:
    """Make a password of *length* characters with letters and digits. *choose* picks one of a sequence at random;
    hand in secrets.choice.
    """
    while True:
        value = "".join(choose(_ALPHABET) for _ in range(length))
        if _has(value, str.isalpha) and _has(value, str.isdigit) and value[0].isalnum() and value[-1].isalnum():
            return Secret(value)


def _has(value: str, kind: Callable[[str], bool]) -> bool:
    return any(kind(char) for char in value)
