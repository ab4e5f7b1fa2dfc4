"""Commands in words: footer, palette and help, and why one cannot be used now."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tui_reseller.domain.action import Action
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.provider import Provider
from tui_reseller.services.approvals import why_single
from tui_reseller.services.policy import Policy
from tui_reseller.tui.command import CUSTOMER, USAGE, VALID_FILTER, WHOLE_LIST, WRITABLE, Command
from tui_reseller.tui.keys import key_word
from tui_reseller.tui.view_state import ViewState

MORE = "more.open"
HELP = "help.open"
_FOOTER = ("customer.edit", "list.filter", "sending.enable", "sending.disable", "customer.password")
_INSTEAD = (MORE, "customer.create")
"""What stands in the footer where the service has not what is there otherwise."""
_MARKED_FOOTER = ("sending.enable", "sending.disable", MORE, "mark.shown", "mark.none", HELP)
_SHORT = {"mark.shown": "All shown", "customer.create": "New"}
_MANY_KEYS = 5


def is_lacking(command: Command, provider: Provider) -> bool:
    """Whether the service has nothing of what a command does: whatever is unlocked or chosen, it stays so."""
    is_without = bool(command.operations) and not any(map(provider.has, command.operations))
    return is_without or (USAGE in command.needs and not provider.tells_usage)


def why_not(command: Command, state: ViewState, policy: Policy, *, has_customer: bool) -> str | None:
    """Return why a command cannot be used now, or None. What the service has not comes first: nothing mends that."""
    lacking = [policy.lacking(operation) for operation in command.operations]
    refusals = [refusal for refusal in lacking if refusal is not None]
    if refusals and len(refusals) == len(lacking):
        return _why(refusals[0])
    without = policy.without_usage() if USAGE in command.needs else None
    if without is not None:
        return _why(without)
    if CUSTOMER in command.needs and not has_customer and not state.marked:
        return "no customer under the cursor"
    if WRITABLE in command.needs and state.read_only:
        return state.read_only + (" - l unlocks" if state.can_unlock else "")
    if why := _why_never_proposed(command, policy):
        return why
    if VALID_FILTER in command.needs and not state.filter_valid:
        return "the filter is not finished"
    if WHOLE_LIST in command.needs and state.is_partial:
        return "the list is still arriving"
    return None


def _why(refusal: RefusedHere) -> str:
    """Return what a service has not, with what to do instead: before a key did anything there is nothing to be sent."""
    why = refusal.message.removeprefix("refused: ").removesuffix("; nothing was sent")
    return why + (f" - {refusal.hint}" if refusal.hint else "")


def _why_never_proposed(command: Command, policy: Policy) -> str:
    """Return why what others have to approve of cannot be proposed on the screen; empty where it can, or need not."""
    service = policy.profile.service
    actions = [service.action(operation) for operation in command.operations if service.has(operation)]
    if not (policy.approvals and actions):
        return ""
    if Operation.SIGN_IN in command.operations:
        return f"{why_single(policy)}, and no proposal holds a link"
    if all(action.needs_password for action in actions):
        return f"{why_single(policy)}, and no proposal holds a password: plan new, plan propose on the command line"
    return ""


class FooterKey(NamedTuple):
    """A key in the footer, its word, and the id of its command; none where a field has it."""

    key: str
    words: str
    command: str = ""

    @property
    def line(self) -> str:
        """Both in one text."""
        return f"{self.key} {self.words}"


FILTER_KEYS = (
    FooterKey("Enter", "Keep"), FooterKey("Esc", "Back"), FooterKey("Up", "Earlier"),
    FooterKey("F1", "Words of filters", "help.open"),
)  # fmt: skip
"""What the footer shows while a filter is typed."""


def footer(commands: Iterable[Command], state: ViewState, provider: Provider) -> list[FooterKey]:
    """Return what the footer shows: six that the service has, other ones while rows are marked."""
    by_id = {command.id: command for command in commands}
    if state.marked:
        names = [name for name in _MARKED_FOOTER if not is_lacking(by_id[name], provider)]
    else:
        has = [name for name in (*_FOOTER, *_INSTEAD) if not is_lacking(by_id[name], provider)]
        names = [*has[: len(_FOOTER)], HELP]
    words = {name: _short_word(by_id[name], provider) for name in names}
    return [FooterKey(key_word(by_id[name].keys[0]), word, name) for name, word in words.items() if by_id[name].keys]


def _short_word(command: Command, provider: Provider) -> str:
    """Return what a command is called in the footer: as the service calls it, where that is one word."""
    called = words_of(command, provider)
    return called if " " not in called else _SHORT.get(command.id) or command.footer or command.words


def keys_of(command: Command, commands: Iterable[Command]) -> str:
    """Return the keys of a command in words; of one without a key, those that lead to it through the menu More."""
    if len(command.keys) >= _MANY_KEYS:
        return "0..9"
    if not command.keys and command.more:
        opens = next(each for each in commands if each.id == MORE)
        return " ".join([*map(key_word, opens.keys[:1]), command.more])
    return " ".join(key_word(key) for key in command.keys)


def words_of(command: Command, provider: Provider) -> str:
    """Return what a command is called: as its one operation is with this service, else by its own name."""
    found = _action(command, provider)
    return found.title if found else command.words


def _action(command: Command, provider: Provider) -> Action | None:
    """Return the one operation that a command is about, if the service has it."""
    operations = command.operations if len(command.operations) == 1 else ()
    return next((provider.action(one) for one in operations if provider.has(one)), None)


def rows(commands: Sequence[Command], state: ViewState, policy: Policy, *, has_customer: bool) -> list[tuple[str, str]]:
    """Return id and line of every command, for the palette and the help; those that the service has not come last."""
    found = []
    provider = policy.profile.service
    width = max(len(words_of(command, provider)) for command in commands)
    for command in sorted(commands, key=lambda one: is_lacking(one, provider)):
        why = why_not(command, state, policy, has_customer=has_customer)
        note = f"   (now: {why})" if why else ""
        action = _action(command, provider)
        words, about = words_of(command, provider), action.brief if action else command.help
        found.append((command.id, f"{keys_of(command, commands):<10} {words:<{width}} {about}{note}"))
    return found


def rank(command: Command | None, words: str, line: str, typed: str) -> int | None:
    """Return how well a typed text means a command: its name first, beginnings before middles; then other words for it;
    then whatever its line says. None: not at all.
    """
    name = words.lower()
    if command is not None and name.startswith(typed):
        return 0
    if command is not None and any(part.startswith(typed) for part in name.split()):
        return 1
    if command is not None and any(word.startswith(typed) for word in command.synonyms):
        return 2
    if typed in name:
        return 3
    return 4 if typed in line.lower() else None
