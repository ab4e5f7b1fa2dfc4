"""Reads a list in three pieces, cut at every pair of positions; needs nothing but a Python and our package.

Run as `python -I cuts_child.py ROOT NAME` by test_cuts.py, by every Python of the machine. Tables are lists of records
here, and nothing takes the fast path, so that no library is needed.
"""

import sys
import types
from dataclasses import replace
from itertools import chain

RECORD = "<user><username>{0}</username><email>{0}@x.example</email></user>"
BODIES = {
    "xml": "<users>" + RECORD.format("ann") + RECORD.format("zoé€") + "</users>",
    "xml-declared": '<?xml version="1.0" encoding="UTF-8"?>\r\n<users>\n ' + RECORD.format("a&amp;b") + "\n</users>\n",
    "xml-latin-1": '<?xml version="1.0" encoding="ISO-8859-1"?>\n<users>' + RECORD.format("&#8364;é") + "</users>",
    "xml-comments": "<!-- <users> --><users><!-- </user> -->" + RECORD.format("<![CDATA[<]]>") + "</users><!-- x -->",
    "xml-empty": '<?xml version="1.0"?><!-- <users> --><users></users>',
    "json": '\ufeff [{"username":"zoé€😀","x":{"y":["}","]",{}]}} ,\n{"username":"a\\"\\\\b"}] \n',
    "json-escaped": '[{"username":"\\ud83d\\ude00"},{"username":"[{","email":null}]',
    "json-empty": "\ufeff  [ \n ] ",
}


def tables_without_polars():
    """Stand in for the module that makes tables."""
    module = types.ModuleType("tui_reseller.api.lists.tables")
    module.rows_of = lambda _layout, records: list(records)
    module.table_of = lambda _layout, rows: rows
    sys.modules[module.__name__] = module


class NoFastPath:
    version = 0

    def __init__(self, _strict):
        pass

    def learn(self, records):
        pass

    def table(self, _records):
        return None

    def skip(self, _records):
        raise AssertionError("there is no table to skip")


def differing(name):
    """Return how many pairs of positions there are, and those at which the list is read as another one."""
    # There is no package before the path says where it is.
    from tui_reseller.api.lists.table_parser import TableParser  # noqa: PLC0415
    from tui_reseller.api.reply import BadReply  # noqa: PLC0415
    from tui_reseller.api.reseller_v2.list_formats import LIST_FORMATS  # noqa: PLC0415
    from tui_reseller.domain.profile import Format  # noqa: PLC0415

    format_ = replace(LIST_FORMATS[Format(name.partition("-")[0])], fast=NoFastPath)
    body = BODIES[name].encode("latin-1" if name == "xml-latin-1" else "utf-8")

    def read(pieces, make):
        parser = make()
        try:
            found = [one for piece in pieces for one in parser.feed(piece)] + parser.close()
        except BadReply as error:
            return str(error)
        return found if parser.is_list else parser.is_list

    def table_rows(pieces):
        found = read(pieces, lambda: TableParser(format_))
        return list(chain.from_iterable(found)) if isinstance(found, list) else found

    whole = read([body], format_.strict)
    if not isinstance(whole, list) or ("empty" not in name and not whole):
        raise AssertionError(whole)
    pairs = [(first, second) for first in range(len(body) + 1) for second in range(first, len(body) + 1)]
    wrong = []
    for first, second in pairs:
        pieces = [body[:first], body[first:second], body[second:]]
        if read(pieces, format_.strict) != whole or table_rows(pieces) != whole:
            wrong.append((first, second))
    return len(pairs), wrong


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    tables_without_polars()
    count, wrong = differing(sys.argv[2])
    print(count, len(wrong), wrong[:10])
