"""`create --from`: new customers out of one JSON object, JSON Lines or CSV, checked before the first is sent.

A CSV file of ours has a ' before what a spreadsheet would run: it is removed again, so that +34 stays +34 (S19).
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.text import clean, formula_restored
from tui_reseller.services.validation import checked_field_names


@dataclass(frozen=True, slots=True)
class NewCustomerRow:
    """A new customer as a file names it, and the line where it stands. Values may hold a password: no repr."""

    line: int
    values: Mapping[str, str]

    def __repr__(self) -> str:
        return f"NewCustomerRow(line={self.line})"


def read_new_customers(provider: Provider, text: str) -> list[NewCustomerRow]:
    """Read the text of a file for a service. Raises InvalidInput with line numbers; no message holds a value."""
    start = text.lstrip()[:1]
    if not start:
        raise InvalidInput("there is nothing in it: no customer to create")
    rows = list(_from_json(text) if start in "{[" else _from_csv(provider, text))
    if not rows:
        raise InvalidInput("there is a header line and nothing else: no customer to create")
    for row in rows:
        try:
            checked_field_names(provider, row.values, _taken(provider))
        except InvalidInput as error:
            raise InvalidInput(f"line {row.line}: {error.message}", field=error.field, hint=error.hint) from None
    return rows


def _taken(provider: Provider) -> tuple[str, ...]:
    return (
        (*provider.create_fields, "password")
        if provider.action(Operation.CREATE).needs_password
        else provider.create_fields
    )


def _from_json(text: str) -> Iterator[NewCustomerRow]:
    if text.lstrip().startswith("["):
        raise InvalidInput("an array is not taken: one JSON object, JSON Lines or CSV")
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                yield NewCustomerRow(number, _object_of(line, number))
    else:
        yield NewCustomerRow(1, _values_of(whole, 1))


def _object_of(line: str, number: int) -> dict[str, str]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        place = f", column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise InvalidInput(f"line {number}{place}: this is no JSON object") from None
    return _values_of(found, number)


def _values_of(found: object, number: int) -> dict[str, str]:
    if not isinstance(found, dict):
        raise InvalidInput(f"line {number}: this is no JSON object")
    values: dict[str, str] = {}
    for name, value in found.items():
        if isinstance(value, bool):
            values[name] = "true" if value else "false"
        elif isinstance(value, str | int):
            values[name] = str(value)
        elif value is not None:
            raise InvalidInput(f"line {number}: {clean(name, longest=80)} is no text", field=name)
    return values


def _from_csv(provider: Provider, text: str) -> Iterator[NewCustomerRow]:
    lines = csv.reader(io.StringIO(text), strict=True)
    try:
        heads = [head.strip() for head in next(lines)]
        if len(set(heads)) != len(heads):
            raise InvalidInput("line 1: a column is there twice")
        checked_field_names(provider, dict.fromkeys(heads, ""), _taken(provider))
        begins = lines.line_num + 1
        for cells in lines:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(heads):
                    raise InvalidInput(f"line {begins}: {len(cells)} cells, the header line has {len(heads)}")
                yield NewCustomerRow(
                    begins, {name: _value_of(name, cell) for name, cell in zip(heads, cells, strict=True) if cell}
                )
            begins = lines.line_num + 1
    except csv.Error as error:
        raise InvalidInput(f"line {lines.line_num}: the CSV cannot be read: {error}") from None


def _value_of(name: str, cell: str) -> str:
    """Return what a cell stands for. No export of ours holds passwords: one begins as it was meant to."""
    return cell if name == "password" else formula_restored(cell)
