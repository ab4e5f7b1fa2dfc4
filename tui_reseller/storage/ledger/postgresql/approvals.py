"""Proposals and what others say of them, in a team's ledger. What follows from them the database holds."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from tui_reseller.domain.approval import Proposal, Review, Verdict
from tui_reseller.domain.errors import InvalidInput, LedgerUnavailable
from tui_reseller.domain.plan import Plan, plan_from, plan_text
from tui_reseller.storage.ledger.encoding import escaped, unescaped
from tui_reseller.storage.ledger.postgresql.ledger import TeamLedger

if TYPE_CHECKING:
    from tui_reseller.storage.ledger.postgresql.reader import TeamReader

_PROPOSALS = (
    "SELECT p.id, p.account, p.digest, p.items, p.role::text, p.reason, p.made, p.until, a.approvals, "
    "approvals_given(p.id, ''), approvals_given(p.id, session_user), p.job "
    "FROM proposals p JOIN accounts a ON a.name = p.account"
)
_REVIEWS = "SELECT role::text, verdict, reason, made FROM reviews WHERE proposal = ? ORDER BY made"


class TeamApprovals:
    """Proposals of a team. Every method may raise LedgerUnavailable."""

    def __init__(self, ledger: TeamLedger) -> None:
        self._ledger = ledger

    async def propose(self, plan: Plan, reason: str, lasting: timedelta) -> Proposal:
        """Propose a plan; one that is open already stays as it is."""
        account = escaped(plan.account)
        values = (plan_text(plan), escaped(reason), int(lasting.total_seconds()))
        return await self._known(int(await self._ledger.ask(account, "propose(?, ?, ?, ?, ?)", account, values)))

    async def all(self, account: str | None) -> Sequence[Proposal]:
        """Return proposals, newest first."""
        where, values = ("", ()) if account is None else (" WHERE p.account = ?", (escaped(account),))
        return await self._ledger.run(lambda reader: list(_proposals(reader, where, *values)))

    async def get(self, number: int) -> Proposal | None:
        """Return one."""
        return await self._ledger.run(lambda reader: next(_proposals(reader, " WHERE p.id = ?", number), None))

    async def plan_of(self, number: int) -> Plan:
        """Return the plan that was proposed, as its digest says."""
        query = "SELECT plan, digest FROM proposals WHERE id = ?"
        rows = await self._ledger.run(lambda reader: list(reader.select(query, number)))
        if not rows:
            raise InvalidInput(f"there is no proposal {number}")
        text, digest = rows[0]
        try:
            found = plan_from(text.split("\n"))
        except (ValueError, KeyError, TypeError, IndexError):
            found = None
        if found is None or found.digest != digest:
            raise LedgerUnavailable(f"ledger: the plan of proposal {number} is not what was proposed: it was changed")
        return found

    async def review(self, number: int, verdict: Verdict, digest: str, reason: str) -> Proposal:
        """Say yes or no to the plan with this digest; return the proposal as it is then."""
        account = escaped((await self._known(number)).account)
        values = (verdict.value, digest, escaped(reason))
        await self._ledger.ask(account, "review(?, ?, ?, ?, ?)", number, values)
        return await self._known(number)

    async def _known(self, number: int) -> Proposal:
        found = await self.get(number)
        if found is None:
            raise InvalidInput(f"there is no proposal {number}")
        return found


def _proposals(reader: "TeamReader", where: str, *values: object) -> Iterator[Proposal]:
    for number, account, digest, items, role, reason, made, until, needed, given, for_me, job in reader.select(
        f"{_PROPOSALS}{where} ORDER BY p.id DESC", *values
    ):
        reviews = [
            Review(name, Verdict(verdict), _text(why), moment.astimezone(UTC))
            for name, verdict, why, moment in reader.select(_REVIEWS, number)
        ]
        yield Proposal(
            number, unescaped(account), digest, items, role, _text(reason), made.astimezone(UTC), until.astimezone(UTC),
            needed, given, for_me, reviews, job,
        )  # fmt: skip


def _text(stored: str) -> str:
    return str(json.loads(f'"{stored}"'))
