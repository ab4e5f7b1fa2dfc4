"""Every command, declared once: keys, handlers, footer, palette, help and the README's table of keys come from here."""

from collections.abc import Mapping

from tui_reseller.domain.operation import Operation
from tui_reseller.tui.command import CUSTOMER, USAGE, VALID_FILTER, WHOLE_LIST, WRITABLE, Command

_ACT = (CUSTOMER, WRITABLE)

COMMANDS: tuple[Command, ...] = (
    Command(
        "list.filter", ("slash",), "Filter", "Show only customers that match",
        handler="filtering.begin", at_once=True, footer="Filter",
    ),
    Command(
        "view.open", tuple("0123456789"), "Open a view",
        "0 all, 1 not sending, 5 needs you, 8 suspended; t: all",
        handler="views.open_view", at_once=True, takes_key=True,
    ),
    Command(
        "view.menu", ("t",), "Views", "Open, save and forget views; choose columns",
        menu="views.views_menu", handler="views.chosen",
    ),
    Command(
        "filter.widen", ("backspace",), "Drop a term", "The one that hides all, when nothing matches",
        handler="filtering.widen", at_once=True,
    ),
    Command(
        "list.sort", ("s",), "Sort", "Choose the column; the same letter again reverses",
        menu="views.sort_menu", handler="views.sorted_by",
    ),
    Command(
        "list.reverse", ("comma",), "Reverse order", "The other way round, also the service's own order",
        handler="views.reverse",
    ),
    Command(
        "mark.toggle", ("space",), "Mark", "Mark this customer and move down",
        handler="marking.toggle", at_once=True, needs=(CUSTOMER,),
    ),
    Command(
        "mark.range", ("v",), "Mark a range", "From here; v or space ends, Esc drops",
        handler="marking.begin_or_end_range", at_once=True,
    ),
    Command(
        "mark.shown", ("asterisk",), "Mark all shown", "All that the filter shows",
        handler="marking.mark_shown", at_once=True, needs=(VALID_FILTER, WHOLE_LIST),
    ),
    Command(
        "mark.none", ("minus",), "Unmark", "Drop all marks; again restores them",
        handler="marking.drop_or_restore", at_once=True,
    ),
    Command(
        "list.back", ("escape",), "Back", "One step: range, detail, filter. Never marks, never quits",
        handler="looking.back", at_once=True,
    ),
    Command(
        "customer.edit", ("enter", "i"), "Edit", "Open the editor",
        handler="edit.edit", operations=(Operation.SET, Operation.EMAIL), needs=(CUSTOMER,), footer="Edit",
    ),
    Command(
        "detail.read", ("plus",), "Read details", "What the service tells one by one, of marked or shown; again stops",
        handler="details.read_shown", at_once=True, needs=(CUSTOMER,),
    ),
    Command(
        "detail.zoom", ("z",), "Zoom", "Detail on the whole screen, and back",
        handler="looking.zoom", at_once=True, needs=(CUSTOMER,),
    ),
    Command(
        "customer.create", ("n",), "New customer",
        handler="create.create", needs=(WRITABLE,),
        operations=(Operation.CREATE,),
        synonyms=("add", "sign up"),
    ),
    Command(
        "sending.enable", ("e",), "Enable sending",
        handler="switches.enable", needs=_ACT, footer="Enable",
        operations=(Operation.ENABLE,),
        synonyms=("start", "resume", "unblock"),
    ),
    Command(
        "sending.disable", ("d",), "Disable sending",
        handler="switches.disable", needs=_ACT, footer="Disable",
        operations=(Operation.DISABLE,),
        synonyms=("stop", "suspend", "block", "pause"),
    ),
    Command(
        "customer.password", ("p",), "Reset password",
        handler="password.password", needs=_ACT, footer="Password",
        operations=(Operation.PASSWORD,),
    ),
    Command(
        "website.set", ("w",), "Login", "Log-in to the website, on or off",
        menu="switches.website_menu", handler="switches.website", needs=_ACT, more="w",
        operations=(Operation.WEBSITE_ENABLE, Operation.WEBSITE_DISABLE),
        synonyms=("website", "log in"),
    ),
    Command(
        "more.open", ("x",), "More", "E-mail, rename, delete, credits; label and note of ours",
        menu="account.more_menu", needs=(CUSTOMER,),
    ),
    Command(
        "customer.email", (), "Change e-mail",
        handler="account.email", needs=_ACT, more="e",
        operations=(Operation.EMAIL,),
    ),
    Command(
        "customer.rename", (), "Rename",
        handler="account.rename", needs=_ACT, more="r",
        operations=(Operation.RENAME,),
    ),
    Command(
        "customer.delete", (), "Delete",
        handler="account.delete", needs=_ACT, more="d",
        operations=(Operation.DELETE,),
        synonyms=("close", "remove"),
    ),
    Command(
        "customer.credits", (), "Credits", "How much the customer may send: set, add",
        handler="overwriting.credits_", needs=_ACT, more="c",
        operations=(Operation.CREDITS_SET, Operation.CREDITS_ADD),
    ),
    Command(
        "customer.ips", (), "Sending addresses", "Which addresses the customer's mail leaves from",
        handler="overwriting.ips", needs=_ACT, more="i",
        operations=(Operation.IPS_SET,),
    ),
    Command(
        "customer.offerings", (), "Offerings", "Package and add-ons of the account",
        handler="overwriting.offerings", needs=_ACT, more="f",
        operations=(Operation.OFFERINGS_SET,),
    ),
    Command(
        "customer.sign-in", (), "Sign in as", "A link to the customer's account, once",
        handler="sign_in.sign_in", needs=_ACT, more="o", operations=(Operation.SIGN_IN,),
    ),
    Command(
        "customer.label", (), "Label", "A word of ours on the customer; never sent",
        handler="notes.label", needs=(CUSTOMER,), more="b",
    ),
    Command(
        "customer.note", (), "Note", "What we know of the customer; never sent",
        handler="notes.note", needs=(CUSTOMER,), more="n",
    ),
    Command(
        "usage.open", ("h",), "Usage", "What the customer sends: plots of days and months",
        handler="usage.usage", needs=(USAGE, CUSTOMER),
    ),
    Command(
        "usage.ranking", (), "Ranking", "All customers by what they send, bounces, growth, silence",
        handler="usage.ranking", needs=(USAGE,),
    ),
    Command(
        "operation.undo", ("u",), "Undo", "Take back my last undoable operation",
        handler="undo.undo", needs=(WRITABLE,),
        synonyms=("take back", "revert"),
    ),
    Command(
        "operation.again", ("full_stop",), "Again", "The last verb on this customer",
        handler="again.again", needs=_ACT,
    ),
    Command(
        "audit.customer", ("a",), "Activity", "What was done to this customer; again: all",
        handler="accounting.activity",
        synonyms=("history", "log", "audit"),
    ),
    Command(
        "needs-you.open", ("exclamation_mark",), "Needs you", "Outcomes to resolve, suspensions that are due",
        handler="accounting.needs_you",
        synonyms=("due", "unknown", "inbox"),
    ),
    Command(
        "job.list", ("b",), "Plans and jobs", "Watch, pause, go on, undo, results",
        handler="jobs.jobs",
        synonyms=("bulk", "tasks"),
    ),
    Command(
        "approval.list", (), "Approvals", "Plans that others propose: look, approve, deny, start",
        handler="approvals.approvals",
        synonyms=("proposals", "review", "four eyes"),
    ),
    Command(
        "message.log", ("m",), "Messages", "What was said on this screen",
        handler="accounting.messages",
        synonyms=("notifications",),
    ),
    Command(
        "list.refresh", ("r",), "Refresh", "Read the list again; Esc cancels",
        handler="listing.refresh_now",
        synonyms=("reload",),
    ),
    Command(
        "list.changes", ("f",), "Fresh", "What the last refresh brought: new, gone, changed",
        handler="changes.changes",
    ),
    Command(
        "list.export", ("o",), "Export", "What is shown, or marked, to CSV, JSON Lines or Parquet",
        handler="exporting.export",
        synonyms=("download", "csv", "save"),
    ),
    Command(
        "list.import", ("less_than_sign",), "Import", "Changes or new customers from a file, as a plan",
        handler="importing.import_file", needs=(WRITABLE,),
        synonyms=("upload", "csv"),
    ),
    Command(
        "copy.username", ("c",), "Copy username", "To your terminal's clipboard",
        handler="copying.username", needs=(CUSTOMER,),
    ),
    Command(
        "copy.menu", ("y",), "Copy ...", "E-mail, JSON, shell command",
        menu="copying.copy_menu", handler="copying.copy", needs=(CUSTOMER,),
    ),
    Command(
        "profile.open", ("at",), "Profiles", "Open another profile",
        handler="profiles.open_profile",
        synonyms=("account", "switch"),
    ),
    Command(
        "team.here", ("ampersand",), "Who is here", "Others in this account, and whom they edit",
        handler="colleagues.here",
        synonyms=("team", "colleagues", "presence"),
    ),
    Command(
        "profile.unlock", ("l",), "Unlock", "A protected profile, for minutes; again locks",
        handler="unlocking.unlock",
    ),
    Command(
        "help.open", ("question_mark", "f1"), "Help", "Keys of what has the focus",
        handler="palette.keys", footer="Help",
    ),
    Command(
        "palette.open", ("colon", "ctrl+p"), "Palette", "Every command by name",
        handler="palette.commands",
    ),
    Command(
        "theme.choose", (), "Theme", "Colours of the screen: see each, Enter keeps it",
        handler="themes.choose",
        synonyms=("colours", "colors", "look", "dark"),
    ),
    Command(
        "draft.drop", (), "Drop draft", "Forget an edit that was not sent",
        handler="edit.drop_draft",
        synonyms=("unsent", "forget", "discard"),
    ),
    Command(
        "doctor.open", (), "Doctor", "Examine terminal, keyring, config, audit log and profiles",
        handler="doctor.doctor",
        synonyms=("check", "diagnose", "versions"),
    ),
    Command(
        "screen.repaint", ("ctrl+l",), "Repaint", "Draw the whole screen again",
        handler="program.repaint", at_once=True,
    ),
    Command(
        "mouse.toggle", ("ctrl+g",), "Mouse", "Give the mouse to the terminal, and back",
        handler="program.toggle_mouse", at_once=True,
    ),
    Command(
        "app.suspend", ("ctrl+z",), "To the shell", "The program waits; fg comes back",
        handler="program.suspend", at_once=True,
        synonyms=("suspend", "background"),
    ),
    Command(
        "app.quit", ("q", "ctrl+q"), "Quit", "ctrl+q always asks",
        handler="program.leave", takes_key=True,
        synonyms=("exit",),
    ),
)  # fmt: skip
BY_ID: Mapping[str, Command] = {command.id: command for command in COMMANDS}
