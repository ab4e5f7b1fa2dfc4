"""Credits, sending addresses, offerings: read, change, review with before and after, one call."""

from collections.abc import Mapping, Sequence

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.grading import grade_of
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.whole import in_one_form
from tui_reseller.services.validation import findings_for
from tui_reseller.services.write import is_already_so, preview
from tui_reseller.tui.dialogs.form_spec import FormSpec
from tui_reseller.tui.dialogs.rows import key_words, typed_fields
from tui_reseller.tui.dialogs.texts import review_form, who
from tui_reseller.tui.dialogs.whole_form import call_of, review_lines, whole_form
from tui_reseller.tui.flows.act import do_one, reason_required, typed_for_one
from tui_reseller.tui.flows.again import remember
from tui_reseller.tui.flows.details import read_now
from tui_reseller.tui.flows.targets import only_one, warnings
from tui_reseller.tui.profile_context import ProfileContext


async def credits_(context: ProfileContext) -> None:
    """Set the credits of a customer, or add to them."""
    await _overwrite(context, (Operation.CREDITS_SET, Operation.CREDITS_ADD), "credits")


async def ips(context: ProfileContext) -> None:
    """Set the addresses that a customer's mail leaves from."""
    await _overwrite(context, (Operation.IPS_SET,), "sending addresses")


async def offerings(context: ProfileContext) -> None:
    """Overwrite what an account has booked."""
    await _overwrite(context, (Operation.OFFERINGS_SET,), "offerings")


async def _overwrite(context: ProfileContext, operations: Sequence[Operation], what: str) -> None:
    """Ask, review, send."""
    chosen = await only_one(context, what)
    taken = context.provider.action(operations[0]).takes
    customer = await read_now(context, chosen, taken) if chosen is not None else None
    if customer is None:
        return
    remember(context, lambda context: _overwrite(context, operations, what))
    values: Mapping[str, str] | None = None
    problem, offered = "", await _offered(context, taken, customer)
    while True:
        form = whole_form(
            context.provider, operations, customer, context.profile_title, offered, values, problem
        )  # fmt: skip
        values = await context.dialogs.ask_form(form)
        if values is None:
            return
        call = in_one_form(context.provider, call_of(context.provider, operations, customer.username, values))
        findings = findings_for(context.provider, call)
        problem = "; ".join(finding.message for finding in findings if not finding.warning)
        if problem:
            continue
        if is_already_so(context.provider, call, customer):
            context.notify("It is so already, nothing was sent.")
            return
        try:
            spec = await _review(context, call, customer, [one.message for one in findings])
        except ResellerError as error:
            context.notify_error(error)
            return
        answer = await context.dialogs.ask_form(spec)
        if answer is not None:
            await do_one(context, call, customer, answer)
            return


async def _offered(context: ProfileContext, names: Sequence[str], customer: Customer) -> Mapping[str, Sequence[str]]:
    """Ask the service what it offers; without an answer, everything is typed."""
    try:
        return {name: await context.session.offered_for(name, customer) for name in names}
    except ResellerError as error:
        context.notify_error(error)
        return {}


async def _review(context: ProfileContext, call: Call, customer: Customer, notes: Sequence[str]) -> FormSpec:
    """Show before and after, and what the service takes away. Raises ResellerError if that cannot be asked."""
    provider, action = context.provider, context.provider.action(call.operation)
    lost = await context.session.taken_away(call, customer)
    alike = await warnings(context, customer)
    level = grade_of(provider, call, customer.as_dict())
    lines = review_lines(provider, preview(provider, call, customer), lost, notes)
    return review_form(
        f"Review: {action.heading[:1].lower()}{action.heading[1:]}",
        context.profile_title,
        [who(provider, customer), *lines, *alike, *action.consequence],
        reason_required=reason_required(context, call.operation),
        commit=action.button,
        confirming=typed_fields(
            call.username, typed_for_one(context, call.operation, call.username, level), key_words(provider)
        ),
        grade=level,
    )
