"""A file of changes: CSV or JSON Lines, one customer a row; one column names the action, or one action is for all.

Every row is taken or refused here, with line and column, before anything is sent (reliability D25). What was made
regular on the way (encoding, delimiter, blanks, our own formula marks) is said.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.nearest import did_you_mean
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.plan import Refusal, canonical
from tui_reseller.domain.provider import KEY, Effect, Provider
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import clean, formula_restored

ACTION, PASSWORD, NEW_KEY = "action", "password", f"new_{KEY}"
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_DELIMITERS = ",;\t|"
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass(frozen=True, slots=True)
class RequestedChange:
    """A row that is taken: a call, with a password if the row has one, and its line. Never prints its fields."""

    call: Call
    line: int = 0

    def __repr__(self) -> str:
        return f"Wanted(line={self.line})"


@dataclass(slots=True)
class Read:
    """What a file holds. Source is a digest of it without passwords; notes say what was made regular."""

    wanted: list[RequestedChange] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    source: str = ""


def columns_of(provider: Provider, operation: Operation) -> tuple[str, ...]:
    """Return the columns that an action takes beside the username."""
    action = provider.action(operation)
    taken = (NEW_KEY,) if action.effect is Effect.RENAMES else action.takes
    return (*taken, PASSWORD) if action.needs_password else taken


def all_columns(provider: Provider) -> tuple[str, ...]:
    """Return all columns that a file for a service may have."""
    taken = (name for operation in provider.actions for name in columns_of(provider, operation))
    first = (
        (ACTION, KEY, NEW_KEY) if any(a.effect is Effect.RENAMES for a in provider.actions.values()) else (ACTION, KEY)
    )
    return tuple(dict.fromkeys((*first, *provider.create_fields, *(n for n in taken if n != PASSWORD), PASSWORD)))


def action_of(provider: Provider, text: str) -> Operation:
    """Return the operation that a word names: as in the audit log, with dashes or in capitals too."""
    name = text.strip().lower().replace("-", "_").replace(" ", "_")
    known = {operation.value: operation for operation in provider.actions}
    if name not in known:
        hint = did_you_mean(name, known, f"actions: {', '.join(known)}")
        raise InvalidInput(f"no action {clean(text, longest=40)!r}", field=ACTION, hint=hint)
    return known[name]


def read_rows(provider: Provider, content: bytes, action: Operation | None = None) -> Read:
    """Read a file for a service. Raises InvalidInput if it cannot be read as a whole: encoding, head line, unknown
    column.
    """
    found = Read()
    text = _decoded(content, found.notes)
    is_json = text.lstrip()[:1] == "{"
    columns = all_columns(provider)
    rows = _json_rows(text, found, columns) if is_json else _csv_rows(text, found, columns)
    digest = hashlib.sha256()
    marks = blanks = 0
    for line, values in rows:
        plain: dict[str, str] = {}
        for name, value in values.items():
            # JSON of ours has no marks, and no file of ours a password behind one.
            bare = value if is_json or name == PASSWORD else formula_restored(value)
            plain[name] = bare if name == PASSWORD else bare.strip()
            marks += bare != value
            blanks += plain[name] != bare
        digest.update(canonical({name: value for name, value in plain.items() if name != PASSWORD}).encode() + b"\n")
        _take(provider, found, line, plain, action)
    found.source = digest.hexdigest()
    if marks:
        found.notes.append(f"{marks:,} formula marks (') were taken off")
    if blanks:
        found.notes.append(f"{blanks:,} values had blanks at an end, which were taken off")
    if not found.wanted and not found.refusals:
        raise InvalidInput("there is nothing in it: no row")
    return found


def _take(provider: Provider, found: Read, line: int, values: dict[str, str], action: Operation | None) -> None:
    try:
        wanted = _wanted(provider, line, values, action)
    except InvalidInput as error:
        hint = f" - {error.hint}" if error.hint else ""
        found.refusals.append(Refusal(line, f"{error.message}{hint}", error.field))
    else:
        found.wanted.append(wanted)


def _wanted(provider: Provider, line: int, values: dict[str, str], action: Operation | None) -> RequestedChange:
    named = values.pop(ACTION, "")
    if named and action is not None and action_of(provider, named) is not action:
        raise InvalidInput(f"{named!r} stands against the one action for all, {action.value}", field=ACTION)
    operation = action or (action_of(provider, named) if named else None)
    if operation is None:
        raise InvalidInput("no action", field=ACTION)
    username = values.pop(KEY, "")
    if not username:
        raise InvalidInput(f"no {KEY}", field=KEY)
    taken, is_rename = columns_of(provider, operation), provider.action(operation).effect is Effect.RENAMES
    for name, value in values.items():
        if name not in taken and value:
            raise InvalidInput(f"{operation.value} takes no {name}", field=name)
    password = values.pop(PASSWORD, "")
    fields = {name: value for name, value in values.items() if name in taken}
    if is_rename:
        fields = {KEY: _needed(fields, NEW_KEY)}
    elif provider.action(operation).effect is Effect.CHANGES and len(taken) == 1 and taken != (PASSWORD,):
        _needed(fields, taken[0])
    elif provider.action(operation).effect is Effect.CHANGES and provider.action(operation).takes and not fields:
        raise InvalidInput("nothing to set")
    return RequestedChange(Call(operation, username, fields, Secret(password) if password else None), line)


def _needed(fields: Mapping[str, str], name: str) -> str:
    if not fields.get(name):
        raise InvalidInput(f"no {name}", field=name)
    return fields[name]


def _decoded(content: bytes, notes: list[str]) -> str:
    mark, encoding = next(((mark, name) for mark, name in _BOMS if content.startswith(mark)), (b"", "utf-8"))
    if encoding != "utf-8":
        notes.append(f"read as {encoding.upper()}")
    try:
        return content[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidInput(f"line {line}: not {encoding.upper()}", hint="save the file as UTF-8") from None


def _json_rows(text: str, found: Read, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the objects of JSON Lines; a text "" sets a field to nothing, null says nothing."""
    for line, row in enumerate(text.split("\n"), 1):
        if not row.strip():
            continue
        try:
            values = json.loads(row, object_pairs_hook=_once)
            yield line, _texts(values, columns)
        except InvalidInput as error:
            found.refusals.append(Refusal(line, error.message, error.field))
        except (ValueError, RecursionError) as error:
            place = f"column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
            found.refusals.append(Refusal(line, "this is no JSON object", place))


