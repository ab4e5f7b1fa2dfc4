"""Where in a TOML file a key stands: the parser of the standard library does not tell."""

import tomllib
from pathlib import Path

Table = tuple[str, ...]


def line_of(path: Path, table: str | Table, key: str) -> int:
    """Return the line of a key in a table of a file (names as written in headers, `profiles.acme`), or the table's
    line, or 1. A name with a dot in it needs the table as a tuple.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 1
    return line_in(text, tuple(table.split(".")) if isinstance(table, str) else table, key)


def line_in(text: str, table: Table, key: str = "") -> int:
    """Return the line of a key in a table of a TOML text, or the table's line, or 1."""
    here: Table = ()
    table_line = 1
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            here = _keys(stripped.partition("#")[0] if "#" in stripped and '"' not in stripped else stripped) or here
            if here[: len(table)] == table and table_line == 1:
                table_line = number
            if key and here == (*table, key):
                return number
        elif (
            key
            and "=" in line
            and (*here, *_keys(stripped.partition("=")[0] + "= 0"))[: len(table) + 1]
            == (
                *table,
                key,
            )
        ):
            return number
    return table_line


def _keys(line: str) -> Table:
    """Return the names of a table header or of a key; empty if it is neither."""
    try:
        found: object = tomllib.loads(line)
    except (tomllib.TOMLDecodeError, RecursionError):
        return ()
    names: list[str] = []
    while isinstance(found, dict) and len(found) == 1:
        name, found = next(iter(found.items()))
        names.append(name)
    return tuple(names)
