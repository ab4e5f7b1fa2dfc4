"""Where a new password comes from: stdin, made here, or typed twice. Never from an argument."""

import secrets
from collections.abc import Callable, Sequence
from functools import partial

import click

from tui_reseller.cli.argument_values import read_secret, read_secrets
from tui_reseller.cli.console import Console
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.password import generate_password
from tui_reseller.domain.secret import Secret


def password_source(console: Console, *, from_stdin: bool, generated: bool) -> Callable[[], Secret]:
    """Return what gives a new password when it is needed.

    Stdin is read at once: a pipe may never end, and later the event loop has the signals. A person is asked when the
    password is needed: then UsageError is raised where nobody can be asked, InvalidInput if the two typed ones differ.
    """
    if from_stdin and generated:
        raise click.UsageError("--password-stdin and --generate-password: one of the two is too many")
    if from_stdin:
        given = read_secret("password")
        return lambda: given
    return generated_password if generated else partial(_typed, console)


def old_password_source(console: Console) -> Callable[[], Secret]:
    """Return what asks a person for the present password. It returns an empty one where nobody can be asked."""
    return lambda: console.ask_hidden("Old password") if console.can_ask else Secret("")


def passwords_from_stdin(*, is_new: bool, generated: bool) -> Sequence[Callable[[], Secret]]:
    """Return what gives the old and the new password, where the old one is the first line of stdin: the new one is the
    second, or made here. Raises UsageError where it would have to be typed, InvalidInput for an empty line.
    """
    if is_new and generated:
        raise click.UsageError("--password-stdin and --generate-password: one of the two is too many")
    if not is_new and not generated:
        raise click.UsageError("stdin holds the old password: use --generate-password or --password-stdin, too")
    lines = read_secrets("old password", "password") if is_new else read_secrets("old password")
    given = [partial(_same, line) for line in lines]
    return given if is_new else [*given, generated_password]


def _same(secret: Secret) -> Secret:
    return secret


def _typed(console: Console) -> Secret:
    if not console.can_ask:
        raise click.UsageError("no password: use --generate-password or --password-stdin")
    first = console.ask_hidden("New password")
    if not first:
        raise InvalidInput("no password was typed; nothing was sent", field="password")
    if console.ask_hidden("The same again") != first:
        raise InvalidInput("the two passwords differ; nothing was sent", field="password")
    return first


def generated_password() -> Secret:
    """Return a new random password of 24 characters."""
    return generate_password(secrets.choice)
