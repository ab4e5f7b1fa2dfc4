"""Every command, declared once: bindings, footer, palette, help and the README's table of keys come from here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.nearest import did_you_mean
from tui_reseller.tui.view_state import ViewState

EVERYWHERE, MAIN = "everywhere", "main"


@dataclass(frozen=True, slots=True)
class Command:
    """One thing an operator can do. Grade as in services/policy.py; it cannot be configured away.

    Needs says what must be there: customer (a row under the cursor or marked), writable (the profile may be written).
    Footer is the word in the footer, empty for none.
    """

    id: str
    keys: tuple[str, ...]
    words: str
    help: str
    grade: int = 0
    needs: tuple[str, ...] = ()
    footer: str = ""
    group: str = "Looking"


CUSTOMER, WRITABLE = "customer", "writable"
_ACT = (CUSTOMER, WRITABLE)

COMMANDS: tuple[Command, ...] = (
    Command("list.filter", ("slash",), "Filter", "Show only customers that match", footer="Filter"),
    Command(
        "view.open",
        tuple("0123456789"),
        "Open a view",
        "0 all, 1 not sending, 2 changed, 3 missing data, 4 same e-mail",
    ),
    Command("view.menu", ("t",), "Views", "Open, save and forget views; choose columns"),
    Command("filter.widen", ("backspace",), "Drop a term", "The one that hides all, when nothing matches"),
    Command("list.sort", ("s",), "Sort", "Choose the column; the same letter again reverses"),
    Command("list.reverse", ("comma",), "Reverse order", "The other way round, also the service's own order"),
    Command("mark.toggle", ("space",), "Mark", "Mark this customer and move down", needs=(CUSTOMER,), group="Marking"),
    Command("mark.range", ("v",), "Mark a range", "From here; v or space ends, Esc drops", group="Marking"),
    Command("mark.shown", ("asterisk",), "Mark all shown", "All that the filter shows", group="Marking"),
    Command("mark.none", ("minus",), "Unmark", "Drop all marks; again restores them", group="Marking"),
    Command("list.back", ("escape",), "Back", "One step: range, zoom, filter. Never marks, never quits"),
    Command("customer.edit", ("enter", "i"), "Edit", "Open the editor", 1, (CUSTOMER,), "Edit", "Customer"),
    Command("detail.zoom", ("z",), "Zoom", "Detail on the whole screen, and back", needs=(CUSTOMER,)),
    Command(
        "customer.create", ("n",), "New customer", "Review before sending; no undo", 2, (WRITABLE,), "", "Customer"
    ),
    Command("sending.enable", ("e",), "Start sending", "The customer may send mail", 1, _ACT, "Enable", "Customer"),
    Command(
        "sending.disable", ("d",), "Stop sending", "The customer's mail is refused", 2, _ACT, "Disable", "Customer"
    ),
    Command(
        "customer.password", ("p",), "Reset password", "SMTP and website; no undo", 3, _ACT, "Password", "Customer"
    ),
    Command("website.set", ("w",), "Website access", "Log-in to the website, on or off", 1, _ACT, "", "Customer"),
    Command("more.open", ("x",), "More", "E-mail, rename, delete: x e, x r, x d", needs=(CUSTOMER,), group="Customer"),
    Command("customer.email", (), "Change e-mail", "The contact address: x e", 2, _ACT, "", "Customer"),
    Command("customer.rename", (), "Rename", "The log-in name, at once: x r", 3, _ACT, "", "Customer"),
    Command("customer.delete", (), "Delete", "Close the account, for ever: x d", 3, _ACT, "", "Customer"),
    Command("operation.undo", ("u",), "Undo", "Take back my last undoable operation", 1, (WRITABLE,), "", "Accounting"),
    Command("operation.again", ("full_stop",), "Again", "The last verb on this customer", 1, _ACT, "", "Customer"),
    Command("audit.customer", ("a",), "Activity", "What was done to this customer; again: all", group="Accounting"),
    Command("needs-you.open", ("exclamation_mark",), "Needs you", "Outcomes to resolve", group="Accounting"),
    Command("job.list", ("b",), "Plans and jobs", "Watch, pause, go on, undo, results", group="Accounting"),
    Command("message.log", ("m",), "Messages", "What was said on this screen", group="Accounting"),
    Command("list.refresh", ("r",), "Refresh", "Read the list again; Esc cancels"),
    Command("list.changes", ("f",), "Fresh", "What the last refresh brought: new, gone, changed"),
    Command(
        "list.export", ("o",), "Export", "What is shown, or marked, to CSV, JSON Lines or Parquet", group="Copying"
    ),
    Command(
        "copy.username", ("c",), "Copy username", "To your terminal's clipboard", needs=(CUSTOMER,), group="Copying"
    ),
    Command("copy.menu", ("y",), "Copy ...", "E-mail, JSON, shell command", needs=(CUSTOMER,), group="Copying"),
    Command("profile.open", ("at",), "Profiles", "Open another profile", group="Profile"),
    Command("profile.unlock", ("l",), "Unlock", "A protected profile, for minutes; again locks", group="Profile"),
    Command("help.open", ("question_mark", "f1"), "Help", "Keys of what has the focus", footer="Help", group="Program"),
    Command("palette.open", ("colon", "ctrl+p"), "Palette", "Every command by name", group="Program"),
    Command("screen.repaint", ("ctrl+l",), "Repaint", "Draw the whole screen again", group="Program"),
    Command("mouse.toggle", ("ctrl+g",), "Mouse", "Give the mouse to the terminal, and back", group="Program"),
    Command("app.suspend", ("ctrl+z",), "Suspend", "To the shell; fg comes back", group="Program"),
    Command("app.quit", ("q", "ctrl+q"), "Quit", "ctrl+q always asks", group="Program"),
)
BY_ID: Mapping[str, Command] = {command.id: command for command in COMMANDS}
MARKED_FOOTER = ("sending.enable", "sending.disable", "more.open", "mark.shown", "mark.none", "help.open")

_NAMES = {
    "slash": "/", "asterisk": "*", "minus": "-", "full_stop": ".", "exclamation_mark": "!", "at": "@",
    "comma": ",",
    "question_mark": "?", "colon": ":", "space": "Space", "escape": "Esc", "enter": "Enter", "backspace": "Backspace",
}  # fmt: skip
_SIGNS = {sign: name for name, sign in _NAMES.items() if len(sign) == 1}
_FORBIDDEN = {"ctrl+a", "ctrl+b", "ctrl+d", "ctrl+h", "ctrl+i", "ctrl+m", "ctrl+s", "f2", "ctrl+w", "ctrl+n", "ctrl+t"}


def key_word(key: str) -> str:
    """Return a key as it is written on screen."""
    return _NAMES.get(key, key.upper() if key.startswith("f") and key[1:].isdigit() else key)


def with_keys(chosen: Mapping[str, str]) -> tuple[Command, ...]:
    """Return the catalogue with the operator's keys. Raises BadConfig naming an unknown id, a clash or a taken key."""
    for command_id, key in chosen.items():
        if command_id not in BY_ID:
            raise BadConfig(f"[keys]: no command {command_id!r}", hint=_nearest(command_id))
        if key in _FORBIDDEN or not key:
            raise BadConfig(f"[keys] {command_id}: the key {key!r} is not free for use")
    commands = tuple(
        replace(command, keys=(_SIGNS.get(chosen[command.id], chosen[command.id]),))
        if command.id in chosen
        else command
        for command in COMMANDS
    )
    taken: dict[str, str] = {}
    for command in commands:
        for key in command.keys:
            if taken.setdefault(key, command.id) != command.id:
                raise BadConfig(f"[keys]: {key_word(key)!r} is the key of both {taken[key]} and {command.id}")
    return commands


