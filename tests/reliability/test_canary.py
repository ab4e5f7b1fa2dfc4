"""T15: no secret is anywhere but where the operator asked for it, however the program ends.

Here a dozen forced ends, one command at a time; with TUI_RESELLER_FULL=1 every end by the three commands that carry
passwords, in every dialect and both formats (over 400 points), and a working day of all verbs in every form of output:

    TUI_RESELLER_FULL=1 python -m pytest tests/reliability/test_canary.py -n0

The scanner is tests/harness/canary.py, the ends are tests/harness/crash_points.py. That nothing was found means
something only if the scanner finds: the control run plants one leak in each kind of artefact, each in another spelling.
"""

import asyncio
import json
import os
import shlex
import signal
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.harness.canary import Canaries, ProcessWatch
from tests.harness.consent import carry_out
from tests.harness.crash_points import BREAKING, POINTS, Yard
from tests.harness.http_proxy import HttpProxy
from tests.harness.terminal import BACK_TAB, ENTER, RIGHT, TAB, Terminal, program
from tests.harness.waiting import until
from tui_reseller.credentials.credentials import Credentials
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.errors import ProxyRefused
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.profile import Format, Profile, Store
from tui_reseller.domain.secret import Secret
from tui_reseller.services import listing
from tui_reseller.storage.paths import Paths
from tui_reseller.wiring.services import build

FULL = bool(os.environ.get("TUI_RESELLER_FULL"))
SECRETS = ("key", "password", "old", "new", "again", "proxy", "former")
SOME = (
    "kill", "term", "cut after", "disk full", "disk full at 32 KiB", "exception", "echo: html", "cut short",
    "echo: nearly a success", "echo: redirect",
)  # fmt: skip
OPERATIONS = ("password", "plan", "create")
WORLDS = (
    [(dialect, wire) for dialect in ("seed", "2014", "2018") for wire in ("json", "xml")]
    if FULL
    else [("seed", "json")]
)
ENDS = [
    (name, operation)
    for name, operation in (
        [(name, operation) for name in POINTS for operation in OPERATIONS]
        if FULL
        else [(name, "plan" if name == "kill" else OPERATIONS[at % 2 * 2]) for at, name in enumerate(SOME)]
    )
    if not (operation == "plan" and name.startswith("echo"))  # a plan is applied only where it was made
]
DAY = (
    ["list"], ["audit", "export"], ["disable", "z1", "--yes"], ["set", "z1", "city=X", "--yes"],
    *((["show", "z1"], ["audit", "list"], ["needs-you"], ["website-enable", "z1", "--yes"], ["enable", "z1", "--yes"],
       ["email", "z1", "b@x.example", "--yes"], ["snapshot", "show"], ["profile", "list"]) if FULL else ()),
)  # fmt: skip


@pytest.fixture(params=WORLDS, ids="-".join)
def yard(request, tmp_path) -> Iterator[Yard]:
    made = Yard(tmp_path, Canaries(*SECRETS), *request.param)
    yield made
    made.close()


def test_no_forced_end_leaves_a_secret(yard):
    for at, (_, operation) in enumerate(ENDS):
        if operation != "create":
            yard.plant(f"z{at}-canary", email="a@x.example", active="true")
    with ProcessWatch(yard.scanner, str(yard.home)) as watch:
        for at, (name, operation) in enumerate(ENDS):
            username = f"z{at}-canary"
            POINTS[name].do(yard, username, operation)
            yard.scan()
            assert yard.scanner.hits == [], (name, operation)
    assert watch.samples >= len(ENDS)
    assert len(watch.processes) >= len(ENDS) * 3 // 4, "some are too short to be seen"
    looked = yard.scanner.looked
    assert {"stdout", "stderr", "ledger", "ledger WAL", "log", "command line", "environment"} <= set(looked)
    assert looked["stdout"] >= 2 * len(ENDS)
    applied = [row["operation"] for row in yard.sandbox.log()]
    assert "password" in applied, "what is never sent cannot leak"


@pytest.mark.long
def test_a_working_day_of_commands_leaves_no_secret(yard, tmp_path):
    """Passwords by stdin and generated, refused credentials, an export of every form, every verb that reads."""
    own = {"TUI_RESELLER_BASE_URL": "", "TUI_RESELLER_API_USER": "", "TUI_RESELLER_CREDENTIAL_FILE": "",
           "TUI_RESELLER_FORMAT": ""}  # fmt: skip
    command = f"cat {shlex.quote(str(yard.outside / 'password'))}"
    yard.plant("z1", email="a@x.example", active="true")
    new = yard.canaries["new"] + "\n"
    forms = ("table", "json", "jsonl", "csv") if FULL else ("csv",)
    with ProcessWatch(yard.scanner, str(yard.home)):
        assert yard.run("password", "z1", "--confirm", "z1", "--password-stdin", "--debug", stdin=new) == 0
        generated = yard.start("password", "z1", "--confirm", "z1", "--generate-password", "--output", "json")
        out, err = generated.communicate(timeout=60)
        yard.canaries.add("generated", json.loads(out)[0]["password"])
        assert out.count(json.loads(out)[0]["password"].encode()) == 1
        yard.scanner.data("stderr", "generate", err)
        for form in forms:
            for argv in DAY:
                assert yard.run(*argv, "--output", form, "--debug") == 0, yard.said
        for ending in ("csv", "jsonl", "parquet"):
            assert yard.run("list", "--offline", "--to", str(yard.home / f"all.{ending}")) == 0, yard.said
        added = yard.run(
            "profile", "add", "acme", "--provider", "reseller-v2", "--base-url", yard.base_url, "--api-user",
            "reseller", "--secret-command", command, **own,
        )  # fmt: skip
        assert added == 0, yard.said
        assert yard.run("list", "--debug", **own) == 4, yard.said
        assert yard.run("rename", "z1", "z1-new", "--confirm", "z1") == 0, yard.said
        assert yard.run("delete", "z1-new", "--confirm", "z1-new") == 0, yard.said
    yard.scan()
    assert yard.scanner.hits == []
    looked = yard.scanner.looked
    assert {"ledger", "config", "CSV", "JSON Lines", "Parquet", "command line", "environment"} <= set(looked)


