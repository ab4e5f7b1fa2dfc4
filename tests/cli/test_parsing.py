"""Arguments: options before and after the verb, mistakes that name the nearest, help, completion, what is imported."""

import subprocess
import sys

import pytest

from tui_reseller.cli.entry_points import DemoOptions, SandboxOptions, ScreenOptions
from tui_reseller.cli.main import VERBS, run

ALL = [[verb.name] for verb in VERBS]
ALL += [["profile", name] for name in ("add", "set", "secret", "list", "show", "use", "test", "remove")]
ALL += [["audit", name] for name in ("list", "show", "verify", "anchor", "export", "report")]
ALL += [["ledger", name] for name in ("backup", "restore", "accept")]


@pytest.mark.parametrize("verb", ALL, ids=" ".join)
def test_every_verb_has_help_with_examples_on_lines_of_their_own(desk, verb):
    ran = desk(*verb, "--help")
    assert ran.code == 0
    assert "Examples:\n    tui-reseller " in ran.out or "Examples:\n    pass " in ran.out
    assert ran.err == ""


def test_the_help_of_the_program_lists_every_verb(desk):
    ran = desk("--help")
    assert all(f"  {verb.name} " in ran.out for verb in VERBS)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["disabel", "c1"], "disable"),
        (["list", "--fliter", "x"], "--filter"),
        (["profile", "ad", "x"], "add"),
        (["list", "--output", "yaml"], "jsonl"),
        (["list", "--sort", "emial"], "email"),
        (["list", "--columns", "usrname"], "username"),
        (["list", "--filter", "emial:x"], "email"),
        (["list", "--max-age", "soon"], "10m"),
        (["list", "--offline", "--max-age", "1m"], "too many"),
        (["show"], "USERNAME"),
        (["set", "c1", "city"], "field=value"),
        (["set", "c1", "ctiy=x"], "city"),
        (["set", "c1", "password=hunter2"], "password"),
        (["set", "c1", "username=x"], "rename"),
        (["set", "c1", "email=x"], "use email"),
        (["create", "username=x", "password=hunter2"], "never an argument"),
        (["create"], "--from"),
        (["--quiet"], "belong to a verb"),
        (["show", "-x"], 'stands behind "--"'),
        (["disable", "--yes", "c1", "-x"], 'stands behind "--"'),
        (["list", "--timeout", "0"], "timeout"),
        (["export"], "here it is: list --output csv"),
        (["stop", "c1"], "here it is: disable"),
    ],
)
def test_a_mistake_is_2_and_names_what_would_be_right(desk, argv, said):
    ran = desk(*argv)
    assert ran.code == 2
    assert said in ran.err
    assert ran.out == ""
    assert "hunter2" not in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("argv", [["--profile", "beta", "list"], ["list", "--profile", "beta"]])
def test_the_profile_is_taken_before_and_after_the_verb(desk, argv):
    desk.add("beta")
    assert desk(*argv).code == 0


@pytest.mark.parametrize("argv", [["--read-only", "enable", "c1", "--yes"], ["enable", "c1", "--yes", "--read-only"]])
def test_read_only_refuses_a_write_before_and_after_the_verb(desk, argv):
    ran = desk(*argv)
    assert ran.code == 11
    assert "read-only" in ran.err
    assert desk.service.sent == []
    assert desk.service.reads == 0


def test_without_a_terminal_the_screen_does_not_open(desk):
    assert desk().code == 2
    assert desk("demo").code == 2
    assert desk.opened == []


def test_the_screen_gets_its_options(desk, monkeypatch):
    monkeypatch.setattr("tui_reseller.cli.screen.need_terminal", lambda: None)
    assert desk("--profile", "acme", "--read-only", "--no-mouse", "--plain").code == 0
    assert desk.opened == [(ScreenOptions("acme", True, False, True),)]


def test_demo_and_sandbox_get_their_options(desk, monkeypatch):
    monkeypatch.setattr("tui_reseller.cli.screen.need_terminal", lambda: None)
    monkeypatch.setattr("tui_reseller.cli.verbs.sandbox.need_terminal", lambda: None, raising=False)
    assert (
        desk(
            "demo", "--customers", "5", "--seed", "7", "--provider", "reseller-v2", "--format", "xml", "--no-mouse"
        ).code
        == 0
    )
    assert desk("sandbox", "--port", "0", "--dialect", "2018", "--faults", "drop-after").code == 0
    assert desk.opened[0] == (
        SandboxOptions(port=0, customers=5, seed=7),
        ScreenOptions(mouse=False),
        DemoOptions("reseller-v2", "xml"),
    )
    assert desk.opened[1] == (SandboxOptions(port=0, dialect="2018", faults="drop-after"),)


def test_the_entry_imports_neither_the_event_loop_nor_a_verb():
    code = "import sys, tui_reseller.cli.main; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "click" in loaded
    ours = {name for name in loaded if name.startswith("tui_reseller.")}
    assert not {"asyncio", "httpx", "textual", "sqlite3", "keyring"} & set(loaded)
    assert ours == {
        f"tui_reseller.{name}"
        for name in ("cli", "cli.main", "cli.arguments", "cli.group", "cli.options", "cli.stopped")
    }


def test_what_nobody_expected_is_1_and_one_line(desk, monkeypatch):
    def broken(*_given):
        raise KeyError("hunter2 and a customer")

    monkeypatch.setattr(desk, "services", broken)
    ran = desk("list")
    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert "KeyError" in ran.err
    assert "hunter2" not in ran.err


def test_the_version(desk):
    assert desk("--version").out.startswith("tui-reseller, version ")


def test_run_never_raises_system_exit(desk):
    assert run(["--help"], desk.entry_points()) == 0
