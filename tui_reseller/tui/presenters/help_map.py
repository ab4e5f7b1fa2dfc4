"""The help as a map: groups of keys beside each other, what is at hand first. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from tui_reseller.domain.filters import IS_WORDS
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.text import clean
from tui_reseller.tui.command import Command
from tui_reseller.tui.presenters.commands import is_lacking, keys_of, words_of
from tui_reseller.tui.presenters.parts import Part, cells_of, cropped

Row = list[Part]
Group = tuple[str, Sequence[Row]]
Why = Callable[[Command], str | None]
"""Says of a command why it cannot be used now, None where it can."""

CUSTOMER, MANY, FINDING, WORDS = "With this customer", "Marking many", "Finding", "Filter words"
GROUPS: Mapping[str, Sequence[str]] = {
    CUSTOMER: (
        "customer.edit", "sending.enable", "sending.disable", "website.set", "customer.password", "more.open",
        "customer.email", "customer.rename", "customer.delete", "customer.credits", "customer.ips",
        "customer.offerings", "customer.sign-in", "customer.label", "customer.note", "usage.open", "audit.customer",
        "detail.read", "detail.zoom", "operation.again",
    ),
    MANY: ("mark.toggle", "mark.range", "mark.shown", "mark.none"),
    FINDING: (
        "list.filter", "view.open", "view.menu", "list.sort", "list.reverse", "filter.widen", "list.back",
        "usage.ranking",
    ),
    "After a change": (
        "operation.undo", "needs-you.open", "job.list", "approval.list", "message.log", "list.changes",
        "list.refresh", "draft.drop",
    ),
    "Taking along": ("copy.username", "copy.menu", "list.export", "list.import"),
    "Account and program": (
        "customer.create", "team.here", "profile.open", "profile.unlock", "palette.open", "help.open", "theme.choose",
        "doctor.open", "mouse.toggle", "screen.repaint", "app.suspend", "app.quit",
    ),
}  # fmt: skip
"""Ids of commands under titles: each stands under one."""
MOVING = (
    ("up down j k", "one row"), ("PgUp PgDn", "one page"), ("g G Home End", "first, last"), ("Tab", "the other pane"),
)  # fmt: skip
IN_FORMS = (
    ("Tab Enter", "next field"), ("ctrl+s F2", "do what it says"), ("ctrl+r", "put the value back"),
    ("up", "in Reason: earlier ones"), ("ctrl+o", "Reason, note: your editor"), ("Esc", "leave; asks if typed"),
)  # fmt: skip
KINDS = {
    "marked": "with a * in front", "new": "since last list", "changed": "since last list",
    "needs-you": "an open outcome", "suspended": "off until a time", "noted": "label or note",
    "missing-data": "a field is empty", "duplicate-email": "same e-mail", "details-unknown": "+ reads them",
    "bouncing": "5 % come back", "silent": "sends no more",
}  # fmt: skip
"""What the words behind is: find."""
KEY_CELLS, WORD_CELLS, GAP = 12, 19, 2
GRADES = {2: " !", 3: " !!"}
"""What stands behind a verb that is asked about: with its consequence, and with something to be typed."""
LEGEND = "! asks with the consequence   !! has a name typed"


def filter_words(provider: Provider) -> list[tuple[str, str]]:
    """Return everything that can be typed in the filter, and what it finds."""
    switch = next(iter(provider.switches), "sending")
    return [
        ("two words", "both must be there"),
        ('"two words"', "as one"),
        ("city:mad", "part of a field"),
        ("city=madrid", "the whole field"),
        ('city=""', "an empty field"),
        ("phone~^.34", "a regex"),
        (f"-{switch}:on", "not"),
        ("note: label:", "our own words"),
        *((f"is:{word}", KINDS.get(word, "")) for word in IS_WORDS),
    ]


def reasons(commands: Sequence[Command], provider: Provider, why: Why) -> list[str]:
    """Return why commands that the service has cannot be used now: each reason once, since many have the same."""
    found = (why(command) for command in commands if not is_lacking(command, provider))
    return list(dict.fromkeys(clean(reason.removeprefix("refused: "), longest=200) for reason in found if reason))


def top_lines(found: Sequence[str]) -> list[Row]:
    """Return what stands above the map: what its signs mean, and the reasons by the numbers that stand in it."""
    return [[(LEGEND, "soft")], *([(f"({at}) now: {reason}", "off")] for at, reason in enumerate(found, start=1)), []]


def groups(commands: Sequence[Command], provider: Provider, why: Why, first: str = "") -> list[Group]:
    """Return the groups, one of them first. Why says of a command why it cannot be used now: its reason's number stands
    behind it; those that the service has not stand under one title that says so.
    """
    by_id = {command.id: command for command in commands}
    numbers = {reason: at for at, reason in enumerate(reasons(commands, provider, why), start=1)}

    def number(name: str) -> int | None:
        return numbers.get(clean((why(by_id[name]) or "").removeprefix("refused: "), longest=200))

    lacking = [name for names in GROUPS.values() for name in names if is_lacking(by_id[name], provider)]
    found: dict[str, Sequence[Row]] = {
        title: [_row(by_id[name], commands, provider, number(name)) for name in names if name not in lacking]
        for title, names in GROUPS.items()
    }
    fixed = {"Moving": MOVING, "In forms": IN_FORMS, WORDS: filter_words(provider)}
    for title, rows in fixed.items():
        cells = WORD_CELLS if title == WORDS else KEY_CELLS
        found[title] = [_line(key, [(words, "soft")], cells) for key, words in rows]
    if lacking:
        found[f"Not in {provider.title}"] = [
            [(text, "soft") for text, _kind in _row(by_id[name], commands, provider, None)] for name in lacking
        ]
    return sorted(found.items(), key=lambda group: group[0] != first)


def _row(command: Command, commands: Sequence[Command], provider: Provider, number: int | None) -> Row:
    words, keys = words_of(command, provider), keys_of(command, commands)
    keys = keys or f":{words.lower()}"  # in the palette
    if number is not None:
        return _line(keys, [(words, "soft"), (f" ({number})", "off")])
    grades = [provider.action(one).grade for one in command.operations if provider.has(one)]
    return _line(keys, [(words, "value"), (GRADES.get(max(grades, default=0), ""), "off")])


def _line(keys: str, parts: Row, cells: int = KEY_CELLS) -> Row:
    return [(f"{keys:<{cells - 1}} ", "key"), *parts]


def lines(found: Sequence[Group], width: int, columns: int) -> Iterator[Row]:
    """Yield the lines of the map: groups below each other in so many columns, about as long as each other."""
    room = (width - GAP * (columns - 1)) // columns
    whole = [[[(title, "head")], *rows, []] for title, rows in found]
    height = -(-sum(map(len, whole)) // columns)
    stacks: list[list[Row]] = [[]]
    for group in whole:
        if stacks[-1] and len(stacks[-1]) + len(group) // 2 > height and len(stacks) < columns:
            stacks.append([])
        stacks[-1] += group
    for at in range(max(map(len, stacks))):
        line: Row = []
        for stack in stacks:
            cell = cropped(stack[at], room) if at < len(stack) else []
            line += [*cell, (" " * (room - cells_of(cell) + GAP), "")]
        yield line[:-1] if line else line
