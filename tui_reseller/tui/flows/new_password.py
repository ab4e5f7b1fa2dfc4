"""A write with a new password that was made here: it is in a file of ours until the operator has seen it."""

from collections.abc import Mapping
from dataclasses import replace

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.operation import Call
from tui_reseller.domain.text import clean
from tui_reseller.services.job_passwords import Made
from tui_reseller.services.result import Result
from tui_reseller.tui.dialogs.secret import ShowSecret
from tui_reseller.tui.flows.act import do_one
from tui_reseller.tui.profile_context import ProfileContext


async def do_one_and_show(
    context: ProfileContext,
    call: Call,
    loaded: Customer | None,
    answer: Mapping[str, str],
    then: Call | None = None,
) -> Result:
    """Carry out one write, and then what do_one() is told; and show its password once. Raises BadConfig if it cannot be
    kept: then nothing is sent.

    Whatever ends the application while the password is not seen leaves it in the file, which is named on the shell.
    """
    kept = Made(context.services.password_files.own(), {call.username: call.password} if call.password else {})
    is_seen = False
    try:
        password = await kept.of(call.username)
        result = await do_one(context, replace(call, password=password), loaded, answer, then)
        await kept.told(result)
        if kept.valid:
            dialog = ShowSecret(call.username, password, result.outcome, context.host.copy_text)
            is_seen = await context.dialogs.ask(dialog) is not None
        return result
    finally:
        if is_seen or not kept.valid:
            kept.file.discard()
        else:
            kept.close()
            words = f"the new password of {call.username} is in {kept.file.path}: delete it when you have it"
            context.host.leave_line(clean(words))
            context.notify(words, "warning")
