"""What every measurement gets."""

from dataclasses import dataclass

from prepared import Prepared


@dataclass(frozen=True)
class Bench:
    """The prepared sizes, ascending, and how long an idle screen is watched."""

    all: list[Prepared]
    idle: float

    @property
    def small(self) -> Prepared:
        return self.all[0]

    @property
    def big(self) -> Prepared:
        return self.all[-1]

    @property
    def middle(self) -> Prepared | None:
        """The size between, if there is one."""
        return self.all[1] if len(self.all) > 2 else None
