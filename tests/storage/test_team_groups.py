"""Operations that a team's ledger writes in one transaction: they are answered, and stand there, as one by one."""

import random

import pytest

from tests.storage.operations import done
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.team import Team
from tui_reseller.storage.ledger.encoding import escaped
from tui_reseller.storage.ledger.postgresql.ledger import TeamLedger
from tui_reseller.storage.ledger.postgresql.told_rows import begun, finished

SEEDS, ROUNDS = 16, 16
PEOPLE = ("luz", "eve", "kim", "ana", "zoë")
OPERATIONS = (*[Operation.DISABLE] * 5, Operation.SET, Operation.RENAME, Operation.DELETE)
OUTCOMES = (*Outcome, *[Outcome.APPLIED] * 6, *[Outcome.UNKNOWN] * 6)
KEPT = "kind, entry, operation, username, target, outcome, body, format, undoes, role"


class Book:
    """One account, written to by functions of the schema."""

    def __init__(self, database, account, items):
        self.database, self.account, self.ids = database, account, []
        self.session, self.gone = (self.ask("SELECT hello('{}')") for _ in range(2))
        plan = {"do": "add_job", "digest": account, "body": "{}", "chained": "{}", "items": items}
        self.job = self.write([plan])[0]["job"]
        self.write([{"do": "job", "job": self.job, "change": "own"}])

    def ask(self, query, *values):
        return self.database.execute(query, values).fetchone()[0]

    def head(self):
        return self.ask("SELECT max(number) FROM rows WHERE account = %s", self.account)

    def write(self, ops, *, by_the_gone=False, together=True):
        from psycopg.types.json import Jsonb  # noqa: PLC0415 - only where it is installed

        named = [self.named(op) for op in ops]
        session = self.gone if by_the_gone else self.session
        if together:
            answers = self.ask("SELECT write(%s, %s, %s)", self.account, session, Jsonb(named))["answers"]
        else:  # by the rules themselves
            query = "SELECT write_one(%s, %s, %s) FROM lock_account(%s, %s)"
            answers = [self.ask(query, self.account, session, Jsonb(op), self.account, session) for op in named]
        return list(map(self.unnamed, answers))

    def named(self, op):
        """Operations are told by their places, since ids differ; so is the job."""
        found = {**op, "entry": self.ids[op["entry"]]} if op["do"] == "finish" else op
        return {**found, "item": [self.job, op["item"]]} if "item" in op else found

    def unnamed(self, answer):
        if answer.get("entry") is not None:
            self.ids.append(answer["entry"])
        return {key: self.ids.index(value) if value in self.ids else value for key, value in answer.items()}

    def holds(self):
        rows = (
            f"SELECT jsonb_agg(to_jsonb(r) ORDER BY number) FROM (SELECT number, {KEPT} FROM rows WHERE account = %s) r"
        )
        still = "SELECT jsonb_agg(jsonb_build_array(entry, username, target, operation, outcome) ORDER BY entry) "
        items = "SELECT jsonb_agg(jsonb_build_array(seq, entry, attempts, outcome) ORDER BY seq) FROM job_items "
        told = str([
            self.ask(rows, self.account), self.ask(f"{still} FROM open_operations WHERE account = %s", self.account),
            self.ask(f"{items} WHERE job = %s", self.job),
        ])  # fmt: skip
        for place, entry in enumerate(self.ids):
            told = told.replace(entry, f"operation {place}")
        return told.replace(f"job-{self.job}", "job")


@pytest.fixture
def database(team_cluster):
    import psycopg  # noqa: PLC0415 - only where it is installed

    with psycopg.connect(team_cluster.address("postgres"), autocommit=True) as opened:
        opened.execute("SELECT set_config('search_path', 'reseller, pg_temp', false)")
        yield opened


