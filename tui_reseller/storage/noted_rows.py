"""Our labels and notes beside a frame of customers: which rows have one, and what it says.

Found by one join, and kept as long as neither the list nor the notes change: a filter then looks through the notes
alone.
"""

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from tui_reseller.domain.filters import Term
from tui_reseller.domain.fingerprint import ID
from tui_reseller.domain.listing import EXTRA, table_columns
from tui_reseller.domain.note import LABEL, NOTE, NOTE_COLUMNS, Notes
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.storage.folding import canonical_form, fold
from tui_reseller.storage.frames import texts
from tui_reseller.storage.rows import customer_of

_ROW, _MEANT, _IS_SAME = "_row", "_meant_", "_is_same"
FEW = 2_000
"""So many rows are looked up one by one: to put a hundred thousand notes into columns takes longer (measured)."""
_NOTHING = pl.DataFrame({LABEL: [""], NOTE: [""]})
"""What a customer without a note has."""


@dataclass(frozen=True)
class NotedRows:
    """The rows of a frame of *count* customers that have a note: number of the row, label and note; empty texts stand
    for none.
    """

    count: int
    found: pl.DataFrame

    @cached_property
    def _folded(self) -> pl.DataFrame:
        """Both as words are looked for in them; a line break is a way to write a note, and no letter of it."""
        return self.found.select(fold(pl.col(name).str.replace_all("\n", " ", literal=True)) for name in NOTE_COLUMNS)

    def flags(self, term: Term) -> pl.Series:
        """Return for each row of the frame whether a term holds. Raises ComputeError for an unusable regex."""
        is_had = term.kind == "is"
        others = pl.Series([not is_had and bool(_NOTHING.select(_holds(term)).item())])
        flags = others.new_from_index(0, self.count)
        if not len(self.found):
            return flags
        texts_ = self._folded if term.kind == "contains" else self.found
        holds = True if is_had else texts_.select(_holds(term)).to_series()
        return flags.scatter(self.found[_ROW], holds)

    def columns(self) -> pl.DataFrame:
        """Return label and note for each row of the frame; null where there is none."""
        said = self.found.select(_ROW, *(pl.when(pl.col(name) != "").then(pl.col(name)) for name in NOTE_COLUMNS))
        rows = pl.DataFrame({_ROW: pl.int_range(self.count, dtype=pl.UInt32, eager=True)})
        return rows.join(said, on=_ROW, how="left", maintain_order="left").select(NOTE_COLUMNS)


def _holds(term: Term) -> pl.Expr:
    """Return whether a term holds for label and note. In `note` both are meant: one of them is enough, but for empty
    ones.
    """
    columns = [pl.col(name) for name in (NOTE_COLUMNS if term.field == NOTE else (term.field,))]
    match term.kind:
        case "contains":
            return pl.any_horizontal([column.str.contains(term.text, literal=True) for column in columns])
        case "equals" if not term.text:
            return pl.all_horizontal([column == "" for column in columns])
        case "equals":
            return pl.any_horizontal([canonical_form(column) == term.text for column in columns])
        case _:
            return pl.any_horizontal([column.str.contains(f"(?i){term.text}") for column in columns])


def noted_rows(provider: Provider, frame: pl.DataFrame, notes: Notes) -> NotedRows:
    """Return which rows have a note: those of its username, unless somebody else bears that by now (Note.means)."""
    if len(frame) <= FEW:
        return _looked_up(provider, frame, notes)
    told = tuple(name for name in provider.identity if frame.schema[name] == pl.String)
    listed = frame.select(KEY, EXTRA, *told).with_row_index(_ROW)
    found = _table(notes, told).join(listed, on=KEY, how="inner").sort(_ROW)
    is_same = [pl.col(name).eq_missing(pl.col(_MEANT + name)) for name in told]
    has_id = pl.col(EXTRA).str.json_path_match(f"$.{ID}") == pl.col(_MEANT + ID)
    is_same.append(has_id.fill_null(pl.col(_MEANT + ID).is_null()))
    found = found.with_columns(pl.all_horizontal(is_same).alias(_IS_SAME))
    others = _others(provider, frame, found.filter(~pl.col(_IS_SAME))[_ROW], notes)
    if others:
        found = found.filter(~pl.col(_ROW).is_in(pl.Series(others, dtype=pl.UInt32).implode()))
    return NotedRows(len(frame), found.select(_ROW, *NOTE_COLUMNS))


def _looked_up(provider: Provider, frame: pl.DataFrame, notes: Notes) -> NotedRows:
    customers = enumerate(frame.select(table_columns(provider)).rows())
    found = [(row, notes.of(customer_of(provider, customer))) for row, customer in customers]
    said = [(row, note.label, note.text) for row, note in found if note is not None]
    schema = {_ROW: pl.UInt32(), LABEL: pl.String(), NOTE: pl.String()}
    return NotedRows(len(frame), pl.DataFrame(said, schema=schema, orient="row"))


def _others(provider: Provider, frame: pl.DataFrame, rows: pl.Series, notes: Notes) -> list[int]:
    """Return which of these rows are other customers than those who were meant."""
    customers = frame.select(table_columns(provider))[rows].rows()
    return [
        row
        for row, customer in zip(rows.to_list(), customers, strict=True)
        if notes.of(customer_of(provider, customer)) is None
    ]


def _table(notes: Notes, told: tuple[str, ...]) -> pl.DataFrame:
    """Return notes as columns, with what tells their customers from others."""
    names = texts(notes.by_name.keys())
    kept = list(notes.by_name.values())
    if len(names) < len(kept):  # some are of names that no list can hold
        kept = [notes.by_name[name] for name in names]
    columns = {LABEL: [note.label for note in kept], NOTE: [note.text for note in kept]}
    meant = {_MEANT + name: [note.fingerprint.get(name) for note in kept] for name in (ID, *told)}
    return pl.DataFrame(
        {KEY: names, **columns, **meant}, schema_overrides=dict.fromkeys((*columns, *meant), pl.String())
    )
