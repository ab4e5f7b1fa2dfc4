"""Arguments that name something: usernames, `field=value` pairs, durations. Read here, checked elsewhere."""

import contextlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from tui_reseller.cli.console import Console
from tui_reseller.cli.operator_files import LARGEST_SECRET, STDIN, read_bytes, read_text
from tui_reseller.domain.duration import read_duration
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.secret import Secret
from tui_reseller.services.files.usernames import read_username_list, usernames_from
from tui_reseller.system.files import at_home


def given_usernames(given: Sequence[str], *, zeros: bool = False) -> list[str] | bytes:
    """Return the usernames of the command line, or for `-` alone all that stdin holds. Raises InvalidInput."""
    from_stdin = tuple(given) == (STDIN,)
    if not from_stdin and STDIN in given:
        raise InvalidInput("- stands alone: usernames come from stdin or from the command line, not from both")
    if zeros and not from_stdin:
        raise InvalidInput("-0 is for usernames from stdin: name them by -")
    return read_bytes(STDIN) if from_stdin else list(given)


def read_usernames(
    given: list[str] | bytes, provider: Provider, operation: Operation, console: Console, *, zeros: bool = False
) -> list[str]:
    """Return usernames in order, each once, for an operation of a service. Those of stdin are one a line, with *zeros*
    between zero bytes, or a column of a file. Raises InvalidInput.
    """
    if isinstance(given, bytes):
        found = read_username_list(provider, operation, given, zeros=zeros)
    else:
        found = usernames_from(given)
    for note in found.notes:
        console.say(note)
    return found.names


def read_secret(what: str) -> Secret:
    """Return the first line of stdin as a secret. Raises InvalidInput if it is empty."""
    return read_secrets(what)[0]


def read_secrets(*what: str) -> list[Secret]:
    """Return the first lines of stdin as secrets, one for each that is wanted. Raises InvalidInput if one is empty,
    or stdin is a long file.
    """
    lines = [line.rstrip("\r") for line in read_text(STDIN, LARGEST_SECRET).split("\n", len(what))]
    for place, name, line in zip(("first", "second"), what, [*lines, "", ""], strict=False):
        if not line:
            raise InvalidInput(f"stdin holds no {name}: its {place} line is empty")
    return [Secret(line) for line in lines[: len(what)]]


def read_pairs(given: Iterable[str]) -> dict[str, str]:
    """Return `field=value` arguments. A password among them is refused: arguments are seen by every process."""
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if name.strip().lower() in {"password", "api_key", "key", "secret", "proxy_password"}:
            raise InvalidInput(f"{name} is never an argument: every process of this machine could read it")
        if not equals or not name:
            raise click.UsageError("fields are written field=value")
        if name in found:
            raise InvalidInput(f"{name} is given twice", field=name)
        found[name] = value
    return found


def read_time(text: str, now: datetime) -> datetime:
    """Return a time given in ISO 8601 (UTC unless it has an offset) or as how long ago. Raises InvalidInput."""
    with contextlib.suppress(InvalidInput):
        return now - read_duration(text)
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput("a time is 2026-11-20, 2026-11-20T14:00 or how long ago: 24h") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class JobNumber(click.ParamType[int]):
    """7, or job-7 as the audit log calls it."""

    name = "job"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number. Fails as click does for what is none."""
        text = str(value).removeprefix("job-")
        if not text.isascii() or not text.isdigit():
            self.fail("a job is named by its number: 7", param, ctx)
        return int(text)


class FilePath(click.ParamType[Path]):
    """A file of the operator; a leading ~ is their home also where no shell reads it, as in --out=~/new.plan."""

    name = "file"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:  # noqa: ARG002
        """Return the path."""
        return at_home(str(value))
