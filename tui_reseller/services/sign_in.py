"""A link that signs an operator in as a customer: an operation like others, but that it changes no customer.

It opens one's whole account: what may not be written may not be entered either. The link itself is kept nowhere.
"""

from collections.abc import Mapping, Sequence

from tui_reseller.domain.audit import AuditQuery, Entry, utc_text
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.services.door import Permit
from tui_reseller.services.ledger_ports import LedgerPort
from tui_reseller.services.result import Result
from tui_reseller.services.session import Session
from tui_reseller.services.write import Aim, send, stopped

NOTED = "sign_in"
"""The kind of the notes in older ledgers that say who asked for a link; they stand under the key of our account."""
GIVEN, ON_ITS_WAY = "given", "asked"


def call_for(username: str) -> Call:
    """Return the call that asks for a link to a customer's account."""
    return Call(Operation.SIGN_IN, username)


async def ask_for_link(session: Session, call: Call, permit: Permit, reason: str) -> Result:
    """Ask for a link that signs in once, as an administrator of the customer's account. It is in the result if the
    service gave one: that it was asked for is durable before, and what became of it is written down.

    The customer is not read before: there is nothing to compare, and an account is never another one under its id.
    Never raises a ResellerError: what stopped it stands in the result.
    """
    try:
        return await send(session, call, None, permit, Aim(reason=reason))
    except ResellerError as error:
        return stopped(call, error)


async def past(ledger: LedgerPort, account: str) -> Sequence[Mapping[str, object]]:
    """Return when links were asked for, by whom and for whom, newest first: operations, and notes of older versions,
    which wrote one when a link was asked for and one with what became of it. Raises LedgerUnavailable.
    """
    asked = await ledger.entries(AuditQuery(account=account, operation=Operation.SIGN_IN))
    noted = await ledger.notes(NOTED, account)
    found = [_of_entry(entry) for entry in asked] + [{"time": time, **body} for time, body in noted]
    return sorted(found, key=lambda one: str(one["time"]), reverse=True)


def _of_entry(entry: Entry) -> dict[str, object]:
    is_given = entry.outcome is not None and entry.outcome.is_applied
    return {
        "time": utc_text(entry.time),
        "username": entry.username,
        "link": GIVEN if is_given else entry.message if entry.outcome else ON_ITS_WAY,
        "operator": entry.operator.as_dict(),
        "profile": entry.profile,
        "reason": entry.reason,
        "outcome": entry.outcome.value if entry.outcome else None,
        "id": entry.id,
    }
