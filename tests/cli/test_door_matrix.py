"""Every verb that changes customers, by every way in, against every rail: the service is sent nothing.

The verbs come from the command tree: a new one that writes, and has no arguments here, fails. What was sent is told by
the sandbox's own log of requests. Each way is also walked with no rail in it, where it has to send: otherwise the rest
would prove nothing.
"""

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tui_reseller.cli.main import verbs
from tui_reseller.domain.audit import Intent, Operator
from tui_reseller.domain.changes import Change
from tui_reseller.domain.job import JobState
from tui_reseller.domain.operation import WRITES, Operation, Outcome
from tui_reseller.domain.profile import Profile, Store
from tui_reseller.domain.providers.accounts_v3 import ACCOUNTS_V3
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.providers.subusers_v3 import SUBUSERS_V3

pytestmark = pytest.mark.slow
WORDS = {operation.value for operation in WRITES}
ADDRESS = "203.0.113.1"
CREDITS = {"type": "nonrecurring", "reset_frequency": None, "remain": 40, "total": None, "used": None}
NEW = [
    "first_name=A", "last_name=B", "address=x", "city=Y", "state=Z", "zip=08001", "country=ES", "phone=1234567",
    "website=http://x.example",
]  # fmt: skip


@dataclass
class Given:
    """How one verb is called: its words, what confirms it, and customers of how many it changes (3: several)."""

    argv: list[str]
    confirm: str | None = None
    many: bool = False
    stdin: str = ""
    never_asks: bool = False
    """Agreed to before, and written down: no new confirmation is asked for, but a wrong one is refused."""
    settings: dict[str, object] = field(default_factory=dict)


class Office:
    """The whole program on a real sandbox, with a profile of its own and whatever state a verb needs."""

    def __init__(self, console, folder: Path) -> None:
        self.console, self.sandbox, self.folder = console, console.sandbox, folder
        self.numbers = itertools.count(1)
        self.environment = dict(console.environment)
        self.provider = RESELLER_V2.id

    def is_of(self, path: tuple[str, ...]) -> None:
        """Work with the service that has a verb."""
        self.provider, ready = SERVICES.get(path, RESELLER_V2.id), self.sandbox.ready
        if self.provider != RESELLER_V2.id:
            self.environment |= {
                "TUI_RESELLER_PROVIDER": self.provider, "TUI_RESELLER_BASE_URL": ready["v3_base_url"],
                "TUI_RESELLER_API_KEY": ready["v3_api_key"],
            }  # fmt: skip

    def profile(self, name: str = "acme", **settings: object) -> None:
        """Put a profile of the sandbox into the config; its key comes from a command."""
        key = self.folder / "key"
        key.touch(0o600)
        ready, version = self.sandbox.ready, "" if self.provider == RESELLER_V2.id else "v3_"
        key.write_text(ready[f"{version}api_key"])
        profile = Profile(
            name, self.sandbox.api_user, ready[f"{version}base_url"], store=Store.NONE, provider=self.provider,
            credential_command=("cat", str(key)), **settings,
        )  # fmt: skip
        self.services().profiles.config.put(profile)

    def services(self):
        from tui_reseller.wiring import entry_points  # noqa: PLC0415

        return entry_points({}).services(None, False)

    def customer(self, **values: object) -> str:
        name = f"door-{self.folder.name[-12:]}-{next(self.numbers)}".replace("_", "-")[-40:].lstrip("-")
        usual = {"email": f"{name}@x.example", "first_name": "A", "last_name": "B", "city": "Y", "active": "true"}
        self.sandbox.plant(name, **(usual | values))
        return name

    def sent(self) -> list[tuple[str, str]]:
        return [(row["operation"], row["username"]) for row in self.sandbox.requests() if row["operation"] in WORDS]

    def run(self, *argv: str, stdin: str = ""):
        self.console.environment = {}
        return self.console(*argv, stdin=stdin)

    def run_by_environment(self, *argv: str, stdin: str = ""):
        self.console.environment = dict(self.environment)
        return self.console(*argv, stdin=stdin)

    def plan(self) -> Path:
        """Make a plan of three items."""
        names = [self.customer() for _ in range(3)]
        plan = self.folder / f"{names[0]}.plan"
        wanted = f"username~^({'|'.join(names)})$"
        argv = ["plan", "new", "--filter", wanted, "--action", "disable", "--out", str(plan), "--profile", "acme"]
        assert self.run("list", "--limit", "1", "--profile", "acme").code == 0  # a list that has the new ones
        ran = self.run(*argv)
        assert ran.code == 0, ran
        return plan

    async def job(self, plan: Path, *, rejected: bool = False) -> int:
        """Make a job of a plan whose items are still to be done, or were rejected."""
        services = self.services()
        found = services.plans.load(str(plan))
        job = await services.jobs.add(found, services.operator, "ticket 4711")
        await services.jobs.set_state(job.number, JobState.PAUSED)
        if rejected:
            for seq in range(3):
                await services.jobs.refuse(job.number, seq, Outcome.REJECTED, "no")
        await services.aclose()
        return job.number

    async def written(self, operation: Operation, *, days: float | None = None) -> tuple[str, str]:
        """Write an applied operation into the ledger, as if we had done it; return its id and the customer."""
        from datetime import UTC, datetime, timedelta  # noqa: PLC0415

        name = self.customer(active="false")
        services = self.services()
        account = services.profiles.get("acme").account
        until = None if days is None else datetime.now(UTC) + timedelta(days=days)
        meant = {"email": f"{name}@x.example", "first_name": "A", "last_name": "B"}
        intent = Intent(
            "acme", account, operation, name, (Change("sending", True, False),), Operator("root", "here"),
            before=meant, reason="unpaid", until=until, fingerprint=meant,
        )  # fmt: skip
        entry = await services.ledger.begin(intent)
        await services.ledger.finish(entry, Outcome.APPLIED, "success")
        await services.aclose()
        return entry, name


