"""What `?` and the palette show: every command, its keys, and why it cannot be used now."""

from collections.abc import Iterable

from tui_reseller.tui.commands import Command, key_word, why_not
from tui_reseller.tui.view_state import ViewState

IN_FORMS = (
    ("", "In forms: Tab next · Enter next field · ctrl+s or F2 does what the form says · ctrl+r puts a value back"),
    ("", "In forms: up in Reason brings the last reasons · Esc leaves, and asks if something was typed"),
    ("", 'Filters: word  "two words"  field:part  field=whole  field~regex  sending:off  -word  is:marked'),
    ("", "Filters: is:needs-you  is:missing-data  is:duplicate-email; all terms must hold"),
)


def rows(commands: Iterable[Command], state: ViewState, *, has_customer: bool) -> list[tuple[str, str]]:
    """Return id and line of every command."""
    found = []
    for command in commands:
        keys = " ".join(key_word(key) for key in command.keys) if len(command.keys) < 5 else "0..9"
        keys = keys or command.help.rsplit(": ", 1)[-1]
        why = why_not(command, state, has_customer=has_customer)
        note = f"   (now: {why})" if why else ""
        found.append((command.id, f"{keys:<10} {command.words:<16} {command.help}{note}"))
    return found
