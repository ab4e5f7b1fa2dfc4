"""Read a file of changes or of new customers, whatever kind it is.

Every row is taken or refused here, with line and column, before anything is sent (reliability D25). What was recognised
is said.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.plan import Refusal
from tui_reseller.domain.provider import Provider
from tui_reseller.services.files.actions import PASSWORD
from tui_reseller.services.files.changes import ChangeMaker
from tui_reseller.services.files.decoding import decoded
from tui_reseller.services.files.heads import Column, Heads
from tui_reseller.services.files.json_rows import JsonRows
from tui_reseller.services.files.options import PLAIN, ReadingOptions
from tui_reseller.services.files.sheet import BadRow, Row, Sheet
from tui_reseller.services.files.tables import Table
from tui_reseller.services.requested import RequestedChange

_ENCODE = json.JSONEncoder(separators=(",", ":")).encode
_SAMPLE = 1000
"""Of so many rows the values say what a column is whose title alone does not."""


@dataclass(slots=True)
class Read:
    """What a file holds. Source is a digest of it without passwords; notes say what was recognised."""

    wanted: list[RequestedChange] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    source: str = ""
    kind: str = ""
    columns: Sequence[Column] = ()


def sheet_of(content: bytes, options: ReadingOptions = PLAIN) -> Sheet:
    """Return a file as rows of cells. Raises InvalidInput for what is none, with the way out."""
    found = decoded(content, options.encoding)
    if not found.text.strip("\ufeff \t\r\n"):
        raise InvalidInput("there is nothing in it")
    return JsonRows(found) if found.text.lstrip()[:1] in {"{", "["} else Table(found)


def heads_of(provider: Provider, sheet: Sheet, options: ReadingOptions = PLAIN) -> Heads:
    """Return which fields the columns of a file are, whether or not all of them are known."""
    heads = Heads(provider, options)
    sample: list[Row] = []
    for head in sheet.heads:
        if heads.is_open(head):
            sample = sample or [row for row in islice(sheet.rows(), _SAMPLE) if isinstance(row, Row)]
            heads.look_up(head, [row.cells[head] for row in sample if head in row.cells])
        else:
            heads.look_up(head)
    return heads


def read_file(
    provider: Provider, content: bytes, action: Operation | None = None, options: ReadingOptions = PLAIN
) -> Read:
    """Read a file for a service; the action is the one for all rows, else a column names it.

    Raises InvalidInput if it cannot be read as a whole: its kind, encoding or head line, an unknown column.
    """
    sheet = sheet_of(content, options)
    heads = heads_of(provider, sheet, options)
    found = Read(notes=list(sheet.notes), kind=sheet.kind)
    maker = ChangeMaker(provider, action, is_exact=sheet.is_exact, clears=options.clears)
    fields = _Fields(heads)
    if isinstance(sheet, Table):
        fields.settle(sheet)
    digest = None if isinstance(sheet, Table) and PASSWORD not in fields.values() else hashlib.sha256()
    for line, values, columns in _rows(sheet, fields, found.refusals):
        if digest is not None:
            digest.update(_ENCODE({n: v for n, v in values.items() if n != PASSWORD}).encode() + b"\n")
        try:
            found.wanted.append(maker.change(line, values, columns))
        except InvalidInput as error:
            found.refusals.append(Refusal.of(line, error))
    heads.refuse_unused(fields)
    found.columns = list(heads.columns.values())
    found.source = digest.hexdigest() if digest is not None else hashlib.sha256(content).hexdigest()
    if maker.marks:
        found.notes.append(f"{maker.marks:,} formula marks (') were taken off")
    if maker.doubled:
        found.notes.append(f"{maker.doubled:,} cells with a doubled backslash were read with one")
    if not found.wanted and not found.refusals:
        raise InvalidInput("there is nothing in it: no row")
    return found


class _Fields(dict[str, str]):
    """The field of each head, as it is met; an empty one is left aside. Raises InvalidInput for an unknown head."""

    def __init__(self, heads: Heads) -> None:
        super().__init__()
        self._heads = heads
        self.columns: frozenset[str] = frozenset()

    def __missing__(self, head: str) -> str:
        column = self._heads.look_up(head)
        self._heads.refuse_unknown(column)
        self[head] = column.field
        return column.field

    def settle(self, sheet: Table) -> None:
        """Look all columns of a table up, and refuse what is wrong with its head."""
        try:
            self.update(self._heads.settled(sheet.heads))
        except InvalidInput as error:
            message = f"line {sheet.head_line}: {error.message}"
            raise InvalidInput(message, field=error.field, hint=error.hint) from None
        self.columns = frozenset(self.values()) - {""}


def _rows(
    sheet: Sheet, fields: _Fields, refusals: list[Refusal]
) -> Iterator[tuple[int, dict[str, str], frozenset[str]]]:
    """Yield the rows with their cells by field, and for which fields there is a place; what is no row is refused."""
    for row in sheet.rows():
        if isinstance(row, BadRow):
            refusals.append(Refusal(row.line, row.why, row.column))
            continue
        line, cells, unsaid = row
        try:
            values = {name: cell for head, cell in cells.items() if (name := fields[head])}
            columns = fields.columns or frozenset(fields[head] for head in unsaid)
        except InvalidInput as error:
            raise InvalidInput(f"line {line}: {error.message}", field=error.field, hint=error.hint) from None
        if len(values) < len(cells) and (twice := _twice([fields[head] for head in cells])):
            refusals.append(Refusal(line, "two names stand for it", twice))
            continue
        yield line, values, columns


def _twice(names: Sequence[str]) -> str:
    """Return a field that several columns of a row are, or nothing."""
    return next((name for name in names if name and names.count(name) > 1), "")
