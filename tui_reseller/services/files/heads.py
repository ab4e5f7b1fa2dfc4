"""Which field a column is: by our own name for it, by its title on the screen, or as the operator says."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.listing import EXTRA
from tui_reseller.domain.nearest import did_you_mean
from tui_reseller.domain.note import NOTE_COLUMNS
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.text import clean, quoted
from tui_reseller.services.files.actions import all_columns
from tui_reseller.services.files.options import ReadingOptions

_BETWEEN = re.compile(r"[\W_]+")
_SWITCH_WORDS = frozenset({"on", "off", "unknown", "true", "false", "yes", "no", "1", "0", ""})
LONGEST_HEAD = 60
LIKENESS = 0.7
"""So much a head has to be like a name of ours to be taken for a mistyped one."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its head, and the field that it is. Without a field it is left aside, or not known."""

    head: str
    field: str = ""
    is_ignored: bool = False


class Heads:
    """The columns of a file of one service. Of JSON some heads come late: each is looked up when it is met."""

    def __init__(self, provider: Provider, options: ReadingOptions) -> None:
        self.names = tuple(dict.fromkeys((*all_columns(provider), *provider.columns, EXTRA, *NOTE_COLUMNS)))
        self.columns: dict[str, Column] = {}
        self._renamed = {_folded(head): name for head, name in options.renamed.items()}
        self._ignored = {_folded(head): head for head in options.ignored}
        self._asked_for = {**{_folded(head): head for head in options.renamed}, **self._ignored}
        self._known = _known(provider, self.names)
        columns = [one for one in provider.fields if one.is_column]
        self._titles = {title: one.name for one in columns for title in (one.heading, *one.former_titles)}
        for name in options.renamed.values():
            if name not in self.names:
                raise _no_field(name, self.names)

    def look_up(self, head: str, cells: Iterable[str] = ()) -> Column:
        """Return which field a column is; cells are some of its values, where its title alone does not say it."""
        found = self.columns.get(head)
        if found is None:
            found = self.columns[head] = self._looked_up(head, cells)
        return found

    def _looked_up(self, head: str, cells: Iterable[str]) -> Column:
        folded = _folded(head)
        if folded in self._ignored:
            return Column(head, is_ignored=True)
        if folded in self._renamed:
            return Column(head, self._renamed[folded])
        if self.is_open(head) and all(cell.strip().lower() in _SWITCH_WORDS for cell in cells):
            return Column(head, self._titles[head.strip()])
        return Column(head, self._known.get(folded, ""))

    def is_open(self, head: str) -> bool:
        """Whether the values have to say which field a column is: its head is the title of one and the name of another,
        as WEBSITE is.
        """
        folded, title = _folded(head), self._titles.get(head.strip())
        return bool(title) and folded not in self._asked_for and self._known.get(folded, title) != title

    def settled(self, heads: Sequence[str]) -> Mapping[str, str]:
        """Return the fields of all columns by head, nothing for one that is left aside.

        Raises InvalidInput for a column that is not known, one that is there twice, and a file without usernames.
        """
        columns = [self.look_up(head) for head in heads]
        for column in columns:
            self.refuse_unknown(column)
        fields = [column.field for column in columns if column.field]
        for name in fields:
            if fields.count(name) > 1:
                raise InvalidInput(f"the column {name} stands there twice", field=name)
        if KEY not in fields:
            raise self.without_key(heads)
        return {column.head: column.field for column in columns}

    def refuse_unknown(self, column: Column) -> None:
        """Raise InvalidInput for a column that is neither known nor ignored."""
        if column.field or column.is_ignored:
            return
        shown = quoted(column.head, LONGEST_HEAD)
        hint = did_you_mean(_spelt(column.head), self.names, f"columns: {', '.join(self.names)};", likeness=LIKENESS)
        more = "--map 'HEAD=FIELD' says which field it is, --ignore-columns HEAD leaves it aside"
        raise InvalidInput(f"no column {shown}", field=clean(column.head, longest=LONGEST_HEAD), hint=f"{hint} {more}")

    def refuse_unused(self, heads: Iterable[str]) -> None:
        """Raise InvalidInput for a column that is to be renamed or ignored, and is not there."""
        there = {_folded(head): head for head in heads}
        for folded, head in self._asked_for.items():
            if folded not in there:
                names = ", ".join(quoted(name, LONGEST_HEAD) for name in there.values())
                hint = did_you_mean(head, there.values(), f"columns of the file: {names}")
                raise InvalidInput(f"the file has no column {quoted(head, LONGEST_HEAD)}", field="column", hint=hint)

    def without_key(self, heads: Sequence[str]) -> InvalidInput:
        """Return the error of a file without a column of usernames."""
        hint = f"columns: {', '.join(self.names)}"
        if len(heads) == 1:
            hint = f"is it a list of usernames? Then its first line has to be {KEY}"
        return InvalidInput(f"no column {KEY}", field=KEY, hint=hint)


def _known(provider: Provider, names: Sequence[str]) -> dict[str, str]:
    """Return the field of each folded name, label and title; a name of ours counts before a title of another field."""
    known = {_folded(name): name for name in names}
    for one in provider.fields:
        for word in (one.label, one.heading):
            if one.name in names:
                known.setdefault(_folded(word), one.name)
    return known


def _folded(head: str) -> str:
    """Return what is left of a head when case, blanks and signs do not count: E-Mail is email."""
    return _BETWEEN.sub("", head.casefold())


def _spelt(head: str) -> str:
    return _BETWEEN.sub("_", head.casefold()).strip("_")


def _no_field(name: str, names: Sequence[str]) -> InvalidInput:
    hint = did_you_mean(name, names, f"fields: {', '.join(names)}")
    return InvalidInput(f"no field {quoted(name, LONGEST_HEAD)}", field="map", hint=hint)