@pytest.mark.long
def test_the_password_of_a_proxy_is_nowhere(yard):
    """A profile behind a proxy: added, shown, used, refused by it, out of reach, in a job that runs by itself."""
    own = dict.fromkeys(("BASE_URL", "API_USER", "CREDENTIAL_FILE", "FORMAT"), "")
    env = {f"TUI_RESELLER_{name}": value for name, value in own.items()}
    printed = yard.outside / "printed"
    command = ["--secret-command", f"cat {shlex.quote(str(printed))}"]
    account = ["--base-url", HttpProxy.base_url, "--api-user", yard.sandbox.api_user, "--format", yard._wire]
    for number in range(3):
        yard.plant(f"z{number}", email="a@x.example", active="true")

    def said(code: int, *argv: str) -> str:
        assert yard.run(*argv, "--debug", **env) == code, (argv, yard.said)
        return yard.said

    def now(password: str) -> None:
        printed.touch(0o600)
        printed.write_text(f"{yard.canaries['key']}\n{password}\n")

    started = HttpProxy.started("kim", yard.canaries["proxy"], service=yard.sandbox.port, repeats=True)
    with started as proxy, ProcessWatch(yard.scanner, str(yard.home)) as watch:
        now(yard.canaries["proxy"])
        said(
            0,
            "profile",
            "add",
            "acme",
            "--provider",
            "reseller-v2",
            *account,
            "--ca-file",
            proxy.ca_file,
            "--proxy",
            proxy.address,
            *command,
        )
        for form in ("table", "json"):
            for argv in (["profile", "show"], ["profile", "list"], ["profile", "test"], ["list"]):
                said(0, *argv, "--output", form)
        plan = str(yard.home / "a.plan")
        said(0, "plan", "new", "--filter", "username~^z[0-9]$", "--action", "disable", "--out", plan)
        said(0, "plan", "apply", plan, "--confirm", "3 acme", "--detach")
        until("the job is done", lambda: '"state": "finished"' in said(0, "job", "show", "1"), 40)
        assert len([line for line in yard.sandbox.log() if line["operation"] == "disable"]) == 3
        now(yard.canaries["former"])
        assert "does not accept our user name and password" in said(5, "list")
        said(5, "enable", "z1", "--yes")
        said(5, "profile", "test")
        # As it was written before there was a place for it.
        config = next(yard.home.rglob("config.toml"))
        asked = config.read_text()
        for address in (proxy.address, "http://kim@127.0.0.1:1", "ftp://kim@127.0.0.1", "kim@["):
            clear = address.replace("kim@", f"kim:{yard.canaries['former']}@")
            config.write_text(asked.replace(proxy.address, clear))
            if not address.startswith("http"):
                assert "the address of a proxy is" in said(3, "profile", "show")
                said(3, "list")
                continue
            assert "stands in clear" in said(0, "profile", "show")
            said(5, "profile", "test")
            said(5, "list")
            said(0, "profile", "set", "acme", "colour=red")
            assert yard.canaries["former"] in config.read_text()
        config.write_text(asked)
        now(yard.canaries["proxy"])
        assert yard.run("website-disable", "z2", "--yes", "--debug", code=BREAKING, **env) == 1
    assert len(proxy.let_through) >= 7, "a connection for each command"
    assert len(proxy.refused) >= 3
    assert len(watch.processes) > 10
    yard.scan()
    assert yard.scanner.hits == []
    assert {"config", "log", "command line", "environment", "ledger"} <= set(yard.scanner.looked)


