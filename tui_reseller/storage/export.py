"""Customers written to a file of the operator: whole or not at all, beside the event loop, in slices."""

import asyncio
import codecs
import contextlib
import os
import re
import stat
import tempfile
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from tui_reseller.domain.errors import BadConfig, InvalidInput
from tui_reseller.domain.export import ExportFormat, Progress
from tui_reseller.domain.listing import EXTRA, Table
from tui_reseller.system.files import sync_folder

if TYPE_CHECKING:
    import polars as pl

SLICE = 20_000
"""Rows between two checks whether the export was cancelled."""
ROW_GROUP = 100_000
"""Rows of a row group of Parquet: what readers skip or read at once."""
_TEMPORARY = ".exporting-"
_OS_ERROR = re.compile(r"\(os error (\d+)\)")


class _CancelledError(Exception):
    """The export was cancelled."""


class Exporter:
    """Writes tables of customers as CSV, JSON Lines or Parquet."""

    def check(self, path: Path, *, overwrite: bool) -> None:
        """Raise InvalidInput unless a file can be put here: only a plain file is ever replaced, and only if it may."""
        try:
            found = path.lstat()
        except FileNotFoundError:
            if not path.parent.is_dir():
                raise InvalidInput(f"there is no folder {path.parent}", field="path", hint="make it first") from None
            return
        except (OSError, ValueError) as error:
            raise _unusable(path, error) from None
        if stat.S_ISLNK(found.st_mode):
            raise InvalidInput(f"{path} is a symbolic link", field="path", hint="name the file itself")
        if stat.S_ISDIR(found.st_mode):
            raise InvalidInput(f"{path} is a folder", field="path", hint="name a file in it")
        if not stat.S_ISREG(found.st_mode):
            raise InvalidInput(f"{path} is no plain file", field="path", hint="name a plain file")
        if not overwrite:
            raise InvalidInput(f"{path} is there already", field="path", hint="choose another name, or replace it")

    async def write(
        self,
        table: Table,
        path: Path,
        form: ExportFormat,
        columns: Sequence[str],
        *,
        overwrite: bool,
        bom: bool = False,
        progress: Progress | None = None,
    ) -> int:
        """Write a file with mode 0600, whole or not at all; return its size in bytes. With *bom* CSV begins with the
        mark of UTF-8, which spreadsheets look for.

        Without columns: all fields, and extra where a customer has some. Cancelled, it returns when nothing is left of
        the file. Raises InvalidInput (as check) and BadConfig if the disk refuses.
        """
        loop = asyncio.get_running_loop()
        stopped = threading.Event()

        def report(done: int, total: int) -> None:
            if stopped.is_set():
                raise _CancelledError
            if progress is not None:
                loop.call_soon_threadsafe(progress, done, total)

        work = asyncio.ensure_future(
            asyncio.to_thread(
                partial(self._write, table, path, form, columns, overwrite=overwrite, bom=bom, report=report)
            )
        )
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            stopped.set()
            work.add_done_callback(lambda done: done.cancelled() or done.exception())  # retrieved: nobody waits for it
            await asyncio.wait([work])
            raise

    def texts(
        self, table: Table, form: ExportFormat, columns: Sequence[str], limit: int | None = None
    ) -> Iterator[str]:
        """Return the text of a CSV or JSON Lines file piece by piece, of at most *limit* customers."""
        from tui_reseller.storage.frames import any_frame_of  # noqa: PLC0415 - polars is loaded with the first list

        frame = any_frame_of(table)
        return _texts(frame if limit is None else frame.head(limit), form, columns, lambda _done, _total: None)

    def _write(
        self,
        table: Table,
        path: Path,
        form: ExportFormat,
        columns: Sequence[str],
        *,
        overwrite: bool,
        bom: bool,
        report: Progress,
    ) -> int:
        """Do the work, in a thread. Report raises when the export was cancelled."""
        from tui_reseller.storage.frames import any_frame_of  # noqa: PLC0415 - beside the event loop

        frame = any_frame_of(table)
        self.check(path, overwrite=overwrite)
        try:
            handle, name = tempfile.mkstemp(prefix=_TEMPORARY, dir=path.parent)
        except OSError as error:
            raise _unusable(path, error) from None
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file, _disk_errors(path):
                if form is ExportFormat.PARQUET:
                    _write_parquet(file, frame, columns, report)
                else:
                    file.write(codecs.BOM_UTF8 if bom and form is ExportFormat.CSV else b"")
                    for text in _texts(frame, form, columns, report):
                        file.write(text.encode("utf-8"))
                file.flush()
                os.fsync(handle)
                size = os.fstat(handle).st_size
            report(len(frame), len(frame))
            self.check(path, overwrite=overwrite)  # somebody may have put a file there meanwhile
            with _disk_errors(path):
                temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # not every file system can do this to a folder, and the file is there
            sync_folder(path.parent)
        return size


def _texts(frame: "pl.DataFrame", form: ExportFormat, columns: Sequence[str], report: Progress) -> Iterator[str]:
    from tui_reseller.storage.export_text import csv_header, csv_lines, json_lines  # noqa: PLC0415 - polars

    if form is ExportFormat.JSON_LINES:
        for piece in _slices(frame, report):
            yield json_lines(piece, columns or piece.columns)
        return
    names = columns or _all_columns(frame)
    yield csv_header(names)
    for piece in _slices(frame, report):
        yield csv_lines(piece, names)


def _write_parquet(file: IO[bytes], frame: "pl.DataFrame", columns: Sequence[str], report: Progress) -> None:
    from polars.io.plugins import register_io_source  # noqa: PLC0415 - beside the event loop

    chosen = frame.select(columns or _all_columns(frame))

    def pieces(
        _columns: list[str] | None, _predicate: "pl.Expr | None", _rows: int | None, _batch: int | None
    ) -> Iterator["pl.DataFrame"]:
        yield from _slices(chosen, report)

    source = register_io_source(pieces, schema=chosen.schema)
    source.sink_parquet(file, compression="zstd", row_group_size=ROW_GROUP)


def _slices(frame: "pl.DataFrame", report: Progress) -> Iterator["pl.DataFrame"]:
    for start in range(0, len(frame), SLICE):
        report(start, len(frame))
        yield frame[start : start + SLICE]


def _all_columns(frame: "pl.DataFrame") -> Sequence[str]:
    has_extra = bool(((frame[EXTRA] != "{}") & frame[EXTRA].is_not_null()).any())
    return [name for name in frame.columns if has_extra or name != EXTRA]


def _unusable(path: Path, error: Exception) -> InvalidInput:
    words = getattr(error, "strerror", None) or str(error)
    return InvalidInput(f"{path} cannot be written: {words}", field="path", hint="choose another place")


@contextlib.contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    """Raise BadConfig for an error of the disk. Polars wraps one in its own, with the number in the text."""
    import polars as pl  # noqa: PLC0415 - beside the event loop

    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        number = _OS_ERROR.search(str(error))
        if number is None and not isinstance(error, OSError):
            raise  # not the disk: a defect of ours
        words = os.strerror(int(number[1])) if number else getattr(error, "strerror", None) or str(error)
        raise BadConfig(
            f"{path} was not written: {words}", hint="nothing is left of it; make room on the disk"
        ) from None