def _switch(verb: str, *, many: bool) -> Callable[[Office], Given]:
    def given(office: Office) -> Given:
        active = "false" if verb == "enable" else "true"
        names = [office.customer(active=active) for _ in range(3 if many else 1)]
        return Given([verb, *names], confirm="3 acme" if many else names[0], many=many)

    return given


def _one(*argv: str, words: Callable[[str], list[str]] = lambda _name: []) -> Callable[[Office], Given]:
    def given(office: Office) -> Given:
        name = office.customer()
        return Given([argv[0], name, *words(name), *argv[1:]], confirm=name)

    return given


def _overwritten(*argv: str) -> Callable[[Office], Given]:
    """What a verb of v3 overwrites, of a customer who has credits, addresses or offerings."""

    def given(office: Office) -> Given:
        name = office.customer(credits=json.dumps(CREDITS), ip=json.dumps([ADDRESS]))
        if office.provider == ACCOUNTS_V3.id:
            name = office.sandbox.held(name)["account_id"]
        return Given([*argv[:2], name, *argv[2:]], confirm=name)

    return given


def _create(*, many: bool) -> Callable[[Office], Given]:
    def given(office: Office) -> Given:
        names = [f"new-{next(office.numbers)}-{office.folder.name[-8:]}".replace("_", "-") for _ in range(3)]
        if not many:
            fields = [f"username={names[0]}", f"email={names[0]}@x.example", *NEW]
            return Given(["create", *fields, "--generate-password"], confirm=names[0])
        head = ["username", "email", *(pair.partition("=")[0] for pair in NEW)]
        rows = [[name, f"{name}@x.example", *(pair.partition("=")[2] for pair in NEW)] for name in names]
        file = office.folder / f"{names[0]}.csv"
        file.write_text("\n".join(",".join(row) for row in [head, *rows]) + "\n")
        return Given(["create", "--from", str(file), "--generate-password"], confirm="3 acme", many=True)

    return given


