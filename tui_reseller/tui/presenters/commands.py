"""Commands in words: footer, palette and help, and why one cannot be used now."""

from collections.abc import Iterable, Sequence

from tui_reseller.tui.commands import CUSTOMER, VALID_FILTER, WHOLE_LIST, WRITABLE, Command
from tui_reseller.tui.keys import key_word
from tui_reseller.tui.view_state import ViewState

MORE = "more.open"
_FOOTER = ("customer.edit", "list.filter", "sending.enable", "sending.disable", "customer.password", "help.open")
_MARKED_FOOTER = ("sending.enable", "sending.disable", MORE, "mark.shown", "mark.none", "help.open")
_MARKED_WORDS = {"mark.shown": "All shown", "sending.enable": "Enable", "sending.disable": "Disable"}
_MANY_KEYS = 5
IN_FORMS = (
    ("", "In forms: Tab next · Enter next field · ctrl+s or F2 does what the form says · ctrl+r puts a value back"),
    ("", "In forms: up in Reason brings the last reasons · Esc leaves, and asks if something was typed"),
    ("", 'Filters: word  "two words"  field:part  field=whole  field~regex  sending:off  -word  is:marked'),
    ("", "Filters: is:needs-you  is:missing-data  is:duplicate-email; all terms must hold"),
)


def why_not(command: Command, state: ViewState, *, has_customer: bool) -> str | None:
    """Return why a command cannot be used now, or None."""
    if CUSTOMER in command.needs and not has_customer and not state.marked:
        return "no customer under the cursor"
    if WRITABLE in command.needs and state.read_only:
        return state.read_only + (" - l unlocks" if state.can_unlock else "")
    if VALID_FILTER in command.needs and not state.filter_valid:
        return "the filter is not finished"
    if WHOLE_LIST in command.needs and state.is_partial:
        return "the list is still arriving"
    return None


def footer(commands: Iterable[Command], state: ViewState) -> list[tuple[str, str]]:
    """Return key and word of what the footer shows: six, other ones while rows are marked."""
    by_id = {command.id: command for command in commands}
    if state.marked:
        shown = [by_id[name] for name in _MARKED_FOOTER]
        return [(key_word(c.keys[0]), _MARKED_WORDS.get(c.id, c.words)) for c in shown if c.keys]
    return [(key_word(by_id[name].keys[0]), by_id[name].footer) for name in _FOOTER if by_id[name].keys]


def keys_of(command: Command, commands: Iterable[Command]) -> str:
    """Return the keys of a command in words; of one without a key, those that lead to it through the menu More."""
    if len(command.keys) >= _MANY_KEYS:
        return "0..9"
    if not command.keys and command.more:
        opens = next(each for each in commands if each.id == MORE)
        return " ".join([*map(key_word, opens.keys[:1]), command.more])
    return " ".join(key_word(key) for key in command.keys)


def rows(commands: Sequence[Command], state: ViewState, *, has_customer: bool) -> list[tuple[str, str]]:
    """Return id and line of every command, for the palette and the help."""
    found = []
    for command in commands:
        why = why_not(command, state, has_customer=has_customer)
        note = f"   (now: {why})" if why else ""
        found.append((command.id, f"{keys_of(command, commands):<10} {command.words:<16} {command.help}{note}"))
    return found
