"""A link that signs an operator in as a customer: asked for once, written down, told to nobody else.

It changes no customer, but it opens one's whole account: what may not be written may not be entered either.
"""

from collections.abc import Mapping, Sequence

from tui_reseller.domain.confusables import is_same_name
from tui_reseller.domain.errors import LedgerUnavailable, RefusedHere, ResellerError
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import quoted
from tui_reseller.services.ledger_ports import LedgerPort
from tui_reseller.services.session import Session

KIND = "sign_in"
"""Of the rows of the ledger that say who asked for a link; under the key of our account."""
ASKED, GIVEN = "asked", "given"


def refuse(session: Session, username: str, reason: str) -> None:
    """Raise RefusedHere for what is never asked for: where the service has no such link, while nothing may be written,
    without a reason where one is required, and for our own account. Raises BadConfig where the config file cannot be
    read any more.
    """
    policy = session.policy
    policy.tighten()
    if not session.provider.signs_in:
        raise RefusedHere(
            f"refused: {session.provider.title} has no sign-in link", hint=session.provider.why_no_sign_in
        )
    if (refusal := policy.refusal()) is not None:
        raise refusal
    if not username.strip() or is_same_name(username, session.profile.api_user):
        raise RefusedHere(f"refused: {quoted(username)} is no customer's account; no link was asked for")
    if session.profile.protected and not policy.reason_for(reason):
        raise RefusedHere(
            f'refused: profile "{session.profile.name}" is protected, a reason is required; no link was asked for'
        )


async def link_for(session: Session, username: str, reason: str) -> Secret:
    """Return a link that signs in once, as an administrator of the customer's account. It is written down before it is
    asked for, and again with what became of it; the link itself never is.

    Raises what refuse() raises, LedgerUnavailable, NotSent, AnswerLost, UnusableAnswer, Rejected and its kinds.
    """
    refuse(session, username, reason)
    service = await session.service()
    await _note(session, username, reason, ASKED)
    try:
        link = await service.link(username)
    except ResellerError as error:
        await _note(session, username, reason, error.message)
        raise
    await _note(session, username, reason, GIVEN)
    return link


async def past(ledger: LedgerPort, account: str) -> Sequence[tuple[str, Mapping[str, object]]]:
    """Return when links were asked for, and who for whom, newest first. Raises LedgerUnavailable."""
    return await ledger.notes(KIND, account)


async def _note(session: Session, username: str, reason: str, what: str) -> None:
    body = {
        "username": username,
        "profile": session.profile.name,
        "operator": session.operator.as_dict(),
        "reason": session.policy.reason_for(reason),
        "link": what,
    }
    try:
        await session.ledger.note(KIND, session.account, body)
    except LedgerUnavailable as error:
        raise LedgerUnavailable(f"{error.message}; no link is given out without it", hint=error.hint) from None
