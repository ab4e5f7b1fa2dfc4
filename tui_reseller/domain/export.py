"""What an export is: the forms of a file, the columns it may have, and what became of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePath

from tui_reseller.domain.errors import InvalidInput

Progress = Callable[[int, int], None]
"""Told of rows done, and of all rows."""


class ExportFormat(Enum):
    """Form of a file of customers.

    CSV is safe in a spreadsheet; JSON Lines has every value as it is; so has Parquet, with typed columns: the switches
    are booleans, null stands for unknown.
    """

    CSV = "csv"
    JSON_LINES = "jsonl"
    PARQUET = "parquet"


ENDINGS = {
    ".csv": ExportFormat.CSV,
    ".jsonl": ExportFormat.JSON_LINES,
    ".ndjson": ExportFormat.JSON_LINES,
    ".parquet": ExportFormat.PARQUET,
}


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written whole. Size is in bytes."""

    path: Path
    form: ExportFormat
    rows: int
    size: int


def format_of(path: PurePath) -> ExportFormat:
    """Return the form that a file's ending names, in any case. Raises InvalidInput for any other ending."""
    found = ENDINGS.get(path.suffix.lower())
    if found is None:
        raise InvalidInput("the ending of the file says its form: .csv, .jsonl (or .ndjson) or .parquet", field="path")
    return found