def _applied(office: Office, *more: str) -> Given:
    return Given(["plan", "apply", str(office.plan()), *more], confirm="3 acme", many=True)


def _job(verb: str, *more: str, rejected: bool = False) -> Callable[[Office], Given]:
    def given(office: Office) -> Given:
        number = asyncio.run(office.job(office.plan(), rejected=rejected))
        return Given(["job", verb, str(number), *more], confirm="3 acme", many=True, never_asks=True)

    return given


def _undone(office: Office) -> Given:
    entry, name = asyncio.run(office.written(Operation.DISABLE))
    return Given(["undo", entry], confirm=name)


def _due(office: Office) -> Given:
    for _ in range(3):
        asyncio.run(office.written(Operation.DISABLE, days=-1))
    return Given(["due", "--run"], confirm="3 acme", many=True)


WAYS: dict[tuple[str, ...], dict[str, Callable[[Office], Given]]] = {
    ("create",): {"one": _create(many=False), "a file": _create(many=True)},
    ("set",): {"one": _one("set", "city=Oslo")},
    ("email",): {"one": _one("email", "new@x.example")},
    ("enable",): {"one": _switch("enable", many=False), "several": _switch("enable", many=True)},
    ("disable",): {
        "one": _switch("disable", many=False),
        "several": _switch("disable", many=True),
        "until": _one("disable", "--until", "3d"),
    },
    ("website-enable",): {
        "one": _switch("website-enable", many=False), "several": _switch("website-enable", many=True)
    },
    ("website-disable",): {
        "one": _switch("website-disable", many=False), "several": _switch("website-disable", many=True)
    },
    ("password",): {"one": _one("password", "--generate-password")},
    ("rename",): {"one": _one("rename", words=lambda name: [f"{name}.new"])},
    ("delete",): {"one": _one("delete")},
    ("plan", "apply"): {"here": _applied, "detached": lambda office: _applied(office, "--detach")},
    ("job", "resume"): {"here": _job("resume"), "detached": _job("resume", "--detach")},
    ("job", "retry"): {"here": _job("retry", rejected=True)},
    ("undo",): {"one": _undone},
    ("credits", "set"): {"one": _overwritten("credits", "set", "recurring", "5000", "monthly")},
    ("credits", "add"): {"one": _overwritten("credits", "add", "500")},
    ("ips", "set"): {"one": _overwritten("ips", "set", "203.0.113.2")},
    ("offerings", "set"): {"one": _overwritten("offerings", "set", "org.ei.pro.v1", "org.ei.dedicated_ip.v1:2")},
    ("due",): {"run": _due},
}  # fmt: skip
SERVICES = {
    ("credits", "set"): SUBUSERS_V3.id, ("credits", "add"): SUBUSERS_V3.id, ("ips", "set"): SUBUSERS_V3.id,
    ("offerings", "set"): ACCOUNTS_V3.id,
}  # fmt: skip
"""Of verbs that the Reseller API v2 has not."""
WRITING = [path for path, _command, is_write in verbs() if is_write]
CELLS = [(path, way) for path, ways in WAYS.items() for way in ways]


@dataclass
class Rail:
    """What must keep a call from being sent: options that are added, settings of the profile, of whom it holds."""

    options: Sequence[str] = ()
    settings: dict[str, object] = field(default_factory=dict)
    agrees: bool = True
    holds: Callable[[Given], bool] = lambda _given: True


RAILS = {
    "dry run": Rail(["--dry-run"]),
    "dry run behind a wrong confirmation": Rail(["--dry-run", "--confirm", "nonsense"], agrees=False),
    "read-only by option": Rail(["--read-only"]),
    "read-only by profile": Rail(settings={"read_only": True}),
    "protected and locked": Rail(settings={"protected": True}),
    "unlocked, and read-only all the same": Rail(["--unlock", "because"], {"protected": True, "read_only": True}),
    "wrong confirmation": Rail(["--confirm", "nonsense"], agrees=False),
    "yes beside a wrong confirmation": Rail(["--yes", "--confirm", "4 acme"], agrees=False),
    "nothing agreed to": Rail(agrees=False, holds=lambda given: not given.never_asks),
    "more rows than the ceiling": Rail(settings={"max_rows": 2}, holds=lambda given: given.many),
    "a larger share than the ceiling": Rail(settings={"max_percent": 0.01}, holds=lambda given: given.many),
}
INS = ["option", "variable", "only one", "environment", "another profile of the account"]


