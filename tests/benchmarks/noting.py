"""How long a filter that asks our own notes takes beside other filters, in the same run, on the list alone.

    python tests/benchmarks/noting.py                # a million customers, a hundred thousand notes
    python tests/benchmarks/noting.py 100000 10000

Prints ratios; milliseconds are this machine's. Needs no service and no terminal.
"""

import asyncio
import statistics
import sys
import time
from datetime import UTC, datetime

import polars as pl

from tui_reseller.domain.audit import Operator
from tui_reseller.domain.filters import parse_filter
from tui_reseller.domain.listing import ListContext, ListQuery, table_columns
from tui_reseller.domain.note import Note, Notes
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.storage.customer_list import CustomerList

ROUNDS = 15
FILTERS = ("box77", "email:box77", "note:v", "note:vip", "label:vip", "is:noted", "-note:vip", "note~late$|^vip")
"""The first two are what the others are compared with: a bare word, and a part of one field."""
LABELS = ("vip", "trial", "key account", "old contract", "migrating")
NAMES = ("Ana", "Luz", "José", "Zoë", "Ben")


def customers(count: int) -> pl.DataFrame:
    """Return customers whose columns all hold something, as a list brings them."""
    numbers = pl.int_range(count, eager=True)
    places = (numbers % len(NAMES)).cast(pl.UInt32)
    texts = {
        "username": "user" + numbers.cast(pl.String), "email": "box" + numbers.cast(pl.String) + "@x.example",
        "first_name": pl.Series(NAMES).gather(places), "last_name": pl.Series(["García"]).new_from_index(0, count),
        "city": pl.Series(["Málaga"]).new_from_index(0, count), "phone": "+34 " + numbers.cast(pl.String),
    }  # fmt: skip
    columns = {**texts, "sending": numbers % 3 != 0, "website_access": pl.Series([None], dtype=pl.Boolean)}
    empty = pl.Series([None], dtype=pl.String)
    found = [columns.get(name, empty).alias(name) for name in table_columns(RESELLER_V2)]
    return pl.DataFrame([one if len(one) == count else one.new_from_index(0, count) for one in found])


def notes(listed: pl.DataFrame, count: int) -> Notes:
    """Return notes on as many customers, spread over the list."""
    operator, now = Operator("kim", "bastion"), datetime.now(UTC)
    rows = listed.gather_every(len(listed) // count).select("username", *RESELLER_V2.identity).iter_rows()
    found = {}
    for at, (name, *identity) in enumerate(rows):
        text = f"pays late since {at}; ask García first" if at % 2 else ""
        meant = dict(zip(RESELLER_V2.identity, identity, strict=True))
        found[name] = Note(name, LABELS[at % len(LABELS)], text, operator, now, meant, at + 1)
    return Notes(found)


async def measured(listed: pl.DataFrame, noted: Notes) -> tuple[float, dict[str, list[float]]]:
    """Return how long the first question about notes takes, and each filter in every round, in seconds."""
    rows = CustomerList(RESELLER_V2)
    incoming = rows.incoming()
    for start in range(0, len(listed), 50_000):
        await incoming.add(listed[start : start + 50_000])
    await rows.take(incoming, {}, complete=False)
    context = ListContext(notes=noted)

    async def asked(text: str) -> float:
        began = time.perf_counter()
        await rows.query(ListQuery(parse_filter(text, RESELLER_V2), context=context))
        return time.perf_counter() - began

    first = await asked("note:nothing")
    found: dict[str, list[float]] = {text: [] for text in FILTERS}
    for _ in range(ROUNDS):
        for text, times in found.items():
            await asked("nothing-has-this")  # so that nothing of the one before helps
            times.append(await asked(text))
    return first, found


def main(count: int = 1_000_000, noted: int = 100_000) -> None:
    """Measure, and print a table."""
    listed = customers(count)
    first, found = asyncio.run(measured(listed, notes(listed, noted)))
    word, field = (statistics.median(found[text]) for text in FILTERS[:2])
    print(f"{count:,} customers, {noted:,} notes; the first question joins them: {first * 1000:.0f} ms")
    print("| filter | ms | x a bare word | x `email:part` |\n|---|---|---|---|")
    for text, times in found.items():
        median = statistics.median(times)
        print(f"| `{text}` | {median * 1000:.1f} | {median / word:.2f} | {median / field:.2f} |")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
