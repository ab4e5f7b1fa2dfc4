"""What an operation of a service is: its words, consequences and safety, as data. The tables stand in `providers/`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from tui_reseller.domain.operation import Operation, Outcome

NO_SWITCH: Mapping[str, bool] = MappingProxyType({})
NO_TEXTS: Mapping[str, str] = MappingProxyType({})
NO_REFUSALS: Mapping[str, Mapping[str, str]] = MappingProxyType({})
NO_KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType({})
NO_ADVICE: Mapping[Outcome, str] = MappingProxyType({})


class Effect(Enum):
    """What an operation does to the record of a customer. ENTERS leaves it as it is: it lets an operator in."""

    CHANGES = "changes"
    CREATES = "creates"
    RENAMES = "renames"
    REMOVES = "removes"
    ENTERS = "enters"


@dataclass(frozen=True, slots=True)
class Action:
    """One operation of a service.

    Grade is how strongly it is asked about (interaction 4): 1 asks, 2 states the consequence, 3 has the username
    typed. Button is the word that does it; remark stands behind the title where it is asked about. Of_many is the
    consequence for several customers. Sets are the switches that it turns, takes the fields that one call carries,
    remembers what a plan keeps to tell that it is still the same customer. Leaves are the texts that go with the
    switches. Refused_when says by field and value why it is never sent to a customer who is so. Undo is the operation
    that takes it back, or None, with cannot_undo saying why. Is_repeatable: sending it again with the same value does
    no harm; is_checkable: a reading can show that it happened (reliability 4.3), and uncheckable says why none can.
    Why_old_password: the old password is needed, and what to do without it; empty where it is not.
    Takes_end: it may be given a moment at which it is to be taken back. Advice is what may be done without harm while
    an outcome is open. Scope is what a key must be allowed, or empty. Brief is a few words on it, for the help.

    Is_whole: all that it takes is sent together and overwrites what is there, so that nothing of it is left out where
    it is so already, and it has a form of its own. Adding is the grade of one that takes nothing away of what is there
    (grading.py), where that is less. Kinds say of such an operation, by the value of the first field that
    it takes, which of the others go with it and are needed; without kinds all of them do.

    Asks_who: before it can be sent the customer is asked for anyway, for where it is served; so a job compares with
    that reading, and not with a list.
    """

    title: str
    grade: int
    button: str = ""
    remark: str = ""
    consequence: tuple[str, ...] = ()
    of_many: str = ""
    effect: Effect = Effect.CHANGES
    sets: Mapping[str, bool] = field(default_factory=lambda: NO_SWITCH)
    leaves: Mapping[str, str] = field(default_factory=lambda: NO_TEXTS)
    refused_when: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: NO_REFUSALS)
    takes: tuple[str, ...] = ()
    is_whole: bool = False
    adding: int | None = None
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NO_KINDS)
    remembers: tuple[str, ...] = ()
    undo: Operation | None = None
    cannot_undo: str = ""
    is_repeatable: bool = False
    is_checkable: bool = True
    uncheckable: str = "the service never tells; repeating with the same value does no harm"
    needs_password: bool = False
    why_old_password: str = ""
    hits_whole_account: bool = False
    takes_end: bool = False
    advice: Mapping[Outcome, str] = field(default_factory=lambda: NO_ADVICE)
    unseen: str = ""
    scope: str = ""
    brief: str = ""
    asks_who: bool = False

    @property
    def heading(self) -> str:
        """The title with its remark, for a question."""
        return f"{self.title} - {self.remark}" if self.remark else self.title

    @property
    def switch(self) -> str:
        """The field of the one switch that it turns, or empty."""
        return next(iter(self.sets), "")

    @property
    def is_told_by_fields(self) -> bool:
        """Whether fields before and after say what it did; else its title says it better, or there is a secret."""
        return self.effect in {Effect.CHANGES, Effect.RENAMES} and not self.needs_password

    @property
    def turned(self) -> tuple[str, ...]:
        """The fields that are otherwise afterwards whatever was asked for: its switches, and what goes with them."""
        return (*self.sets, *self.leaves)

    @property
    def is_seldom(self) -> bool:
        """Whether it opens or closes something: services take that more seldom than the rest."""
        return self.effect in {Effect.CREATES, Effect.REMOVES}

    @property
    def changes_who(self) -> bool:
        """Whether somebody else bears a username afterwards: a customer is opened, renamed or closed."""
        return self.effect in {Effect.CREATES, Effect.RENAMES, Effect.REMOVES}

    @property
    def locks(self) -> bool:
        """Whether a customer waits while its outcome is open (reliability R5): not for what changes nothing."""
        return self.effect is not Effect.ENTERS

    @property
    def stops(self) -> bool:
        """Whether it turns a switch off."""
        return False in self.sets.values()


FOREIGN_ACTION = Action(
    "Operation of a newer version", 3, is_checkable=False, cannot_undo="it cannot be undone by this version"
)
"""Of an operation that only a newer version knows, or another service has: it is shown and never sent."""
