"""What a conflict asks, field by field: keep mine or take theirs. Pure: values in, a FormSpec out."""

from tui_reseller.domain.changes import Collision
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import Conflict
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.text import quoted
from tui_reseller.tui.dialogs.form_spec import FormField, FormSpec
from tui_reseller.tui.presenters.detail import NOT_GIVEN

MINE, THEIRS = "mine", "theirs"
_OPTIONS = ((MINE, "keep mine"), (THEIRS, "take theirs"))


def conflict_form(provider: Provider, customer: Customer, profile: str, conflict: Conflict) -> FormSpec:
    """Ask for every field that both changed. Nothing is chosen beforehand, and nothing is sent from here."""
    return FormSpec(
        f"Changed meanwhile: {quoted(customer.username, 40)}",
        profile,
        (
            f"{conflict.message}.",
            "Left and right choose, Enter goes on. Fields that only you changed stay as you typed them.",
        ),
        [_field(provider, collision) for collision in conflict.collisions],
        commit="Review",
        cancel="Later",
    )


def _field(provider: Provider, collision: Collision) -> FormField:
    values = (("loaded", collision.before), ("now", collision.now), ("mine", collision.wanted))
    lines = ("", *(f"  {word:<15} {_shown(value)}" for word, value in values))
    return FormField(collision.field, provider.label(collision.field), kind="choice", options=_OPTIONS, lines=lines)


def _shown(value: object) -> str:
    return NOT_GIVEN if value is None else quoted(str(value), 255)
