"""Recognise an error in a plain tree, whatever shape the service gave it (reseller-v2 4.2, 4.4 rules 5 and 6)."""

from collections.abc import Iterator
from dataclasses import dataclass

WORD = "error"
PREFIX = "error:"


@dataclass(frozen=True, slots=True, repr=False)
class Problem:
    """An error as the service told it: all its texts in order, as sent, and its code or 0."""

    texts: tuple[str, ...]
    code: int = 0


def problem_in(tree: object, *, is_certain: bool) -> Problem | None:
    """Return the error in a tree, or None.

    is_certain: the status said that the call worked, so a lone message counts only if nothing stands beside it;
    otherwise any object with a message could pass for one of the service's.
    """
    if not isinstance(tree, dict):
        return None
    texts = [*_texts_of(tree.get("errors")), *_inner_texts(tree.get(WORD)), *_message(tree.get("message"))]
    code = _code(tree) or _code(tree.get(WORD))
    if _is_error(tree, code, is_certain=is_certain):
        return Problem(tuple(dict.fromkeys(texts)), code)
    return None


def _is_error(tree: dict[str, object], code: int, *, is_certain: bool) -> bool:
    inner, errors = tree.get(WORD), tree.get("errors")
    if code >= 400 or (type(inner) is str and inner.strip()):
        return True
    if errors and (type(errors) is str or isinstance(errors, list | dict)):
        return True
    if isinstance(inner, dict) and list(_inner_texts(inner)):
        return True
    message = tree.get("message")
    if type(message) is not str or not message.strip() or message.strip().lower() == "success":
        return False
    return tree.keys() <= {"message", "errors"} or not is_certain


def _message(value: object) -> Iterator[str]:
    """Yield a message without the bare word error, and without it in front (E6)."""
    if type(value) is str:
        text = value.strip()
        if text.lower().startswith(PREFIX):
            text = text[len(PREFIX) :].strip()
        if text and text.lower() not in {WORD, "success"}:
            yield text


def _inner_texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _message(value.get("message"))
    else:
        yield from _message(value)


def _texts_of(value: object) -> Iterator[str]:
    """Yield the texts of an errors list, in which an entry is a text, an object with message and field, or nested."""
    if isinstance(value, str):
        yield from _message(str(value))
    elif isinstance(value, list):
        for entry in value:
            yield from _texts_of(entry)
    elif isinstance(value, dict):
        field = value.get("field")
        named = f"{field}: " if isinstance(field, str) and field else ""
        if "message" in value:
            yield from (named + text for text in _texts_of(value["message"]))
        else:
            for name, entry in value.items():
                yield from (f"{name}: {text}" for text in _texts_of(entry))


def _code(value: object) -> int:
    code = value.get("code") if isinstance(value, dict) else None
    return int(code) if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) <= 6 else 0
