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

from tui_reseller.domain.customer import DETAIL_FIELDS
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.fields import CREATE_FIELDS
from tui_reseller.domain.nearest import did_you_mean
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.plan import Refusal, canonical
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import clean, formula_restored

ACTION, PASSWORD, NEW_USERNAME = "action", "password", "new_username"
FIELDS_OF = {
    Operation.CREATE: (*(name for name in CREATE_FIELDS if name != "username"), PASSWORD),
    Operation.SET: DETAIL_FIELDS,
    Operation.EMAIL: ("email",),
    Operation.RENAME: (NEW_USERNAME,),
    Operation.PASSWORD: (PASSWORD,),
}
"""Columns that an action takes beside the username; the others take none."""
COLUMNS = tuple(dict.fromkeys((ACTION, "username", NEW_USERNAME, *CREATE_FIELDS, PASSWORD)))
ACTIONS = tuple(operation for operation in Operation if operation is not Operation.LIST)
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


def action_of(text: str) -> Operation:
    """Return the operation that a word names: as in the audit log, with dashes or in capitals too."""
    name = text.strip().lower().replace("-", "_").replace(" ", "_")
    known = {operation.value: operation for operation in ACTIONS}
    if name not in known:
        hint = did_you_mean(name, known, f"actions: {', '.join(known)}")
        raise InvalidInput(f"no action {clean(text, longest=40)!r}", field=ACTION, hint=hint)
    return known[name]


def read_rows(content: bytes, action: Operation | None = None) -> Read:
    """Read a file. Raises InvalidInput if it cannot be read as a whole: encoding, head line, unknown column."""
    found = Read()
    text = _decoded(content, found.notes)
    is_json = text.lstrip()[:1] == "{"
    rows = _json_rows(text, found) if is_json else _csv_rows(text, found)
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
        _take(found, line, plain, action)
    found.source = digest.hexdigest()
    if marks:
        found.notes.append(f"{marks:,} formula marks (') were taken off")
    if blanks:
        found.notes.append(f"{blanks:,} values had blanks at an end, which were taken off")
    if not found.wanted and not found.refusals:
        raise InvalidInput("there is nothing in it: no row")
    return found


def _take(found: Read, line: int, values: dict[str, str], action: Operation | None) -> None:
    try:
        wanted = _wanted(line, values, action)
    except InvalidInput as error:
        hint = f" - {error.hint}" if error.hint else ""
        found.refusals.append(Refusal(line, f"{error.message}{hint}", error.field))
    else:
        found.wanted.append(wanted)


def _wanted(line: int, values: dict[str, str], action: Operation | None) -> RequestedChange:
    named = values.pop(ACTION, "")
    if named and action is not None and action_of(named) is not action:
        raise InvalidInput(f"{named!r} stands against the one action for all, {action.value}", field=ACTION)
    operation = action or (action_of(named) if named else None)
    if operation is None:
        raise InvalidInput("no action", field=ACTION)
    username = values.pop("username", "")
    if not username:
        raise InvalidInput("no username", field="username")
    taken = FIELDS_OF.get(operation, ())
    for name, value in values.items():
        if name not in taken and value:
            raise InvalidInput(f"{operation.value} takes no {name}", field=name)
    password = values.pop(PASSWORD, "")
    fields = {name: value for name, value in values.items() if name in taken}
    if operation is Operation.RENAME:
        fields = {"username": _needed(fields, NEW_USERNAME)}
    elif operation is Operation.EMAIL:
        _needed(fields, "email")
    elif operation is Operation.SET and not fields:
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


def _json_rows(text: str, found: Read) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the objects of JSON Lines; a text "" sets a field to nothing, null says nothing."""
    for line, row in enumerate(text.split("\n"), 1):
        if not row.strip():
            continue
        try:
            values = json.loads(row, object_pairs_hook=_once)
            yield line, _texts(values)
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


def _texts(values: object) -> dict[str, str]:
    if not isinstance(values, dict):
        raise InvalidInput("this is no JSON object")
    texts: dict[str, str] = {}
    for name, value in values.items():
        _check_name(name)
        if isinstance(value, bool):
            texts[name] = "true" if value else "false"
        elif isinstance(value, str | int):
            texts[name] = str(value)
        elif value is not None:
            raise InvalidInput("this is no text", field=name)
    return texts


def _csv_rows(text: str, found: Read) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a CSV file; an empty cell says nothing."""
    delimiter = _delimiter(text)
    if delimiter != ",":
        found.notes.append(f"read with {_NAMES[delimiter]} between the values")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        heads = [head.strip().lower().replace(" ", "_").replace("-", "_") for head in next(lines, [])]
        _check_heads(heads)
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


def _check_heads(heads: Sequence[str]) -> None:
    if not any(heads):
        raise InvalidInput("there is nothing in it: no head line")
    for head in heads:
        _check_name(head)
        if heads.count(head) > 1:
            raise InvalidInput(f"line 1: the column {head} stands there twice", field=head)
    if "username" not in heads:
        raise InvalidInput("line 1: no column username", field="username", hint=f"columns: {', '.join(COLUMNS)}")


def _check_name(name: str) -> None:
    if name not in COLUMNS:
        hint = did_you_mean(name, COLUMNS, f"columns: {', '.join(COLUMNS)}")
        raise InvalidInput(f"no column {clean(name, longest=40)!r}", field=clean(name, longest=40), hint=hint)
