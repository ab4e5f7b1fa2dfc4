"""Completion: what the program offers at the cursor, and what bash, zsh and fish make of it."""

import asyncio
import re
import shutil
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click
import pexpect
import pytest

from tests.harness.v2 import a_customer, frame_from
from tests.harness.waiting import missing
from tui_reseller.cli.main import verbs
from tui_reseller.cli.offers import MOST, offers_for
from tui_reseller.domain.profile import Profile
from tui_reseller.storage.paths import Paths
from tui_reseller.storage.snapshot import Snapshots

HOSTILE = ["ga;touch P", "ga$(touch P)", "ga`touch P`", "ga b", "ga'x", "ga\nb", "ga\x1b[2J", "gä", "-ga", "ga\u202eb"]
NAMES = ["garcia@mail.example", "garcia@post.example", "garcia.web", "gonzo", "x:1", *HOSTILE]
FREE = {
    "limit", "max_age", "timeout", "days",
     "months", "label", "text", "renamed", "ignored", "reason", "unlock", "confirm",
    "address", "until", "new", "addresses", "package", "addons", "batch", "operator", "since", "anchor", "note",
    "base_url", "eu_base_url", "api_user", "secret_command", "proxy", "max_rows", "max_percent", "customers", "seed",
    "role", "port", "faults", "host", "eu_port", "scopes", "max_page", "folder", "in_flight", "per_second", "approvals",
    "break_glass", "digest",
}  # fmt: skip
"""Parameters that are written by hand: numbers, times, words of the operator; and what confirms something grave."""


@pytest.fixture
def told(desk, monkeypatch):
    """Ask what is offered at the end of a line: pairs of kind and value."""

    def ask(line: str) -> list[tuple[str, str]]:
        monkeypatch.setenv("_TUI_RESELLER_COMPLETE", "bash")
        monkeypatch.setenv("_TUI_RESELLER_LINE", f"tui-reseller {line}")
        ran = desk()
        monkeypatch.delenv("_TUI_RESELLER_COMPLETE")
        assert (ran.code, ran.err) == (0, "")
        return [(kind, value) for kind, value, _help in (row.split("\t") for row in ran.out.splitlines())]

    return ask


def keep(cache: Path, account: str, names) -> Snapshots:
    snapshots = Snapshots(cache)
    frame = frame_from([a_customer(name, f"{number}@x.example") for number, name in enumerate(names)])
    asyncio.run(snapshots.save(account, datetime(2026, 5, 1, tzinfo=UTC), frame))
    return snapshots


@pytest.fixture
def listed(desk):
    def keep_names(names):
        return keep(desk.folder / "cache", desk.services(None, False).profiles.get("acme").account, names)

    return keep_names


def values(found):
    return [value for _kind, value in found]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("webs", ["website-enable", "website-disable"]),
        ("list --profile a", ["acme"]),
        ("list --profile=a", ["--profile=acme"]),
        ("profile use ac", ["acme"]),
        ("list --output=t", ["--output=table"]),
        ("list --columns usern", ["username"]),
        ("list --columns username,emai", ["username,email"]),
        ("list --columns username,email,usern", []),
        ("list --sort emai", ["email"]),
        ("list --sort email:", ["email:desc"]),
        ("list --filter sending:o", ["sending:on", "sending:off"]),
        ("stats --top bounce_", ["bounce_share", "bounce_drops"]),
        ("plan new --action web", ["website-enable", "website-disable"]),
        ("set x cit", ["city="]),
        ("set x city=1 cit", []),
        ("create userna", ["username="]),
        ("profile set acme form", ["format="]),
        ("profile set acme format=x", ["format=xml"]),
        ("profile set acme protected=t", ["protected=true"]),
        ("credits set x rec", ["recurring"]),
        ("rename old ", []),
        ("delete x --confirm ", []),
        ("completion z", ["zsh"]),
        ("config che", ["check"]),
        ("ledger member add x --may read,a", ["read,approve", "read,admin"]),
        ("no-such-verb x", []),
        ("list --no-such", []),
    ],
)
def test_what_is_known_without_a_list_is_offered(told, line, expected):
    assert values(told(line)) == expected


@pytest.mark.parametrize(
    "line", ["plan new --from ", "create --from=x", "ledger backup ", "plan show x/y", "list --to "]
)
def test_files_are_left_to_the_shell(told, line):
    assert told(line) == [("file", " ")]


def test_usernames_come_from_the_list_on_disk_and_none_that_a_shell_would_act_on(told, listed):
    listed(NAMES)
    assert values(told("show garcia@")) == ["garcia@mail.example", "garcia@post.example"]
    assert values(told("disable garcia.web g")) == ["garcia.web", "garcia@mail.example", "garcia@post.example", "gonzo"]
    assert values(told("--profile acme show gon")) == ["gonzo"]
    assert values(told("show --profile nobody gon")) == []
    assert values(told("audit list --username gon")) == ["gonzo"]
    assert not set(values(told("show "))) & set(HOSTILE)


def test_nothing_is_asked_of_the_service_and_no_ledger_is_made(told, listed, desk):
    listed(NAMES)
    told("show g")
    assert not desk.service.sent
    assert not list((desk.folder / "state").glob("ledger*"))


def test_many_usernames_are_offered_by_how_they_go_on(told, listed):
    listed([f"customer{number}.{side}" for number in range(MOST) for side in ("mail", "web")])
    assert told("show c") == [("open", f"customer{digit}") for digit in range(10)]
    assert told("show customer99.m") == [("plain", "customer99.mail")]


