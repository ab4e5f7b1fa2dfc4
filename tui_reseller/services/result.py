"""What a use case answers: one result per customer, the same for screen and script."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tui_reseller.domain.changes import Change, as_object
from tui_reseller.domain.errors import Conflict, ResellerError
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.receipt import NOTHING_TOLD
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.value import Value


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one operation on one customer.

    Id is the audit entry, None where nothing was to be written down (refused, conflict, nothing to change). Error says
    why it was not applied. Password is a generated one, link what signs in as the customer: both to be shown once. Told
    is what the service said with its answer of the customer as it is now.
    """

    username: str
    operation: Operation
    outcome: Outcome
    message: str
    id: str | None = None
    changes: tuple[Change, ...] = ()
    error: ResellerError | None = field(default=None, compare=False)
    password: Secret | None = field(default=None, compare=False)
    told: Mapping[str, Value] = field(default_factory=lambda: NOTHING_TOLD, compare=False)
    link: Secret | None = field(default=None, compare=False)

    def as_dict(self) -> dict[str, object]:
        """Return the stable object of output (design: "A write"), without the password."""
        changes: dict[str, object] = {name: dict(pair) for name, pair in as_object(self.changes).items()}
        if isinstance(self.error, Conflict):
            changes = {c.field: {"before": c.before, "after": c.wanted, "now": c.now} for c in self.error.collisions}
        return {
            "username": self.username,
            "operation": self.operation.value,
            "outcome": self.outcome.value,
            "id": self.id,
            "changes": changes,
            "message": self.message,
        }
