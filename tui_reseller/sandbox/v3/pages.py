"""The list of subusers in pages (services 9.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui_reseller.sandbox.cells import from_cell
from tui_reseller.sandbox.past import customers_as_of, sql
from tui_reseller.sandbox.store import COLUMNS
from tui_reseller.sandbox.v3.desk import answer
from tui_reseller.sandbox.v3.invention import REGIONS

if TYPE_CHECKING:
    from tui_reseller.sandbox.answer import Answer
    from tui_reseller.sandbox.v3.call import Call
    from tui_reseller.sandbox.v3.desk import Desk

_DEFAULT_PAGE = 10


def page(desk: Desk, call: Call) -> Answer:
    """List a page in the order of numbers: a limit beyond the largest is cut without a word."""
    limit = min(call.number("limit", _DEFAULT_PAGE, 1), desk.terms.max_page)
    offset = call.number("offset", 0)
    region = call.choice("region", "all", ("all", *REGIONS))
    tells_region = call.choice("include_region", "false", ("true", "false")) == "true"
    prefix = (call.get("username") or "").lower()
    rows = _rows(desk, call.as_of, prefix, region, limit, offset)
    call.page = [int(row[0]) for row in rows]
    return answer([_record(desk, row, tells_region=tells_region) for row in rows])


def _rows(desk: Desk, as_of: float | None, prefix: str, region: str, limit: int, offset: int) -> list[tuple[Any, ...]]:
    head, source, values = customers_as_of(as_of, COLUMNS)
    conditions, bound = ["deleted = 0"], list[Any](values)
    if prefix:
        starts = "instr(lower(username), ?) = 1" if prefix.isascii() and "\0" not in prefix else "starts(username, ?)"
        # Now the narrow index is read instead of the wide table.
        conditions.append(starts if as_of else sql("id IN (SELECT id FROM customers WHERE", starts, ")"))
        bound.append(prefix)
    if region != "all":
        conditions.append(desk.inventions.region_sql() + " = ?")
        bound.append(region)
    known = desk.places.before((prefix, region), offset) if as_of is None else None
    if known is not None:
        conditions.append("id >= ?")
        bound.append(known[1])
    statement = sql(
        head, "SELECT id, username, email, active, region FROM", source, "WHERE", " AND ".join(conditions),
        "ORDER BY id LIMIT ? OFFSET ?",
    )  # fmt: skip
    rows = desk.store.select(statement, (*bound, limit, offset - (known[0] if known else 0)))
    if as_of is None:
        desk.places.note((prefix, region), offset, [row[0] for row in rows])
    return rows


def _record(desk: Desk, row: tuple[Any, ...], *, tells_region: bool) -> dict[str, Any]:
    ident, username, email, active, region = row
    record = {
        "id": ident,
        "username": from_cell(username),
        "email": from_cell(email),
        "disabled": from_cell(active) != "true",
    }
    if tells_region:
        record["region"] = desk.inventions.region(ident, from_cell(region))
    return record
