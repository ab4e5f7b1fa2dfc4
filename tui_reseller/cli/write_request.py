"""What a verb that changes customers wants done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.secret import Secret
from tui_reseller.services.files.reading import Read
from tui_reseller.services.plan_checks import PLAIN, Checking


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """What a verb wants done: one operation on one or several customers. Generated passwords are shown once. Read is
    the file in which the calls stand, if they stand in one. Then is what is done to new customers afterwards, by
    username.
    """

    calls: Sequence[Call]
    generated: Mapping[str, Secret] = field(default_factory=dict)
    skip_unknown: bool = False
    read: Read | None = None
    then: Mapping[str, Call] = field(default_factory=dict)
    checking: Checking = PLAIN

    @property
    def operation(self) -> Operation:
        """The one operation."""
        return self.calls[0].operation

    @property
    def is_for_many(self) -> bool:
        """Whether it is several calls, and so a job."""
        return len(self.calls) > 1

    @property
    def further(self) -> list[Call]:
        """What is done beside the calls."""
        return list(self.then.values())

    @property
    def usernames(self) -> list[str]:
        """On whom."""
        return [call.username for call in self.calls]
