"""Values of fields, as JSON output, plans and the ledger have them."""

Value = str | bool | int | float | tuple[str, ...] | None
"""What a field can be: text, a switch, a number, a list of texts, or not told."""


def value_of(found: object) -> Value:
    """Return a value as a file or the ledger has it. Raises TypeError for what no field can be."""
    if isinstance(found, list) and all(isinstance(part, str) for part in found):
        return tuple(found)
    if found is None or isinstance(found, str | bool | int | float):
        return found
    raise TypeError("a value of a field")


def value_words(value: str | float | tuple[str, ...]) -> str:
    """Return a text, a number or a list as one text. Each front door has its own words for a switch."""
    return ", ".join(value) if isinstance(value, tuple) else str(value)
