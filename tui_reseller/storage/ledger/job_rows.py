"""Jobs as rows of the ledger: what a job is made of, the digest that proves it, and what is refused because of it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from tui_reseller.domain.audit import Operator
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.job import Job, JobItem, JobState
from tui_reseller.domain.operation import Outcome, verb_of
from tui_reseller.domain.plan import Item, Plan
from tui_reseller.domain.printed import command
from tui_reseller.storage.ledger.encoding import compact, unescaped


class JobRow(NamedTuple):
    """What a database holds of a job itself. Body is what job_body() returned, role who made it, where the database
    knows.
    """

    number: int
    digest: str
    account: str
    time: str
    total: int
    body: str
    state: str
    why: str
    role: str = ""

    @property
    def makes_two_calls(self) -> bool:
        """Whether some of its customers take two."""
        return bool(json.loads(self.body).get("two_calls"))


class ItemRow(NamedTuple):
    """What a database has of an item. Outcome is the present one of its operation, or why none was begun; message
    goes with the latter, outcome_body with the former.
    """

    place: int
    body: str
    entry: str | None
    attempts: int
    outcome: str | None
    message: str | None
    outcome_body: str | None
    step: int = 0


def job_body(plan: Plan, operator: Operator, reason: str, passwords_to: str) -> str:
    """Return what is kept of a plan beside its items."""
    return compact({
        "profile": plan.profile, "origin": plan.origin, "source": plan.source, "reason": reason,
        "operator": operator.as_dict(), "passwords_to": passwords_to, "verbs": list(map(verb_of, plan.operations)),
        **({"two_calls": True} if plan.makes_two_calls else {}),
    })  # fmt: skip


def placed_steps(plan: Plan) -> list[tuple[int, int, Item]]:
    """Return the calls of a plan in their order: the place of each, which call it is of its customer, and the item.
    Both calls of a customer have the whole item: it is what was reviewed.
    """
    steps = [(step, item) for item in plan.items for step in range(len(item.steps))]
    return [(place, step, item) for place, (step, item) in enumerate(steps)]


def items_digest(job: tuple[str, str, int] | None, items: Iterable[tuple[int, int, str, str]]) -> str:
    """Return the SHA-256 of a job's account, body and number of items, and of its items (place, step, username, body),
    all as they are stored. It is kept in the chain when the job is made, and compared before the job sends anything.
    """
    found = hashlib.sha256(repr(job).encode("utf-8", "backslashreplace"))
    for item in items:
        found.update(repr(item).encode("utf-8", "backslashreplace"))
    return found.hexdigest()


def refuse_changed_items(number: int, chained: str | None, digest: str) -> None:
    """Raise RefusedHere if a job is not what it was when it was made: its row in the chain (its body, None if there is
    none) has another digest.
    """
    if chained is None or json.loads(chained).get("digest") != digest:
        raise RefusedHere(
            f"refused: the items of job {number} are not those that were reviewed: its file was changed; "
            "nothing was sent",
            hint="make the plan again; who can write to the ledger's folder?",
        )


def refuse_applied_again(number: int, time: str) -> None:
    """Raise RefusedHere: a plan was applied before, as a job that was made at a time (ISO 8601)."""
    raise RefusedHere(
        f"refused: this plan was applied already, as job {number} of {time[:16].replace('T', ' ')} UTC",
        hint=command("job", "show", str(number)),
    )


def read_job(
    row: JobRow, counts: Mapping[Outcome | None, int], in_flight: int, owner: str, canonical: Mapping[str, str]
) -> Job:
    """Return a job. Owner says in words which process runs it, or nothing; canonical gives the key of an account for an
    older spelling. A job that was running and that nobody runs was interrupted.
    """
    content = json.loads(row.body)
    state, account = JobState(row.state), unescaped(row.account)
    return Job(
        number=row.number,
        profile=content["profile"],
        account=canonical.get(account, account),
        origin=content["origin"],
        digest=row.digest,
        source=content["source"],
        operator=replace(Operator.from_dict(content["operator"]), role=row.role),
        reason=content["reason"],
        began=datetime.fromisoformat(row.time),
        state=JobState.INTERRUPTED if state is JobState.RUNNING and not owner else state,
        why=unescaped(row.why),
        total=row.total,
        counts=counts,
        owner=owner,
        passwords_to=content["passwords_to"],
        in_flight=in_flight,
        verbs=tuple(content.get("verbs", ())),
        makes_two_calls=bool(content.get("two_calls")),
    )


def read_item(row: ItemRow) -> JobItem:
    """Return an item of a job with what became of it."""
    message = ""
    if row.message:
        message = unescaped(row.message)
    elif row.outcome_body:
        message = json.loads(row.outcome_body)["message"]
    outcome = Outcome.read(row.outcome) if row.outcome else None
    item = Item.from_dict(json.loads(row.body))
    then = item.then.operation if item.then is not None and not row.step else None
    return JobItem(row.place, item.steps[row.step], outcome, message, row.entry, row.attempts, row.step, then)
