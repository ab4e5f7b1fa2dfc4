r"""Commands that we print: what is copied out of a message into a shell does what it says, and nothing else.

Bash, zsh and fish agree on single quotes only around a text without ' and \: nothing else is ever written. Text of
others (of the service, of a file, typed by somebody) is never quoted either: it stands in a command only where no shell
and no option parser could take any sign of it for something else. Where it may not stand, the command has to name the
thing in another way: a plan by its digest, an operation by its id; or words say what to do.
"""

import re
from dataclasses import dataclass
from typing import overload

from tui_reseller.domain.text import clean

PROGRAM = "tui-reseller"
LONGEST = 256
PLAIN = "[A-Za-z0-9@._+][A-Za-z0-9@._+-]*"
"""The pattern of a text of others that may stand in a printed command."""
_PLAIN = re.compile(PLAIN)
_BARE = re.compile(r"[A-Za-z0-9@._+/:,-][A-Za-z0-9@._+/:,=-]*")


@dataclass(frozen=True, slots=True)
class Foreign:
    """Text of others in a command, where need be behind a word of ours, as in `city=Oslo`; behind one it may be empty.

    It stands there as it is, or not at all.
    """

    text: str
    behind: str = ""

    @property
    def may_stand(self) -> bool:
        """Whether it may stand in a command."""
        return is_plain(self.text) or (not self.text and bool(self.behind))


@dataclass(frozen=True, slots=True)
class Typed:
    """Text of the operator at the keyboard, such as the path of a file of theirs: it may be quoted."""

    text: str

    @property
    def may_stand(self) -> bool:
        """Whether it may stand in a command."""
        return _is_quotable(self.text)


Word = str | Foreign | Typed
"""A word of a command; a str is one of our own: a verb, an option, an id, the name of a profile, a number."""


def is_plain(text: str) -> bool:
    """Whether a text of others may stand in a printed command: letters, digits and @._+- only, and no option."""
    return len(text) <= LONGEST and _PLAIN.fullmatch(text) is not None


def is_bare(text: str) -> bool:
    """Whether every shell takes a text, as it stands, for one word."""
    return len(text) <= LONGEST and _BARE.fullmatch(text) is not None


@overload
def command(*words: str) -> str: ...
@overload
def command(*words: Word) -> str | None: ...
def command(*words: Word) -> str | None:
    """Return a command of this program to be printed; None if a text of others or of the operator may not stand in it.

    It belongs at the end of a line, so that it can be taken as a whole.
    """
    return line(PROGRAM, *words)


@overload
def line(*words: str) -> str: ...
@overload
def line(*words: Word) -> str | None: ...
def line(*words: Word) -> str | None:
    """Return words as a shell must be given them: a part of a command, or one of another program. None as command().

    Raises ValueError for a word of our own that no shell could be given: that is a defect.
    """
    if not all(isinstance(word, str) or word.may_stand for word in words):
        return None
    return " ".join(_written(word) for word in words)


def _written(word: Word) -> str:
    if isinstance(word, Foreign):
        return word.behind + word.text
    text = word if isinstance(word, str) else word.text
    if _BARE.fullmatch(text):
        return text
    if not _is_quotable(text):
        raise ValueError("a word that cannot be quoted for every shell")
    return f"'{text}'"


def _is_quotable(text: str) -> bool:
    """Whether every shell reads a text between single quotes as it is, and a reader sees all of it."""
    return len(text) <= LONGEST and text.isprintable() and clean(text) == text and not set(text) & {"'", "\\"}
