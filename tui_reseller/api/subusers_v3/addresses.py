"""Sending addresses in pages: a page that is full is followed by another one.

Pages overlap by an address, so that one that comes or goes meanwhile is seen: then the list is refused. The addresses
of the EU are told by a newer call, whose pages go on behind a key.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from tui_reseller.api.request import Request
from tui_reseller.api.subusers_v3.requests import MOST_ADDRESSES
from tui_reseller.domain.errors import UnusableAnswer

MOST_PAGES = 200
"""An answer with more does not end: a hundred thousand addresses."""

Ask = Callable[[Request], Awaitable[object]]
"""Makes a call and returns the tree of its answer."""


async def all_addresses(ask: Ask, first: Request) -> object:
    """Return what all pages behind a request hold, as one list; an answer that is no list as it is.

    Raises what asking raises, and UnusableAnswer for pages that do not join.
    """
    found = await ask(first)
    if not isinstance(found, list):
        return found
    length = len(found)
    for _ in range(MOST_PAGES):
        if length < MOST_ADDRESSES:
            return found
        page = await ask(replace(first, query=[*first.query, ("offset", str(len(found) - 1))]))
        if not isinstance(page, list) or page[:1] != found[-1:]:
            raise UnusableAnswer("the pages of addresses do not join: they changed while they were read")
        found, length = [*found, *page[1:]], len(page)
    raise UnusableAnswer("the list of addresses does not end")


async def all_of_eu(ask: Ask, first: Request) -> object:
    """Return the addresses of the EU on all pages; an answer that is no page as it is. Raises as all_addresses()."""
    found: list[object] = []
    request = first
    for _ in range(MOST_PAGES):
        tree = await ask(request)
        result = tree.get("result") if isinstance(tree, dict) else tree
        if not isinstance(result, list):
            return tree
        found += result
        after = _after(tree)
        if not result or not after:
            return found
        request = replace(first, query=[*first.query, ("after_key", after)])
    raise UnusableAnswer("the list of addresses does not end")


def _after(tree: object) -> str:
    """Return the key behind which the next page begins, or an empty text."""
    for name in ("_metadata", "next_params", "after_key"):
        tree = tree.get(name) if isinstance(tree, dict) else None
    return tree if isinstance(tree, str) else ""