def some_ops(chance, begun_so_far, head, intent, items):
    """Return what could be written behind a row at one moment: operations that are begun already may get outcomes."""
    for _ in range(chance.randint(1, 20)):
        kind = chance.choice(("begin",) * 12 + ("finish",) * 12 + ("already", "note", "recover"))
        who, new = chance.choice(PEOPLE), chance.choice(PEOPLE)
        meant = {"email": chance.choice(("a@x.example", "a@x.example", "b@x.example"))}
        wanted = intent(chance.choice(OPERATIONS), who, new=new, fingerprint=meant)
        if kind == "begin":
            op = {"do": "begin", **begun(wanted, [head + chance.randint(-2, 5)] if chance.random() < 0.3 else [])}
            yield {**op, "item": chance.randrange(len(items))} if chance.random() < 0.5 else op
        elif kind == "finish" and begun_so_far:
            outcome = chance.choice(OUTCOMES)
            more = {"is_observed": chance.random() < 0.2, "is_answer": chance.random() < 0.5}
            target = "given" if chance.random() < 0.1 else None
            yield {
                **finished("", outcome, "said", target=target, **more),
                "entry": chance.randrange(max(0, begun_so_far - 9), begun_so_far),
            }
        elif kind == "already":
            yield {"do": "already", **begun(wanted), "message": "so"}
        elif kind == "note":
            row = {
                "kind": "note",
                "entry": "n",
                "username": escaped(who),
                "body": "{}",
                "unless": head + chance.randint(-9, 5),
            }
            yield {"do": "note", **row}
        elif kind == "recover":
            yield {"do": "recover", "message": "its process is gone"}


def compare(database, intent, seed):
    """Write the same in one account in groups, in another one by one; return what answers told of."""
    chance = random.Random(seed)
    items = [[escaped(name), "{}", step] for name in PEOPLE for step in (0, 1)]
    groups, singly = (Book(database, f"reseller-v2|https://x.example|{name}{seed}", items) for name in ("one", "two"))
    told = set()
    for turn in range(ROUNDS):
        ops = list(some_ops(chance, len(groups.ids), groups.head(), intent, items))
        is_gone = turn < ROUNDS // 2 and chance.random() < 0.3 and not any("item" in op for op in ops)
        expected = singly.write(ops, by_the_gone=is_gone, together=False)
        assert groups.write(ops, by_the_gone=is_gone) == expected, (seed, ops)
        assert groups.holds() == singly.holds().replace("|two", "|one"), (seed, ops)
        told |= {key for answer in expected for key in answer}
        if turn == ROUNDS // 2:
            for book in (groups, singly):
                book.ask("SELECT bye(%s) IS NULL", book.gone)
    return told


async def test_a_group_is_written_as_its_operations_one_by_one_and_its_chain_is_whole(database, team_cluster, intent):
    told = {key for seed in range(SEEDS) for key in compare(database, intent, seed)}
    assert told == {"entry", "open", "touched", "taken", "overtaken", "number", "count"}
    ledger = TeamLedger(Team(team_cluster.address("ann")))
    try:
        report = await ledger.check()
    finally:
        await ledger.aclose()
    assert (report.is_whole, report.rows > 500) == (True, True)


def test_a_second_call_is_begun_in_the_group_in_which_the_first_one_ends(database, intent):
    book = Book(database, "reseller-v2|https://x.example|second", [["luz", "{}", 0], ["luz", "{}", 1]])
    first, second = ({"do": "begin", **begun(intent(username="luz")), "item": place} for place in (0, 1))
    assert book.write([first, second]) == [{"entry": 0}, {"open": 0}]
    ended = {**finished("", Outcome.APPLIED, "said"), "entry": 0}
    assert book.write([ended, second, second]) == [{}, {"entry": 1}, {"open": 1}]


async def test_ids_sort_by_time_within_a_group_and_behind_it(database, team_cluster, intent, account):
    ledger = TeamLedger(Team(team_cluster.address("ann")))
    try:
        first = await done(ledger, intent(username="first"))
        ops = [{"do": "begin", **begun(intent(username=f"u{number}"))} for number in range(50)]
        write = "SELECT write(%s, hello('{}'), %s)"
        from psycopg.types.json import Jsonb  # noqa: PLC0415 - only where it is installed

        ((told,),) = database.execute(write, (escaped(account), Jsonb(ops))).fetchall()
        ids = [answer["entry"] for answer in told["answers"]]
        last = await done(ledger, intent(username="last"))
    finally:
        await ledger.aclose()
    assert [first, *ids, last] == sorted({first, *ids, last})
