"""Parsers of the lists of the Reseller API v2, for the tests of the strict parsers and of the fast path beside them."""

from functools import partial

from tui_reseller.api.lists import tables
from tui_reseller.api.lists.strict_json import StrictJson
from tui_reseller.api.lists.table_parser import TableParser
from tui_reseller.api.reseller_v2.list_formats import LIST_FORMATS
from tui_reseller.api.reseller_v2.records import LAYOUT
from tui_reseller.domain.profile import Format

customer_from = LAYOUT.customer
new_strict_json = partial(StrictJson, LAYOUT)


def strict_parser(wanted: Format):
    """Return a new strict parser of a format."""
    return LIST_FORMATS[wanted].strict()


def table_parser(wanted: Format) -> TableParser:
    """Return a new parser of tables, which takes the fast path where it can."""
    return TableParser(LIST_FORMATS[wanted])


def table_of_records(records):
    """Return records as a table, as the strict parser's are."""
    return tables.table_of(LAYOUT, tables.rows_of(LAYOUT, records))
