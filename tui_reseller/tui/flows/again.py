"""Do the last verb once more, on the customer under the cursor, with its dialog filled in as before."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tui_reseller.tui.profile_context import ProfileContext

Conversation = Callable[[ProfileContext], Awaitable[None]]


@dataclass(slots=True)
class _Last:
    verb: Conversation | None = None


def remember(context: ProfileContext, verb: Conversation) -> None:
    """Make a verb the one that is done again."""
    context.memory(_Last).verb = verb


async def again(context: ProfileContext) -> None:
    """Do the last verb that can be repeated."""
    verb = context.memory(_Last).verb
    if verb is None:
        context.notify("Nothing to repeat yet.")
        return
    await verb(context)
