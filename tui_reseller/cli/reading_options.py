"""Options of every verb that reads a file of the operator: how its columns and cells are meant."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict, TypeVar

import click

from tui_reseller.domain.printed import Typed, Word
from tui_reseller.services.files.options import ReadingOptions
from tui_reseller.services.plan_checks import Checking

F = TypeVar("F", bound=Callable[..., object])


class ReadingGiven(TypedDict):
    """What the options were given."""

    encoding: str
    renamed: Sequence[str]
    ignored: str
    blank: str
    accept_doubtful: bool


def reads_files(function: F) -> F:
    """Add the options to a verb that has --from."""
    for option in (
        click.option("--accept-doubtful", is_flag=True, help="Take cells that look as if no person had written them."),
        click.option(
            "--blank",
            type=click.Choice(["keep", "clear"]),
            default="keep",
            help="What an empty cell does to its field.",
        ),
        click.option("--ignore-columns", "ignored", metavar="A,B", default="", help="Leave columns of the file aside."),
        click.option("--map", "renamed", metavar="HEAD=FIELD", multiple=True, help="Say which field a column is."),
        click.option("--encoding", metavar="NAME", default="", help="Of the file, if not UTF-8 or marked: cp1252."),
    ):
        function = option(function)
    return function


def odd_names_option(function: F) -> F:
    """Add the option that lets a new username look like another one."""
    return click.option("--allow-odd-names", is_flag=True, help="Take new usernames that look like others.")(function)


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read and checked, as the options of a verb say it."""

    options: ReadingOptions
    checking: Checking
    given: ReadingGiven

    @property
    def is_plain(self) -> bool:
        """Whether nothing was said."""
        given = self.given
        return not (given["encoding"] or given["renamed"] or given["ignored"] or given["accept_doubtful"]) and (
            given["blank"] == "keep"
        )

    @property
    def words(self) -> list[Word]:
        """The options that a later reading of the same file needs."""
        given = self.given
        found: list[Word] = ["--encoding", Typed(given["encoding"])] if given["encoding"] else []
        for pair in given["renamed"]:
            found += ["--map", Typed(pair)]
        found += ["--ignore-columns", Typed(given["ignored"])] if given["ignored"] else []
        return [*found, "--blank", "clear"] if given["blank"] == "clear" else found


def reading_from(given: ReadingGiven, *, allow_odd_names: bool = False) -> Reading:
    """Return what the options say. Raises UsageError for one that cannot be read."""
    options = ReadingOptions(
        encoding=given["encoding"],
        renamed=_pairs(given["renamed"]),
        ignored=[head for head in map(str.strip, given["ignored"].split(",")) if head],
        clears=given["blank"] == "clear",
    )
    checking = Checking(accept_doubtful=given["accept_doubtful"], allow_odd_names=allow_odd_names)
    return Reading(options, checking, given)


def _pairs(given: Sequence[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for text in given:
        head, equals, name = text.rpartition("=")
        if not equals or not head.strip() or not name.strip():
            raise click.UsageError("a column is mapped by --map 'HEAD=FIELD'")
        found[head.strip()] = name.strip()
    return found
