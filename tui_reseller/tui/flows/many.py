"""One action on many customers: a plan, its review, and the job that applies it (interaction 6.6)."""

from collections.abc import Sequence

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.fingerprint import seen_of
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.services import listing, plans
from tui_reseller.services.requested import RequestedChange
from tui_reseller.tui.flows.jobs import review_and_run
from tui_reseller.tui.flows.plans import Asked, Review, say_planning
from tui_reseller.tui.presenters.header import count_text
from tui_reseller.tui.profile_context import ProfileContext


async def act_on_many(
    context: ProfileContext, operation: Operation, targets: Sequence[Customer], asked: Asked | None = None
) -> None:
    """Plan one operation for marked customers, have it reviewed, and apply it."""
    session = context.session
    names = [customer.username for customer in targets]
    shown = frozenset(session.customers.usernames())
    say_planning(context, f"{context.provider.action(operation).title.lower()} for {count_text(len(names))} customers")
    try:
        await listing.refresh_for_many(session)
        wanted = [
            RequestedChange(Call(operation, target.username), meant=seen_of(context.provider, target))
            for target in targets
        ]
        hidden = frozenset(name for name in names if name not in shown)
        drafted = await plans.draft(session, wanted, origin=f"marked {count_text(len(names))}", hidden=hidden)
    except ResellerError as error:
        context.notify_error(error)
        return
    await context.requery()
    loaded = {customer.username: customer for customer in targets}
    changed = plans.moved_since(drafted.plan, loaded)
    await review_and_run(context, drafted, Review(marked=len(names), changed=changed, asked=asked or Asked()))