def test_a_new_password_that_nobody_took_is_in_its_file_and_nowhere_else(yard):
    yard.plant("z1", email="a@x.example", active="true")
    with ProcessWatch(yard.scanner, str(yard.home)):
        command = yard.start("password", "z1", "--confirm", "z1", "--generate-password", "--debug")
        command.stdout.close()
        command.stdout = None
        _, err = command.communicate(timeout=60)
        assert command.returncode == 1
        (kept,) = (yard.home / "state").rglob("passwords/*.csv")
        name, password, state = kept.read_text().splitlines()[1].split(",")
        assert (name, state) == ("z1", "applied")
        yard.canaries.add("generated", password)
        yard.scanner.data("stderr", "generate", err)
        assert yard.run("needs-you", "--debug") == 0
        assert str(kept) in yard.said
        assert yard.run("audit", "export", "--debug") == 0
    yard.scan()
    assert {(hit.kind, hit.place) for hit in yard.scanner.hits} == {("new passwords", str(kept))}
    kept.unlink()
    yard.scanner.hits.clear()
    yard.scan()
    assert yard.scanner.hits == []


async def test_no_live_object_says_a_secret(yard):
    """In this process: while a write is on its way, when it is done, and when it is refused or lost."""
    with HttpProxy.started("kim", yard.canaries["proxy"], service=yard.sandbox.port, repeats=True) as proxy:
        await _look_at_live_objects(yard, proxy)


async def _look_at_live_objects(yard: Yard, proxy: HttpProxy) -> None:
    former = Secret(yard.canaries["former"])
    profile = Profile("acme", yard.sandbox.api_user, proxy.base_url, format=Format(yard._wire), store=Store.NONE)
    profile = replace(profile, proxy=proxy.address, ca_file=proxy.ca_file)
    in_file = replace(profile, name="in-file", proxy_password=former)
    credentials = Credentials()
    credentials.remember(profile, Credential(Secret(yard.canaries["key"]), Secret(yard.canaries["proxy"])))
    credentials.remember(in_file, Credential(Secret(yard.canaries["key"])))
    folders = [yard.home / name for name in ("config", "state", "cache")]
    for folder in folders:
        folder.mkdir(mode=0o700)
    services = build(Paths(*folders), credentials)
    session = services.open(profile)
    yard.plant("z1", email="a@x.example", active="true")
    async for _ in listing.refresh(session):
        pass
    call = Call(Operation.PASSWORD, "z1", {}, Secret(yard.canaries["new"]))
    yard.sandbox.fault("latency", ms=300, operation="password")
    task = asyncio.create_task(carry_out(session, call))
    await asyncio.to_thread(until, "the intent is written", lambda: yard.is_written("z1"))
    seen = yard.scanner.objects()
    results = [await task]
    for fault in ("drop-after", "garbage", "truncate"):
        yard.sandbox.fault(fault, operation="password", **({"bytes": 5} if fault == "truncate" else {}))
        results.append(await carry_out(session, call))
        yard.scanner.objects()
    assert results[0].outcome is Outcome.APPLIED
    assert results[1].outcome is Outcome.UNKNOWN
    assert seen > 50
    refused = services.open(in_file)
    with pytest.raises(ProxyRefused) as caught:
        await listing.test(refused)
    yard.scanner.objects()
    assert caught.value.message
    await refused.aclose()
    assert yard.scanner.hits == []
    await session.aclose()
    await services.aclose()


@pytest.mark.terminal
def test_a_killed_screen_leaves_no_secret(yard):
    """Passwords typed into both forms that take one; killed while the form is open, while the answer is awaited."""
    yard.plant("z1", email="a@x.example", active="true")
    terminals = []

    def opened() -> Terminal:
        terminals.append(Terminal(program("--debug"), yard.environment(TERM="xterm-256color")))
        terminals[-1].sees("complete", "user1")
        return terminals[-1]

    try:
        with ProcessWatch(yard.scanner, str(yard.home)) as watch:
            first = opened()
            first.press("n")
            first.sees("New customer")
            first.type("neu.example")
            first.press(ENTER)
            for _ in range(10):
                first.press(ENTER)
            first.press(RIGHT, TAB)
            first.sees("Once more")
            first.type(yard.canaries["new"])
            first.press(ENTER)
            first.type(yard.canaries["again"])
            first.child.kill(signal.SIGKILL)
            second = opened()
            second.press("p")
            second.sees("Reset password")
            second.press(BACK_TAB, BACK_TAB, RIGHT, TAB)
            second.sees("Once more")
            for _ in range(2):
                second.type(yard.canaries["new"])
                second.press(ENTER)
            second.press(ENTER)
            second.by_hand("user1")
            yard.sandbox.fault("latency", ms=20_000, operation="password")
            second.commit()
            until("the intent is written", lambda: second.read() or yard.is_written("user1"))
            second.child.kill(signal.SIGTERM)
            second.child.kill(signal.SIGKILL)
    finally:
        for terminal in terminals:
            terminal.kill()
    for terminal in terminals:
        yard.scanner.stream("terminal", "screen", terminal.raw)
    yard.scan()
    assert yard.scanner.hits == []
    assert len(watch.processes) >= 2


def test_no_core_is_dumped(yard):
    """What the process leaves when the system ends it: a core would hold the key."""
    code = "import resource, sys\nfrom tui_reseller.__main__ import main\nmain(['--version'])\n"
    code += "sys.stderr.write(str(resource.getrlimit(resource.RLIMIT_CORE)[0]))"
    assert yard.run(code=code) == 0
    assert yard.said.endswith("\n0")
