"""Where a new password comes from: stdin, made here, or typed twice. Never from an argument."""

import secrets

import click

from tui_reseller.cli.names import read_secret
from tui_reseller.cli.talk import Talk
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.password import generate_password
from tui_reseller.domain.secret import Secret


def new_password(talk: Talk, *, from_stdin: bool, generated: bool) -> Secret:
    """Return a password. Raises UsageError where nobody can be asked, InvalidInput if the two typed ones differ."""
    if from_stdin and generated:
        raise click.UsageError("--password-stdin and --generate-password: one of the two is too many")
    if generated:
        return made_password()
    if from_stdin:
        return read_secret("password")
    if not talk.can_ask:
        raise click.UsageError("no password: use --generate-password or --password-stdin")
    first = talk.ask_hidden("New password")
    if not first:
        raise InvalidInput("no password was typed; nothing was sent", field="password")
    if talk.ask_hidden("The same again") != first:
        raise InvalidInput("the two passwords differ; nothing was sent", field="password")
    return first


def made_password() -> Secret:
    """Return a new random password of 24 characters."""
    return generate_password(secrets.choice)
