"""JSON to the plain tree: objects, lists, text, and nothing that could surprise later (N44).

A number stays the text it was written as, so that zip 01234 or 1234.0 loses nothing (D16).
"""

import json
import math

from tui_reseller.api.reply import MAX_DEPTH, BadReply

LONGEST_NUMBER = 100


class Number(str):
    """A number as it was written. Is text for showing, and can still be told from text."""

    __slots__ = ()


def whole_number(value: object) -> int | None:
    """Return a number that has no fraction; None for anything else, a text of digits among it."""
    if not isinstance(value, Number):
        return None
    found = float(value)
    return int(found) if found.is_integer() else None


def decode(body: bytes) -> object:
    """Return the tree of a complete document in UTF-8. Raises BadReply for everything else."""
    failure = "it is not UTF-8"
    try:
        return checked_depth(DECODER.decode(body.decode("utf-8-sig")))
    except UnicodeDecodeError:
        pass
    except RecursionError:
        failure = TOO_DEEP
    except json.JSONDecodeError as error:
        failure = f"{error.msg} at character {error.pos}"
    raise BadReply(failure)


def checked_depth(tree: object, deepest: int = MAX_DEPTH) -> object:
    """Return the tree, or raise BadReply if it is nested too deep."""
    level: list[object] = [tree]
    for _ in range(deepest):
        level = [child for node in level for child in _children(node)]
        if not level:
            return tree
    raise BadReply(TOO_DEEP)


TOO_DEEP = "it is nested too deep"


def _children(node: object) -> list[object]:
    if isinstance(node, dict):
        return [value for value in node.values() if isinstance(value, dict | list)]
    if isinstance(node, list):
        return [value for value in node if isinstance(value, dict | list)]
    return []


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadReply("a key stands twice in one object")
    return found


def _number(text: str) -> Number:
    if len(text) > LONGEST_NUMBER:
        raise BadReply("a number is too long")
    return Number(text)


def _fraction(text: str) -> Number:
    if len(text) <= LONGEST_NUMBER and not math.isfinite(float(text)):
        raise BadReply("a number is too large")
    return _number(text)


def _constant(text: str) -> object:
    raise BadReply(f"{text} is not a value")


DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_number, parse_float=_fraction, parse_constant=_constant
)
"""Reads one value. Raises json.JSONDecodeError, RecursionError and BadReply."""
