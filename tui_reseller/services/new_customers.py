"""New customers of a file, checked as a plan's are, and created at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.operation import Call
from tui_reseller.domain.plan import Refusal
from tui_reseller.services import plans
from tui_reseller.services.files.findings import refuse_findings
from tui_reseller.services.files.reading import Read
from tui_reseller.services.plan_checks import Checking
from tui_reseller.services.session import Session


@dataclass(frozen=True, slots=True)
class NewCustomers:
    """The calls that create them, each with its password, those that give them more then, by username, and what is
    worth a word.
    """

    calls: Sequence[Call]
    then: Mapping[str, Call]
    notes: Sequence[str]


async def checked_customers(session: Session, read: Read, checking: Checking) -> NewCustomers:
    """Return what creates the customers of a file. Raises InvalidInput with all that is wrong with any row."""
    present: dict[str, Customer] | None = None if session.held.read_at is not None else {}
    drafted = await plans.draft(
        session, read.wanted, origin="file", refusals=read.refusals, present=present, checking=checking
    )
    rows = {row.call.username: row.call for row in read.wanted}
    needing = [row for row in read.wanted if session.provider.action(row.call.operation).needs_password]
    without = [Refusal(row.line, "Password is required", "password") for row in needing if row.call.password is None]
    refuse_findings(sorted([*drafted.refusals, *without], key=lambda refusal: refusal.line))
    calls = [replace(item.call, password=rows[item.username].password) for item in drafted.plan.items]
    then = {item.username: second.call for item in drafted.plan.items for second in item.steps[1:]}
    return NewCustomers(calls, then, [*read.notes, *drafted.notes])
