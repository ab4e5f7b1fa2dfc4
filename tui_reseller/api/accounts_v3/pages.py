"""The list of accounts: pages behind a cursor, which is the id of the last account received (services 9.6)."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TYPE_CHECKING, cast

from tui_reseller.api.lists.records import Record, RecordCheck, RecordLayout
from tui_reseller.api.reply import BadReply
from tui_reseller.domain.errors import UnusableAnswer
from tui_reseller.domain.listing import ListProgress
from tui_reseller.domain.provider import KEY
from tui_reseller.domain.providers.accounts_v3 import ACCOUNTS_V3

if TYPE_CHECKING:
    import polars as pl

LAYOUT = RecordLayout(ACCOUNTS_V3, {KEY: "id"})
LIMIT = 100
"""Records of a page that are asked for: the most that the service gives."""
AT_ONCE = 20
"""Pages that are handed on together."""

Ask = Callable[[str], Awaitable[tuple[object, int]]]
"""Returns the tree of the page behind a cursor, and how many bytes it had."""


async def read_pages(ask: Ask) -> AsyncGenerator[ListProgress, None]:
    """Read all pages and yield them as they come, several at once.

    The last page has fewer accounts than were asked for, or names no further one. Raises what asking raises, and
    UnusableAnswer for what is no page, and for pages that repeat accounts: then the cursor did not go on.
    """
    join, check, received = _Join(), RecordCheck(LAYOUT), 0
    pages: list[Record] = []
    cursor, is_last = "", False
    while not is_last:
        tree, size = await ask(cursor)
        received += size
        accounts, last = _page(tree, check)
        is_last = len(accounts) < LIMIT or not last or last == cursor
        cursor = last
        pages += accounts
        if is_last or len(pages) >= AT_ONCE * LIMIT:
            yield ListProgress(join.add(pages), received)
            pages = []
    try:
        check.finish()
    except BadReply as error:
        raise UnusableAnswer(str(error)) from None


def first_ids(tree: object) -> tuple[str, ...]:
    """Return the ids of a page. Raises UnusableAnswer."""
    accounts, _ = _page(tree, RecordCheck(LAYOUT))
    return tuple(LAYOUT.customer(account).username for account in accounts)


def _page(tree: object, check: RecordCheck) -> tuple[list[Record], str]:
    """Return the accounts of a page, and the id of the last one as the service tells it, or an empty text."""
    accounts = tree.get("accounts") if isinstance(tree, dict) else None
    if not isinstance(accounts, list) or not all(isinstance(account, dict) for account in accounts):
        raise UnusableAnswer("the reply is not a page of the list of accounts")
    try:
        found = [check.checked(cast("Record", account)) for account in accounts]
    except BadReply as error:
        raise UnusableAnswer(str(error)) from None
    pages = tree.get("pages") if isinstance(tree, dict) else None
    last = pages.get("last") if isinstance(pages, dict) else None
    return found, last if isinstance(last, str) else ""


class _Join:
    """Tells whether an account came twice."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def add(self, records: list[Record]) -> "pl.DataFrame":
        """Return records as a table. Raises UnusableAnswer if one of them came before."""
        from tui_reseller.api.lists.tables import rows_of, table_of  # noqa: PLC0415 - polars

        rows = rows_of(LAYOUT, records)
        ids = [id_ for row in rows if isinstance(id_ := row[0], str) and id_]
        before = len(self._known)
        self._known.update(ids)
        if len(self._known) - before < len(ids):
            raise UnusableAnswer("the pages of the list repeat accounts; read it again")
        return table_of(LAYOUT, rows)
