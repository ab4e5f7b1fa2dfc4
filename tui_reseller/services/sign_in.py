"""A link that signs an operator in as a customer: asked for once, written down, told to nobody else.

It changes no customer, but it opens one's whole account: what may not be written may not be entered either.
"""

from collections.abc import Mapping, Sequence

from tui_reseller.domain.action import Action
from tui_reseller.domain.confusables import is_same_name
from tui_reseller.domain.errors import LedgerUnavailable, RefusedHere, ResellerError
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import quoted
from tui_reseller.services.door import Consent
from tui_reseller.services.ledger_ports import LedgerPort
from tui_reseller.services.policy import TYPED, confirming_text, grade, is_confirmed_by
from tui_reseller.services.session import Session

KIND = "sign_in"
"""Of the rows of the ledger that say who asked for a link; under the key of our account."""
ASKED, GIVEN = "asked", "given"


ACTION = Action(
    "Sign in as the customer",
    2,
    "Get the link",
    consequence=(
        "The link opens the customer's whole account, as its first administrator: once, for about a minute.",
        "Whoever has it is in. Who asked for it is written down; the link is kept nowhere.",
    ),
)
"""How strongly it is asked about, and what is said before: it is an operation, though it changes no customer."""


def typed_text(session: Session, username: str) -> str | None:
    """Return what has to be typed before a link is asked for, or None where yes is enough."""
    is_typed = grade(ACTION, protected=session.profile.protected) >= TYPED
    return confirming_text([username], session.profile) if is_typed else None


def refuse(session: Session, username: str, reason: str | None = None) -> None:
    """Raise RefusedHere for what is never asked for: where the service has no such link, while nothing may be written,
    without a reason where one is required (None: it has not been asked for yet), and for our own account. Raises
    BadConfig where the config file cannot be read any more.
    """
    policy = session.policy
    policy.tighten()
    if (refusal := policy.without_sign_in() or policy.refusal()) is not None:
        raise refusal
    if not username.strip() or is_same_name(username, session.profile.api_user):
        raise RefusedHere(f"refused: {quoted(username)} is no customer's account; no link was asked for")
    if reason is not None and session.profile.protected and not policy.reason_for(reason):
        raise RefusedHere(
            f'refused: profile "{session.profile.name}" is protected, a reason is required; no link was asked for'
        )


def refuse_unagreed(session: Session, username: str, consent: Consent) -> None:
    """Raise RefusedHere unless somebody has agreed, by typing the account where that is asked for."""
    if consent.dry_run:
        raise RefusedHere("refused: a dry run asks for no link")
    typed = typed_text(session, username)
    if consent.typed is not None and not is_confirmed_by(consent.typed, [username], session.profile):
        raise RefusedHere(f"refused: {quoted(consent.typed)} does not confirm it; no link was asked for")
    if typed is not None and consent.typed is None:
        raise RefusedHere(f"refused: this must be confirmed by typing {quoted(typed)}; no link was asked for")
    if not consent.agreed:
        raise RefusedHere("refused: not confirmed; no link was asked for")


async def link_for(session: Session, username: str, reason: str, consent: Consent) -> Secret:
    """Return a link that signs in once, as an administrator of the customer's account. It is written down before it is
    asked for, and again with what became of it; the link itself never is.

    Raises what refuse() and refuse_unagreed() raise, LedgerUnavailable, NotSent, AnswerLost, UnusableAnswer, Rejected
    and its kinds.
    """
    refuse(session, username, reason)
    refuse_unagreed(session, username, consent)
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
        await session.ledger.note(session.account, KIND, session.account, body)
    except LedgerUnavailable as error:
        raise LedgerUnavailable(f"{error.message}; no link is given out without it", hint=error.hint) from None
