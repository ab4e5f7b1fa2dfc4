"""A list that tests of snapshots keep."""

from datetime import UTC, datetime

from tests.harness.v2 import a_customer, customer_of
from tui_reseller.domain.switch import Switch

READ_AT = datetime(2026, 5, 1, 12, 0, 0, 250_000, tzinfo=UTC)
LIST = [
    a_customer("a", "a@example.com", Switch.ON, Switch.OFF, "A", None, "", extra={"id": "1", "ключ": "\x00\n"}),
    a_customer("😀\ufeff", None, city="日本\n\x1b[ \x00 e\u0301 ß"),
    a_customer("c", website="x" * 100_000, address="\U0001f600" * 600, extra={"note": "y" * 100_000}),
    a_customer("a", sending=Switch.OFF),
    a_customer(""),
]


def part(folder, name):
    """Return one file of the snapshot in a folder."""
    (found,) = folder.glob(f"{name}*")
    return found


def customers_of(table):
    return [customer_of(row) for row in table.rows()]


async def whole(snapshots, account="acme"):
    return customers_of((await snapshots.load(account)).customers)