def _once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidInput("a name stands there twice")
    return found


def _texts(values: object, columns: Sequence[str]) -> dict[str, str]:
    if not isinstance(values, dict):
        raise InvalidInput("this is no JSON object")
    texts: dict[str, str] = {}
    for name, value in values.items():
        _check_name(name, columns)
        if isinstance(value, bool):
            texts[name] = "true" if value else "false"
        elif isinstance(value, str | int):
            texts[name] = str(value)
        elif value is not None:
            raise InvalidInput("this is no text", field=name)
    return texts


def _csv_rows(text: str, found: Read, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a CSV file; an empty cell says nothing."""
    delimiter = _delimiter(text)
    if delimiter != ",":
        found.notes.append(f"read with {_NAMES[delimiter]} between the values")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        heads = [head.strip().lower().replace(" ", "_").replace("-", "_") for head in next(lines, [])]
        _check_heads(heads, columns)
        begins = lines.line_num + 1
        for cells in lines:
            if len(cells) != len(heads) and any(cell.strip() for cell in cells):
                found.refusals.append(Refusal(begins, f"{len(cells)} values, the head line has {len(heads)}"))
            elif any(cell.strip() for cell in cells):
                yield begins, {name: cell for name, cell in zip(heads, cells, strict=True) if cell.strip()}
            begins = lines.line_num + 1
    except csv.Error as error:
        raise InvalidInput(f"line {lines.line_num}: the CSV cannot be read: {error}") from None


def _delimiter(text: str) -> str:
    head = text.lstrip("\r\n").split("\n", 1)[0]
    return max(_DELIMITERS, key=lambda sign: (head.count(sign), sign == ","))


def _check_heads(heads: Sequence[str], columns: Sequence[str]) -> None:
    if not any(heads):
        raise InvalidInput("there is nothing in it: no head line")
    for head in heads:
        _check_name(head, columns)
        if heads.count(head) > 1:
            raise InvalidInput(f"line 1: the column {head} stands there twice", field=head)
    if KEY not in heads:
        raise InvalidInput(f"line 1: no column {KEY}", field=KEY, hint=f"columns: {', '.join(columns)}")


def _check_name(name: str, columns: Sequence[str]) -> None:
    if name not in columns:
        hint = did_you_mean(name, columns, f"columns: {', '.join(columns)}")
        raise InvalidInput(f"no column {clean(name, longest=40)!r}", field=clean(name, longest=40), hint=hint)
