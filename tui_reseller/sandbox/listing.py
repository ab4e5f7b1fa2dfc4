"""The list of customers: filters, paging, the state of a past moment, and rendering in batches.

A million customers pass through here a few hundred at a time, so the common row takes a path without loops in Python.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING, Any

from tui_reseller.sandbox.cells import from_cell
from tui_reseller.sandbox.past import customers_as_of, sql
from tui_reseller.sandbox.shapes import encode_xml, escape_xml, xml_head, xml_text
from tui_reseller.sandbox.store import COLUMNS, RECORD_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tui_reseller.sandbox.dialects import Dialect

BATCH = 512
_NEEDS_ESCAPE = frozenset("&<>\r")


@dataclass(frozen=True)
class Query:
    """Which customers, and which of their fields. `as_of` is a time in seconds since 1970, or the present."""

    filters: dict[str, str] = field(default_factory=dict)
    ident: str | None = None
    limit: int | None = None
    offset: int = 0
    as_of: float | None = None
    fields: tuple[str, ...] = RECORD_FIELDS


def _contains(value: str | bytes, needle: str) -> bool:
    return needle in str(from_cell(value)).lower()


def _condition(name: str, value: str, *, past: bool) -> tuple[str, str]:
    """Filters are searches for a part of the value, in any case; only the switch `active` is compared as a whole."""
    if name == "active":
        return "lower(active) = ?", value.lower()
    if not value.isascii() or "\0" in value:
        return f"contains({name}, ?)", value.lower()
    if name == "username" and not past:  # the narrow index is read instead of the wide table
        return "id IN (SELECT id FROM customers WHERE instr(lower(username), ?) > 0)", value.lower()
    return f"instr(lower({name}), ?) > 0", value.lower()


def _statement(query: Query) -> tuple[str, list[Any]]:
    head, source, values = customers_as_of(query.as_of, COLUMNS)
    conditions, bound = ["deleted = 0"], list[Any](values)
    for name, value in query.filters.items():
        condition, needle = _condition(name, value, past=query.as_of is not None)
        conditions.append(condition)
        bound.append(needle)
    if query.ident is not None:
        conditions.append("CAST(id AS TEXT) = ?")
        bound.append(query.ident)
    columns = ", ".join("CAST(id AS TEXT)" if name == "id" else name for name in query.fields)
    statement = sql(head, "SELECT", columns, ", extra FROM", source, "WHERE", " AND ".join(conditions), "ORDER BY id")
    if query.limit is not None or query.offset:
        statement += " LIMIT ? OFFSET ?"
        bound += [-1 if query.limit is None else query.limit, query.offset]
    return statement, bound


class Reader:
    """One list being read, on a connection of its own: the snapshot stays as it was at the first row."""

    def __init__(self, path: Path, query: Query) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._db.create_function("contains", 2, _contains, deterministic=True)
        self._db.execute("PRAGMA query_only = ON")
        self._query = query
        self._db.execute("BEGIN")
        self._cursor = self._db.execute(*_statement(query))
        self._first = self._cursor.fetchmany(BATCH)

    def restart(self) -> None:
        """Read the same snapshot again from its beginning."""
        self._cursor = self._db.execute(*_statement(self._query))
        self._first = self._cursor.fetchmany(BATCH)

    def batches(self) -> Iterator[Sequence[tuple[Any, ...]]]:
        """Yield the rows, a batch at a time."""
        rows = self._first
        while rows:
            yield rows
            rows = self._cursor.fetchmany(BATCH)

    def close(self) -> None:
        """End the reading and release the snapshot."""
        self._cursor.close()
        self._db.close()


def render(reader: Reader, fields: tuple[str, ...], wire_format: str, dialect: Dialect) -> Iterator[bytes]:
    """Yield the answer in pieces: a JSON array, or the XML element `users`."""
    if wire_format == "xml":
        yield encode_xml(f"{xml_head(dialect)}<users>\n", dialect)
        template = "".join(f"      <{name}>%s</{name}>\n" for name in fields)
        for rows in reader.batches():
            yield encode_xml("".join([_xml_record(row, fields, template) for row in rows]), dialect)
        yield b"</users>\n"
        return
    template = "{" + ",".join(f'"{name}":%s' for name in fields)
    separator = "["
    for rows in reader.batches():
        text = separator + ",".join([_json_record(row, fields, template) for row in rows])
        # A slash stands in values only, never in JSON's own syntax, so a whole batch can be done at once.
        yield text.replace("/", "\\/").encode("ascii")
        separator = ","
    yield b"]" if separator == "," else b"[]"


def _record(row: tuple[Any, ...], fields: tuple[str, ...]) -> dict[str, Any]:
    """Decode a row that holds more than ordinary text."""
    values = {name: from_cell(cell) for name, cell in zip(fields, row[:-1], strict=True)}
    if row[-1] is not None:
        values.update(json.loads(row[-1]))
    return values


def _json_record(row: tuple[Any, ...], fields: tuple[str, ...], template: str) -> str:
    if row[-1] is None:
        try:
            return template % tuple(map(encode_basestring_ascii, row[:-1])) + "}"
        except TypeError:  # a value that is no ordinary text
            pass
    return json.dumps(_record(row, fields), separators=(",", ":"))


def _xml_record(row: tuple[Any, ...], fields: tuple[str, ...], template: str) -> str:
    if row[-1] is None:
        try:
            if _NEEDS_ESCAPE.isdisjoint("".join(row[:-1])):
                return f"   <user>\n{template % row[:-1]}   </user>\n"
            return f"   <user>\n{template % tuple(map(escape_xml, row[:-1]))}   </user>\n"
        except (TypeError, AttributeError):  # a value that is no ordinary text
            pass
    lines = "".join(f"      <{name}>{xml_text(value)}</{name}>\n" for name, value in _record(row, fields).items())
    return f"   <user>\n{lines}   </user>\n"
