"""What a service has not is refused with the reason; help and columns are made from the services' tables."""

from dataclasses import replace

import click
import pytest

from tui_reseller.cli.main import root, verbs
from tui_reseller.cli.provider_help import text_for
from tui_reseller.cli.query import default_columns
from tui_reseller.domain.operation import WRITES, Operation, verb_of
from tui_reseller.domain.providers import PROVIDERS
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2

LEAN = replace(
    RESELLER_V2,
    id="lean",
    title="Lean service",
    actions={
        operation: action
        for operation, action in RESELLER_V2.actions.items()
        if operation not in {Operation.DELETE, Operation.PASSWORD, Operation.CREATE, Operation.DISABLE}
    },
    lacks={Operation.DELETE: "ask the vendor to close it"},
)
CALLS = [
    (["delete", "c1", "--confirm", "c1"], "delete"),
    (["password", "c1", "--generate-password", "--confirm", "c1"], "password"),
    (["create", "username=neu", "--generate-password", "--yes"], "new customers"),
    (["disable", "c1", "c2", "--yes"], "way to disable sending"),
    (["disable", "c1", "--dry-run"], "way to disable sending"),
]


@pytest.fixture
def lean(desk, monkeypatch):
    monkeypatch.setitem(PROVIDERS, LEAN.id, LEAN)
    desk.add("lean", provider=LEAN.id)
    return lambda *argv, **more: desk(*argv, "--profile", "lean", **more)


@pytest.mark.parametrize(("argv", "what"), CALLS, ids=[" ".join(argv) for argv, _ in CALLS])
def test_what_the_service_has_not_is_refused_before_anything_is_read_or_asked(desk, lean, argv, what):
    ran = lean(*argv, answers=[])
    assert (ran.code, ran.out, desk.service.sent, desk.service.reads) == (11, "", [], 0)
    assert f"Lean service has no {what}" in ran.err


def test_the_refusal_says_what_to_do_instead(lean):
    assert "ask the vendor to close it" in lean("delete", "c1", "--confirm", "c1").err


def test_what_the_service_has_is_done(desk, lean):
    assert lean("enable", "c1", "--yes").code == 0
    assert lean("set", "c1", "city=Rom", "--yes").code == 0
    assert [call.operation for call in desk.service.sent] == [Operation.SET], "c1 was sending already"


def test_a_plan_takes_only_actions_of_the_service(lean):
    ran = lean("plan", "new", "--filter", "sending:on", "--action", "delete")
    assert ran.code == 2
    assert "no action 'delete'" in ran.err


def _callback(verb: str) -> object:
    command: click.Command | None = root
    for word in verb.split():
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), word)
    assert command is not None
    return command.callback


@pytest.mark.parametrize("operation", WRITES)
def test_the_help_of_a_verb_says_which_services_have_it(monkeypatch, operation):
    monkeypatch.setitem(PROVIDERS, LEAN.id, LEAN)
    having = ", ".join(provider.id for provider in PROVIDERS.values() if provider.has(operation))
    assert text_for(_callback(verb_of(operation))).endswith(f"Providers: {having}.")


def test_every_verb_of_an_operation_is_printed_with_its_services():
    plain = {" ".join(path): command.help or "" for path, command, _ in verbs()}
    for provider in PROVIDERS.values():
        assert all(provider.id in plain[verb_of(operation)] for operation in provider.actions)
    assert all("Examples:" in text for text in plain.values())


def test_the_columns_of_a_table_are_those_of_the_service():
    found = default_columns(RESELLER_V2)
    assert found == (
        "username", "email", "sending", "website_access", "first_name", "last_name", "country", "city",
    )  # fmt: skip
    assert default_columns(replace(RESELLER_V2, fields=RESELLER_V2.fields[:2], place_fields=())) == (
        "username", "email", "first_name", "last_name",
    )  # fmt: skip


def test_columns_are_read_in_one_way(desk):
    ran = desk("list", "--columns", "City, username,city")
    assert list(ran.rows[0]) == ["city", "username"]
    assert 'no column "ctiy"\ndid you mean city?' in desk("list", "--columns", "ctiy").err
    assert 'no column "ctiy"\ndid you mean city?' in desk("list", "--sort", "ctiy").err
    assert desk("list", "--columns", " , ").code == 2