def test_every_verb_that_writes_is_in_the_matrix():
    assert {*WAYS} == {*WRITING}


def _agreeing(given: Given) -> list[str]:
    return ["--confirm", given.confirm] if given.confirm is not None else ["--yes"]


def _called(office: Office, way_in: str, given: Given, options: Sequence[str]):
    argv = [*given.argv, *options]
    match way_in:
        case "option" | "another profile of the account":
            return office.run(*argv, "--profile", "acme", stdin=given.stdin)
        case "variable":
            office.console.environment = {"TUI_RESELLER_PROFILE": "acme"}
            return office.console(*argv, stdin=given.stdin)
        case "environment":
            argv = [word.replace("3 acme", "3 env") for word in argv]
            return office.run_by_environment(*argv, stdin=given.stdin)
        case _:
            return office.run(*argv, stdin=given.stdin)


def _sends_nothing(consoles, folder: Path, path: tuple[str, ...], way: str, rail: str, ways_in: Sequence[str]) -> int:
    """Try a verb against a rail by some ways in; return how many cells that were."""
    office, wall, cells = Office(consoles(), folder), RAILS[rail], 0
    office.is_of(path)
    for way_in in ways_in:
        office.profile()  # loosened while the state is made
        given = WAYS[path][way](office)
        if not wall.holds(given):
            continue
        if way_in == "another profile of the account":
            office.profile("twin", **wall.settings)
        else:
            office.profile(**wall.settings)
        before = office.sent()
        agreed = _agreeing(given) if wall.agrees else []
        ran = _called(office, way_in, given, [*agreed, *wall.options])
        assert office.sent() == before, (way_in, ran)
        assert ran.code == 11 or (ran.code == 0 and "--dry-run" in wall.options), (way_in, ran)
        assert "Traceback" not in ran.err
        cells += 1
        if way_in == "another profile of the account":
            office.services().profiles.config.remove("twin")
    return cells


IDS = [f"{' '.join(path)} {way}" for path, way in CELLS]


@pytest.mark.parametrize("rail", RAILS)
@pytest.mark.parametrize(("path", "way"), CELLS, ids=IDS)
@pytest.mark.in_turn(4)
def test_nothing_is_sent_against_a_rail(consoles, tmp_path, path, way, rail):
    """Each verb and rail, by one of the ways in, in turn."""
    turn = (CELLS.index((path, way)) + list(RAILS).index(rail)) % len(INS)
    _sends_nothing(consoles, tmp_path, path, way, rail, INS[turn : turn + 1])


@pytest.mark.long
def test_nothing_is_sent_against_a_rail_by_any_way_in(consoles, tmp_path):
    """All cells; how many they are is printed."""
    cells = 0
    for number, ((path, way), rail) in enumerate(itertools.product(CELLS, RAILS)):
        folder = tmp_path / f"cell-{number}"
        folder.mkdir()
        cells += _sends_nothing(consoles, folder, path, way, rail, INS)
    sys.stdout.write(f"\n{cells} cells, 0 sends\n")
    assert cells > len(CELLS) * len(RAILS)


@pytest.mark.parametrize(("path", "way"), CELLS, ids=IDS)
@pytest.mark.in_turn(3)
def test_the_same_calls_are_sent_where_nothing_forbids_them(consoles, tmp_path, path, way):
    office = Office(consoles(), tmp_path)
    office.is_of(path)
    office.profile()
    given = WAYS[path][way](office)
    before = office.sent()
    ran = office.run(*given.argv, *_agreeing(given), "--profile", "acme", stdin=given.stdin)
    assert ran.code == 0, ran
    _wait_for_end(office, given)
    assert len(office.sent()) == len(before) + (3 if given.many else 1)