def test_a_username_that_others_go_on_from_is_offered_too(told, listed):
    listed(["ab", *(f"ab{number:03}" for number in range(MOST + 1))])
    assert told("show a") == [("plain", "ab"), ("open", "ab0"), ("open", "ab1")]


def test_what_changed_since_the_list_was_read_counts(told, listed):
    snapshots = listed(["old-name", "closed"])
    account = next(iter((snapshots._folder).iterdir()))
    assert account
    found = [("old-name", a_customer("new-name", "n@x.example")), ("closed", None)]
    asyncio.run(snapshots.note(Profile("acme", "acme-user", "https://api.example.com/apiv2").account, found))
    assert values(told("show ")) == ["new-name"]


@pytest.mark.parametrize("harm", ["list-", "head.json"])
def test_a_damaged_list_offers_nothing(told, listed, desk, harm):
    listed(NAMES)
    (found,) = (desk.folder / "cache").glob(f"*/{harm}*")
    found.write_bytes(b"nonsense")
    assert told("show g") == []


def test_ids_jobs_and_plans_are_offered(told, desk):
    desk("disable", "c1", "--yes")
    (entry,) = desk("audit", "list").rows
    assert values(told("audit show ")) == [entry["id"]]
    assert values(told(f"undo {entry['id'][:4]}")) == [entry["id"]]
    assert values(told("verify ")) == []
    desk("plan", "new", "--all", "--action", "disable")
    (plan,) = values(told("plan apply "))
    assert desk("plan", "apply", plan, "--confirm", "2 acme").code == 0
    assert values(told("job show ")) == ["1"]
    assert values(told("undo job-")) == ["job-1"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("show 'gar", "garcia.web"),
        ('show "gar', "garcia.web"),
        ("show gar\\cia.w", "garcia.web"),
        ("show gar\\", "garcia.web"),
    ],
)
def test_quotes_that_are_open_are_read_as_the_shell_would(told, listed, typed, expected):
    listed(["garcia.web", "b c"])
    assert values(told(typed)) == [expected]


def test_every_parameter_is_offered_for_or_written_by_hand():
    unsaid = set()
    for path, command, _ in verbs():
        ctx = click.Context(command, info_name=" ".join(path), parent=click.Context(click.Group("x"), info_name="x"))
        for one in command.params:
            is_word = not (isinstance(one, click.Option) and (one.is_flag or one.count))
            if is_word and not isinstance(one.type, click.Choice) and offers_for(ctx, one) is None:
                unsaid.add(one.name)
    assert unsaid == FREE


BEGIN = {
    "bash": (["--norc", "--noprofile", "-i"], "source {script}"),
    "zsh": (["-f", "-i"], "autoload -Uz compinit; compinit -u -D; source {script}"),
    "fish": (["--no-config", "-i"], "source {script}"),
}
TYPED = [
    ("show gon", ["show", "gonzo", "END"]),
    ("show garcia@m", ["show", "garcia@mail.example", "END"]),
    ("show garci", ["show", "garciaEND"]),
    ("show garcia@", ["show", "garcia@END"]),
    ("list --output=ta", ["list", "--output=table", "END"]),
    ("list --columns username,ema", ["list", "--columns", "username,emailEND"]),
    ("profile set acme form", ["profile", "set", "acme", "format=END"]),
    ("website-d", ["website-disable", "END"]),
    ("plan show ./he", ["plan", "show", "./heard", "END"]),
]
"""What is typed before Tab, and the words that a program is given when END is typed behind it."""


@pytest.fixture
def there(tmp_path) -> dict[str, str]:
    """An account of the operating system with a profile and a list."""
    folders = {name: tmp_path / "account" / name for name in ("config", "state", "cache")}
    ours = {name: folder / "tui-reseller" for name, folder in folders.items()}
    for folder in ours.values():
        folder.mkdir(parents=True, mode=0o700)
    paths = Paths(ours["config"], ours["state"], ours["cache"])
    (paths.config / "config.toml").write_text('[profiles.acme]\napi_user = "acme"\n')
    (paths.config / "config.toml").chmod(0o600)
    keep(paths.cache, Profile("acme", "acme").account, NAMES)
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8",
        **{f"XDG_{name.upper()}_HOME": str(folder) for name, folder in folders.items()},
    }  # fmt: skip


@pytest.mark.in_turn(3)
@pytest.mark.terminal
@pytest.mark.slow
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_what_is_typed(there, tmp_path, shell, desk):
    if shutil.which(shell) is None:
        missing(shell)
    script = tmp_path / "script"
    script.write_text(desk("completion", shell).out)
    (tmp_path / "heard").touch()
    options, start = BEGIN[shell]
    environment = there | {"TERM": "xterm", "INPUTRC": "/dev/null"}
    child = pexpect.spawn(shell, options, env=environment, cwd=tmp_path, encoding="utf-8", dimensions=(40, 200))
    child.sendline(start.format(script=script))
    said: list[list[str]] = []
    for typed, _words in TYPED:
        # What stands in the line after Tab is what a program would be given: Ctrl+A puts one before it.
        child.send(f"tui-reseller {typed}\tEND\x01printf '<%s>' \x05 >>heard\r")
        until = time.monotonic() + 20
        while len(said) == len(heard := (tmp_path / "heard").read_text().split("<tui-reseller>")[1:]):
            assert time.monotonic() < until, (typed, child.before)
            child.expect([pexpect.TIMEOUT, ".+"], timeout=0.2)
        said = [re.findall("<([^>]*)>", words) for words in heard]
    child.close(force=True)
    expected = [[*words] for _typed, words in TYPED]
    if shell == "fish":  # it ends a word whose only way on it knows, but for signs such as =
        expected[5][2:] = ["username,email", "END"]
    assert said == expected
