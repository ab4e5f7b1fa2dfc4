"""What removes an offering is typed, what only adds is not: every change of offerings by every way that sends it."""

import json
from collections import Counter
from collections.abc import Callable
from itertools import permutations, product
from typing import NamedTuple

import pytest

FREE, PRO = "org.ei.free.v1", "org.ei.pro.v1"
ADDRESS, MARKETING = "org.ei.dedicated_ip.v1", "org.ei.marketing.v1"
ADDONS = ([], [(ADDRESS, 1)], [(ADDRESS, 2)], [(ADDRESS, 1), (MARKETING, 1)])


class Booked(NamedTuple):
    """What an account has: as the sandbox keeps it, as the words of a command say it, and counted."""

    kept: str
    words: tuple[str, ...]
    counted: Counter[str]


def booked(package: str, addons: list[tuple[str, int]]) -> Booked:
    kept = [{"name": package, "type": "package", "quantity": 1}]
    kept += [{"name": name, "type": "addon", "quantity": number} for name, number in addons]
    words = (package, *(f"{name}:{number}" for name, number in addons))
    return Booked(json.dumps(kept), words, Counter({package: 1, **dict(addons)}))


STATES = [booked(package, addons) for package, addons in product((FREE, PRO), ADDONS)]
CHANGES = list(permutations(STATES, 2))


@pytest.fixture
def console(accounts_console):
    return accounts_console


@pytest.fixture
def planted(console):
    def plant(state: Booked) -> str:
        name = console.sandbox.fresh_name()
        console.sandbox.plant(name, active="true", offerings=state.kept)
        return console.sandbox.held(name)["account_id"]

    return plant


def by_verb(console, plant, before, after, _folder) -> tuple[str, list[str]]:
    account = plant(before)
    return account, ["offerings", "set", account, *after.words]


def planned(console, plant, before, after, folder) -> tuple[str, list[str]]:
    account, file, plan = plant(before), folder / "change.csv", folder / "change.plan"
    file.write_text(f'username,package,addons\n{account},{after.words[0]},"{",".join(after.words[1:])}"\n')
    made = console(
        "plan", "new", "--from", str(file), "--action", "offerings_set", "--blank", "clear", "--out", str(plan)
    )
    assert made.code == 0, made.err
    return account, ["plan", "apply", str(plan)]


def by_undo(console, plant, before, after, _folder) -> tuple[str, list[str]]:
    account = plant(after)
    done = console("offerings", "set", account, *before.words, "--confirm", account)
    assert done.code == 0, done.err
    return account, ["undo", done.row["id"]]


WAYS: list[Callable[..., tuple[str, list[str]]]] = [by_verb, planned, by_undo]


@pytest.mark.slow
@pytest.mark.in_turn(13)
@pytest.mark.parametrize(("way", "change"), list(product(WAYS, CHANGES)), ids=lambda one: getattr(one, "__name__", ""))
def test_what_removes_is_typed_and_what_adds_is_not(console, planted, tmp_path, way, change):
    before, after = change
    account, argv = way(console, planted, before, after, tmp_path)
    since, removes = console.sandbox.last_seq(), bool(before.counted - after.counted)
    ran = console(*argv, "--yes")
    assert (ran.code, "--confirm" in ran.err) == ((11, True) if removes else (0, False)), (argv, ran)
    if removes:
        assert console.sandbox.for_clients(since) == []
        ran = console(*argv, "--confirm", account)
        assert ran.code == 0, ran.err
    (sent,) = console.sandbox.for_clients(since)
    assert (sent["operation"], sent["username"]) == ("offerings_set", account)


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("ACCOUNT", 11)])
def test_a_person_says_yes_to_what_adds(console, planted, tmp_path, answer, code):
    account, argv = by_verb(console, planted, STATES[0], STATES[1], tmp_path)
    ran = console(*argv, answers=[account if answer == "ACCOUNT" else answer])
    assert ran.code == code, ran.err


def test_a_job_that_adds_removes_nothing_where_more_was_booked_meanwhile(console, planted, tmp_path):
    account, argv = planned(console, planted, STATES[0], STATES[1], tmp_path)
    console.sandbox.fault("status", code=400, shape="E1", operation="offerings_set")
    assert console(*argv, "--yes").code != 0
    ((number, _),) = [(row["job"], row) for row in console("job", "list").rows if row["total"] == 1][:1]
    assert console("offerings", "set", account, *STATES[3].words, "--yes").code == 0
    since = console.sandbox.last_seq()
    again = console("job", "retry", str(number), "--yes")
    assert again.code != 0
    assert console.sandbox.for_clients(since) == []
    assert console("offerings", "show", account).row["addons"] == f"{ADDRESS},{MARKETING}"
