"""Unlock a protected profile for some minutes, and show when they are over."""

from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.fields import Finding
from tui_reseller.services.policy import LONGEST_UNLOCK
from tui_reseller.tui.dialogs.form_spec import FormField, FormSpec
from tui_reseller.tui.presenters.header import clock_text
from tui_reseller.tui.profile_context import ProfileContext

DEFAULT_MINUTES = "15"
SHOWN_AFTER = 0.1
"""Seconds from the end of an unlocking until it is shown: not before it is so."""


async def unlock(context: ProfileContext) -> None:
    """Open a protected profile for some minutes, with a reason; `l` again locks."""
    policy = context.session.policy
    if not context.session.profile.protected:
        context.notify("This profile is not protected: nothing to unlock.")
        return
    never = policy.why_never_writable()
    if never:
        context.notify(f"Unlocking opens nothing: {never}.")
        return
    if policy.is_unlocked:
        policy.lock()
        context.notify("Locked.")
        return
    spec = FormSpec(
        "Unlock for writing",
        context.profile_title,
        ("It locks itself again after these minutes. The reason goes with everything done meanwhile.",),
        (
            FormField("minutes", "Minutes", DEFAULT_MINUTES, required=True, check=_minutes),
            FormField("reason", "Reason", required=True, limit=200),
        ),
        commit="Unlock",
    )
    answer = await context.dialogs.ask_form(spec, is_write=False)
    if answer is None:
        return
    try:
        minutes = float(answer["minutes"])
        until = policy.unlock(minutes, answer["reason"])
    except ValueError:
        context.notify("Minutes are a number, 1 to 480.", "bad")
    except ResellerError as error:
        context.notify_error(error)
    else:
        show_lock_after(context, minutes)
        context.notify(f"Writable until {clock_text(until, context.now())}: {answer['reason']}", "warning")


def _minutes(value: str) -> list[Finding]:
    is_good = value.isascii() and value.isdigit() and 0 < int(value[:6]) <= LONGEST_UNLOCK.total_seconds() / 60
    return [] if is_good else [Finding("minutes", "Minutes: a number, 1 to 480")]


def show_lock_after(context: ProfileContext, minutes: float) -> None:
    """Show that a profile has locked itself again: one timer at the end, and nothing ticks until then."""

    def locked() -> None:
        if context.state.writable_until is None:
            return  # by hand, before
        context.show()
        if context.state.read_only:  # else it was unlocked once more meanwhile
            context.notify("Locked again: the minutes are over. l unlocks.", "warning")

    context.host.after(minutes * 60 + SHOWN_AFTER, locked)
