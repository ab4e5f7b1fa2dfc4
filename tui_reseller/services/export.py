"""Export: what the list shows, or chosen customers, as a file of the operator."""

from collections.abc import Collection, Sequence
from pathlib import Path

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.export import Exported, ExportFormat, Progress, format_of
from tui_reseller.domain.listing import table_columns
from tui_reseller.domain.note import NOTE_COLUMNS
from tui_reseller.domain.view import checked_columns
from tui_reseller.services.list_ports import ExportPort
from tui_reseller.services.session import Session


def check(
    exporter: ExportPort, path: Path, *, form: ExportFormat | None = None, overwrite: bool = False
) -> ExportFormat:
    """Return the form of a file that could be written now, so that nobody waits for a list and is refused then.

    Raises InvalidInput for an ending that says no form, a missing folder, a target that is no plain file, and for a
    file that is there already unless it may be overwritten.
    """
    chosen = form or format_of(path)
    exporter.check(path, overwrite=overwrite)
    return chosen


async def export(
    exporter: ExportPort,
    session: Session,
    path: Path,
    *,
    form: ExportFormat | None = None,
    columns: Sequence[str] = (),
    usernames: Collection[str] | None = None,
    everything: bool = False,
    overwrite: bool = False,
    bom: bool = False,
    with_notes: bool = False,
    progress: Progress | None = None,
) -> Exported:
    """Write exactly what the present query shows, in its order; or the customers of these usernames, or everything.

    Without columns: all fields, and extra where a customer has some; our labels and notes only where they are asked
    for, by with_notes or as columns: they must have been learnt. With *bom* CSV begins with the mark of UTF-8.
    Progress is called in the event loop. The file appears whole, with mode 0600, or not at all; cancelled, it leaves
    nothing behind. Raises InvalidInput as check(), for an unknown column and before the first list; BadConfig if the
    disk refuses.
    """
    chosen = check(exporter, path, form=form, overwrite=overwrite)
    names = checked_columns(columns, (*table_columns(session.provider), *NOTE_COLUMNS))
    notes = session.notes.present if with_notes or not set(NOTE_COLUMNS).isdisjoint(names) else None
    table = await session.customers.table(usernames, everything=everything, notes=notes)
    if table is None:
        raise InvalidInput("there is no list yet that could be exported", hint="wait until it is read")
    size = await exporter.write(table, path, chosen, names, overwrite=overwrite, bom=bom, progress=progress)
    return Exported(path, chosen, len(table), size)
