"""What a dialog says of customers whose usernames the eye takes for each other."""

from collections.abc import Sequence

from tui_reseller.domain.confusables import difference
from tui_reseller.domain.text import quoted

LOOK_ALIKES = 2
"""So many customers that look like this one are named in a dialog."""


def alike_lines(username: str, others: Sequence[str]) -> list[str]:
    """Warn of other customers whose usernames look like this one, and say where they differ."""
    lines = [
        f"! Looks like another customer, {quoted(other, 40)}: {difference(username, other)}."
        for other in others[:LOOK_ALIKES]
    ]
    lines += ["! And more customers look like it."] if len(others) > LOOK_ALIKES else []
    if lines and not username.isascii():
        lines.append("Not on your keyboard? On the command line --confirm takes it pasted.")
    return lines