def _nearest(command_id: str) -> str:
    return did_you_mean(command_id, BY_ID, "the ids are in the help, F1")


def why_not(command: Command, state: ViewState, *, has_customer: bool) -> str | None:
    """Return why a command cannot be used now, or None."""
    if CUSTOMER in command.needs and not has_customer and not state.marked:
        return "no customer under the cursor"
    if WRITABLE in command.needs and state.read_only:
        return state.read_only + (" - l unlocks" if "locked" in state.read_only else "")
    if command.id == "mark.shown" and not state.filter_valid:
        return "the filter is not finished"
    if command.id == "mark.shown" and state.is_partial:
        return "the list is still arriving"
    return None


def footer(commands: Iterable[Command], state: ViewState) -> list[tuple[str, str]]:
    """Return key and word of what the footer shows: six, other ones while rows are marked."""
    by_id = {command.id: command for command in commands}
    if state.marked:
        shown = [by_id[name] for name in MARKED_FOOTER]
        words = {"mark.shown": "All shown", "sending.enable": "Enable", "sending.disable": "Disable"}
        return [(key_word(c.keys[0]), words.get(c.id, c.words)) for c in shown if c.keys]
    order = ("customer.edit", "list.filter", "sending.enable", "sending.disable", "customer.password", "help.open")
    return [(key_word(by_id[name].keys[0]), by_id[name].footer) for name in order if by_id[name].keys]
