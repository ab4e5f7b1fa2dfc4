"""Changes of a profile's rules are rows of the audit log: who loosened them, and when, must be found later."""

from collections.abc import Mapping, Sequence

from tui_reseller.domain.audit import Operator
from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.profile import Profile
from tui_reseller.services.ledger_ports import LedgerPort

KIND = "rules"
RULES = ("protected", "read_only", "max_rows", "max_percent")


def rules_of(profile: Profile | None) -> Mapping[str, object]:
    """Return the rules of a profile; none of one that is not there."""
    return {name: getattr(profile, name) for name in RULES} if profile else {}


async def write_down(ledger: LedgerPort, operator: Operator, before: Profile, after: Profile | None) -> None:
    """Write down what is about to change, if a rule does; after is None where the profile is removed.

    Raises LedgerUnavailable: nothing may be loosened then. What only becomes stricter needs no ledger.
    """
    if rules_of(before) == rules_of(after):
        return
    body = {"operator": operator.as_dict(), "account": before.account}
    try:
        await ledger.note(
            before.account, KIND, before.name, {**body, "before": rules_of(before), "after": rules_of(after) or None}
        )
    except LedgerUnavailable:
        if after is None or rules_of(after.stricter(before)) != rules_of(after):
            raise


async def written(ledger: LedgerPort, name: str) -> Sequence[Mapping[str, object]]:
    """Return the changes of a profile's rules, newest first: time, operator, before, after.

    Raises LedgerUnavailable.
    """
    return [{"time": time, **body} for time, body in await ledger.notes(KIND, name)]
