"""What a team's ledger is asked beside its rows: functions of the schema that follow rules of their own."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui_reseller.domain.errors import RefusedHere
from tui_reseller.storage.ledger.encoding import escaped
from tui_reseller.storage.ledger.postgresql.lane import Lane
from tui_reseller.storage.ledger.reading import Reader, ReadLedger

if TYPE_CHECKING:
    from tui_reseller.storage.ledger.postgresql.writer import Writer


class AskedLedger(ReadLedger[Reader]):
    """A ledger that calls functions of the schema. Every method may raise LedgerUnavailable."""

    _writing: "Lane[Writer]"

    def _keep_beating(self) -> None:
        """Let the session of this process live on."""
        raise NotImplementedError

    async def ask(self, account: str, call: str, first: object, values: Sequence[object]) -> Any:
        """Call a function of the schema in an account (escaped) with the session of this process; return what it
        returns. Raises RefusedHere for what it refuses.
        """
        found = await self._writing.wait(self._writing.submit(lambda writer: writer.ask(account, call, first, values)))
        self._keep_beating()
        return found

    async def approvals(self, account: str) -> int:
        """Return how many others must approve before something is sent in an account."""
        query = "SELECT approvals FROM account_settings(?)"
        rows = await self.run(lambda reader: list(reader.select(query, escaped(account))))
        return int(rows[0][0])

    async def break_glass(self, account: str, reason: str) -> None:
        """Let this process write in an account without approval; a row of the log says so."""
        await self.ask(escaped(account), "break_glass(?, ?, ?)", escaped(account), (escaped(reason),))


def refuse_unapproved(answer: Mapping[str, object]) -> None:
    """Raise RefusedHere if the database let nothing be begun because others have to approve of it."""
    if "unapproved" in answer:
        raise RefusedHere(
            "refused: this account asks for the approval of others; nothing was sent",
            hint="make a plan of it, and propose that: plan new, plan propose",
        )
