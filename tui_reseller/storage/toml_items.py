"""Items of a TOML file, in whatever style it is written: where they stand in the document, and on which line."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tomlkit.container import Container

Table = tuple[str, ...]
"""Names from the top of the file down, as `("profiles", "acme")`."""
_MARK = "\0"
"""In no TOML file: the format forbids it."""


def places_of(container: "Container", names: Table) -> Iterator[tuple["Container", int]]:
    """Yield where an item stands: in which container, and as how many-th in its body. A table can be written in several
    places; tomlkit itself shows them as one, which can be read but not changed in every way.
    """
    from tomlkit.items import AbstractTable  # noqa: PLC0415 - reading a good file does not need it

    for place, (key, item) in enumerate(container.body):
        if key is None or key.key != names[0]:
            continue
        if len(names) == 1:
            yield container, place
        elif isinstance(item, AbstractTable):
            yield from places_of(item.value, names[1:])


def place_of(text: str, table: Table, key: str = "") -> tuple[int, int]:
    """Return line and column, from 1, of a key in a table of a valid TOML text; or those of the table, or 1 and 0. No
    parser tells: tomlkit, which can write back what it has read, writes a mark before it.
    """
    import tomlkit  # noqa: PLC0415 - as above
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    names = (*table, key) if key else table
    for depth in range(len(names), 0, -1):
        try:
            document = tomlkit.parse(text)
        except TOMLKitError:  # it refuses some of what the standard library reads
            return 1, 0
        for container, place in places_of(document, names[:depth]):
            container.body[place][1].trivia.indent += _MARK
        before, mark, _after = tomlkit.dumps(document).partition(_MARK)
        if mark:
            return before.count("\n") + 1, len(before) - before.rfind("\n")
    return 1, 0