ONE_READ = {"set", "email", "enable", "disable", "website-enable", "website-disable", "password", "rename", "delete"}
"""Verbs on one customer: it is read once, just before."""
READS = {
    # A new name is compared with all there are; where no list was kept, one is read.
    ("create", "one"): (1, 0),
    ("create", "a file"): (1, 0),
    **{(verb, "one"): (0, 1) for verb in ONE_READ},
    ("rename", "one"): (1, 1),
    ("disable", "until"): (0, 1),
    # Each once before, and once after: the first items of a job are read back.
    ("enable", "several"): (0, 3 + 3),
    ("disable", "several"): (0, 3 + 3),
    # What the service never tells is not read back.
    ("website-enable", "several"): (0, 3),
    ("website-disable", "several"): (0, 3),
    ("plan apply", "here"): (0, 3 + 3),
    ("plan apply", "detached"): (0, 3 + 3),
    # Much may have happened since the job was begun: a new list.
    ("job resume", "here"): (1, 3),
    ("job resume", "detached"): (1, 3),
    ("job retry", "here"): (1, 3),
    # The plan is made from a reading, each item reads again just before it is sent, and is read back.
    ("undo", "one"): (1, 2 + 1),
    ("due", "run"): (0, 3),
}
"""Whole lists and readings of one customer that each way takes, with nobody asked."""


@pytest.mark.in_turn(3)
@pytest.mark.parametrize(("path", "way"), [cell for cell in CELLS if cell[0] not in SERVICES])
def test_no_customer_is_read_more_often_than_needed(consoles, tmp_path, path, way):
    office = Office(consoles(), tmp_path)
    office.is_of(path)
    office.profile()
    given = WAYS[path][way](office)
    before = len(office.sandbox.requests())
    ran = office.run(*given.argv, *_agreeing(given), "--profile", "acme", stdin=given.stdin)
    assert ran.code == 0, ran
    _wait_for_end(office, given)
    asked = [row["username"] for row in office.sandbox.requests()[before:] if row["operation"] == "list"]
    whole = asked.count(None)
    assert (whole, len(asked) - whole) == READS[" ".join(path), way]


@pytest.mark.parametrize("count", [1, 3])
def test_a_customer_is_read_again_after_a_person_was_asked(consoles, tmp_path, count):
    office = Office(consoles(), tmp_path)
    office.profile()
    names = [office.customer() for _ in range(count)]
    before = len(office.sandbox.requests())
    office.console.environment = {}
    ran = office.console("website-disable", *names, "--profile", "acme", answers=["yes"])
    assert ran.code == 0, ran
    asked = [row["username"] for row in office.sandbox.requests()[before:] if row["operation"] == "list"]
    assert sorted(asked) == sorted(names * 2)


def test_the_customers_of_a_plan_are_read_again_after_a_person_was_asked(consoles, tmp_path):
    office = Office(consoles(), tmp_path)
    office.profile()
    names = [office.customer() for _ in range(3)]
    office.console.environment = {}
    made = office.console("plan", "new", "--from", "-", "--action", "website_disable", "--profile", "acme",
                          stdin="username\n" + "\n".join(names) + "\n")  # fmt: skip
    before = len(office.sandbox.requests())
    ran = office.console("plan", "apply", made.row["plan"], "--profile", "acme", answers=["yes"])
    assert ran.code == 0, ran
    asked = [row["username"] for row in office.sandbox.requests()[before:] if row["operation"] == "list"]
    assert sorted(filter(None, asked)) == sorted(names)


def _wait_for_end(office: Office, given: Given) -> None:
    """Wait for a job that was detached."""
    deadline = time.monotonic() + 30
    while "--detach" in given.argv and office.run("job", "show", "1").row["state"] != "finished":
        assert time.monotonic() < deadline
        time.sleep(0.1)
