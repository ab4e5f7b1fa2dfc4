"""Where a new password comes from: stdin, made here, or typed twice. Never from an argument."""

import secrets

import click

from tui_reseller.cli.argument_values import read_secret
from tui_reseller.cli.console import Console
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.password import generate_password
from tui_reseller.domain.secret import Secret


def new_password(console: Console, *, from_stdin: bool, generated: bool) -> Secret:
    """Return a password. Raises UsageError where nobody can be asked, InvalidInput if the two typed ones differ."""
    if from_stdin and generated:
        raise click.UsageError("--password-stdin and --generate-password: one of the two is too many")
    if generated:
        return generated_password()
    if from_stdin:
        return read_secret("password")
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
