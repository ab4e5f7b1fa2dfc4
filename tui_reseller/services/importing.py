"""A file that is looked at before it becomes a plan: what it is, which field each column is, what is wrong with it.

What the operator says of it may change again and again; each time it is looked at anew.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.plan import Refusal
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.text import clean
from tui_reseller.services import listing, plans
from tui_reseller.services.files.actions import ACTION, PASSWORD
from tui_reseller.services.files.heads import Column, Heads
from tui_reseller.services.files.options import PLAIN as AS_IT_IS
from tui_reseller.services.files.options import ReadingOptions
from tui_reseller.services.files.reading import Read, heads_of, read_file, sheet_of
from tui_reseller.services.files.sheet import Row
from tui_reseller.services.plan_checks import PLAIN, Checking
from tui_reseller.services.session import Session

HIDDEN = "(a password)"


@dataclass(frozen=True, slots=True)
class Import:
    """A file, and what the operator said of it. It may hold passwords: no repr of its content."""

    name: str
    content: bytes
    options: ReadingOptions = AS_IT_IS
    action: Operation | None = None
    checking: Checking = PLAIN

    def __repr__(self) -> str:
        return f"Import({self.name!r})"

    def mapped(self, head: str, field: str) -> "Import":
        """Return it with another meaning of a column; without a field the column is left aside."""
        renamed = {name: to for name, to in self.options.renamed.items() if name != head}
        ignored = [name for name in self.options.ignored if name != head]
        options = replace(
            self.options,
            renamed={**renamed, head: field} if field else renamed,
            ignored=ignored if field else [*ignored, head],
        )
        return replace(self, options=options)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file is found to be. Problem is why it cannot be read as a whole; then there is no plan."""

    kind: str = ""
    columns: Sequence[Column] = ()
    fields: Sequence[str] = ()
    problem: str = ""
    read: Read | None = None
    drafted: plans.Drafted | None = None

    @property
    def names_actions(self) -> bool:
        """Whether a column names the action of each row."""
        return any(column.field == ACTION for column in self.columns)

    @property
    def findings(self) -> Sequence[Refusal]:
        """What is wrong with rows, in the order of their lines."""
        return self.drafted.refusals if self.drafted else ()


async def look(session: Session, one: Import) -> Looked:
    """Look at a file; with an action, or a column of them, also at what its rows would change. Nothing is sent.

    Raises what listing.refresh_for_many() raises.
    """
    try:
        kind, heads = await asyncio.to_thread(_recognised, session.provider, one)
    except InvalidInput as error:
        return Looked(problem=_words(error))
    looked = Looked(kind, list(heads.columns.values()), heads.names)
    if one.action is None and not looked.names_actions:
        return looked
    try:
        read = await asyncio.to_thread(read_file, session.provider, one.content, one.action, one.options)
    except InvalidInput as error:
        return replace(looked, problem=_words(error))
    await listing.refresh_for_many(session)
    drafted = await plans.draft(
        session, read.wanted, origin=f"file {clean(one.name, longest=80)}", refusals=read.refusals,
        source=read.source, checking=one.checking,
    )  # fmt: skip
    return replace(looked, columns=read.columns, read=read, drafted=drafted)


def row_at(provider: Provider, one: Import, line: int) -> Mapping[str, str]:
    """Return the cells of the row that begins in a line, by the heads of their columns. Passwords are not shown."""
    sheet = sheet_of(one.content, one.options)
    heads = heads_of(provider, sheet, one.options)
    row = next((row for row in sheet.rows() if isinstance(row, Row) and row.line == line), None)
    cells = row.cells if row is not None else {}
    return {head: HIDDEN if heads.look_up(head).field == PASSWORD else cell for head, cell in cells.items()}


def _recognised(provider: Provider, one: Import) -> tuple[str, Heads]:
    sheet = sheet_of(one.content, one.options)
    return sheet.kind, heads_of(provider, sheet, one.options)


def _words(error: InvalidInput) -> str:
    return f"{error.message} - {error.hint}" if error.hint else error.message
