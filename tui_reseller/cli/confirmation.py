"""May this write be done? By --yes, by --confirm, or by a person at the terminal (interaction.md section 4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.console import Console
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.grading import Gravest
from tui_reseller.domain.printed import line
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.text import quoted
from tui_reseller.services.door import Consent
from tui_reseller.services.policy import confirming_text, is_confirmed_by, refuse_over_ceiling, typed_text


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What is to be allowed: an operation of a grade on frozen usernames, and how many customers there are in all."""

    gravest: Gravest
    usernames: Sequence[str]
    profile: Profile
    total: int

    @property
    def typed(self) -> str | None:
        """What must be typed, or None where yes is enough."""
        return typed_text(self.gravest.grade, self.usernames, self.profile, self.total)

    @property
    def confirming(self) -> str:
        """What --confirm would have to be."""
        return confirming_text(self.usernames, self.profile)

    def is_confirmed_by(self, text: str) -> bool:
        """Whether a text confirms it."""
        return is_confirmed_by(text, self.usernames, self.profile)


def consent_from_options(confirmation: Confirmation, writing: Writing, *, can_ask: bool) -> Consent | None:
    """Return the consent that the options give; None if a person has to be asked.

    Raises RefusedHere where none can be, and for more customers than the profile lets change at once.
    """
    refuse_over_ceiling(confirmation.profile, len(confirmation.usernames), confirmation.total)
    if writing.confirm is not None:
        if not confirmation.is_confirmed_by(writing.confirm):
            raise RefusedHere(
                f"refused: {quoted(writing.confirm)} does not confirm it, nothing was sent; it must be: "
                f"{line('--confirm', confirmation.confirming)}"
            )
        return Consent(agreed=True, typed=writing.confirm)
    if confirmation.typed is not None:
        if can_ask:
            return None
        raise RefusedHere(
            f"refused: nothing was sent; this needs: {line('--confirm', confirmation.typed)}",
            hint="--yes does not replace it" if writing.yes else "",
        )
    if writing.yes:
        return Consent(agreed=True)
    if can_ask:
        return None
    raise RefusedHere("refused: without a terminal this needs --yes; nothing was sent")


def ask(confirmation: Confirmation, review: Sequence[str], console: Console) -> Consent:
    """Show the review and ask; return the consent. Raises RefusedHere at anything but the answer that is asked for."""
    for text in review:
        console.warn(text)
    typed = confirmation.typed
    what = confirmation.profile.service.action(confirmation.gravest.operation).title.lower()
    asked = f"Type {quoted(typed)} without the quotation marks" if typed is not None else "Type yes"
    answer = console.ask(f"{asked} to {what}")
    if not (confirmation.is_confirmed_by(answer) if typed is not None else answer == "yes"):
        raise RefusedHere("refused: not confirmed; nothing was sent")
    return Consent(agreed=True, typed=typed)
