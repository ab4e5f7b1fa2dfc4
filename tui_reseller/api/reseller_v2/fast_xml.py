"""The fast path of an XML list: regular records, megabytes at once, several times as fast as element by element.

A record is regular if all of it is the fields that the last one had, in that order, with nothing but plain text in
them. Any other record is read alone by the strict parser (strict_xml.py); if that cannot be, the whole piece is.
"""

import re
from collections.abc import Sequence

import polars as pl

from tui_reseller.api.lists.records import Record
from tui_reseller.api.lists.tables import MOST_EXTRAS, SPACES, extras_of, has_no_text, rows_of, table_from, table_of
from tui_reseller.api.lists.unfinished_record import MAX_RECORD
from tui_reseller.api.reply import BadReply
from tui_reseller.api.reseller_v2.records import LAYOUT
from tui_reseller.api.reseller_v2.strict_xml import StrictXml

_SPACE = r"[ \t\n]*"
_CONTROLS = bytes(code for code in range(0x20) if chr(code) not in "\t\n")
"""Has no place in XML, but for the carriage return, which a parser changes."""
_NEVER = (b"]]>", b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_MARKUP = re.compile(rb"<[!?]")
"""Comments and the like. A regular record has none: looked for only where others are."""
_REFERENCE = "&(?:amp|lt|gt|quot|apos|#[0-9]{1,7});"
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_SHORT = f"<({_NAME})/>"
"""An empty field, in the form that the regex of a record does not know."""
_CODECS = {"utf-8": "utf-8", "iso-8859-1": "latin-1", "us-ascii": "ascii"}
_END = "</user>"
_GOOD = "<user><username>a</username></user>"
MOST_ODD = 0.2
"""Up to this part of records may be irregular; with more, one by one is no slower."""


class FastXml:
    """Parses what is regular; knows the fields that the strict parser saw last."""

    def __init__(self, strict: StrictXml) -> None:
        self.version = 0
        self._strict = strict
        self._fields: tuple[str, ...] = ()
        self._extras: frozenset[str] = frozenset()
        self._regex = ""

    def learn(self, records: Sequence[Record]) -> None:
        """Take note of what fields records have, if the last one is a usual one."""
        fields = tuple(records[-1]) if records else ()
        extras = extras_of(LAYOUT, records[-1:])
        if fields == self._fields or extras is None or not _is_usual(records[-1]):
            return
        self.version += 1
        self._fields, self._extras = fields, extras
        parts = (f"<{name}>([^<]*)</{name}>" for name in fields)
        self._regex = f"^{_SPACE}<user>{_SPACE}{_SPACE.join(parts)}{_SPACE}$"

    def table(self, records: bytes) -> pl.DataFrame | None:
        """Return whole records as a table; None if they are not regular."""
        codec = _CODECS.get(self._strict.charset.lower())
        if not self._fields or codec is None:
            return None
        # A single byte is found much faster than several, and hardly ever there.
        if any(never[:1] in records and never in records for never in _NEVER) or len(
            records.translate(None, _CONTROLS)
        ) != len(records):
            return None
        try:
            whole = pl.Series([records.decode(codec)])
        except UnicodeDecodeError:
            return None
        is_short = b"/>" in records
        if is_short and _MARKUP.search(records):
            return None
        if is_short:
            whole = whole.str.replace_all(_SHORT, "<$1></$1>")
        characters = _characters(whole) if b"&" in records else {}
        return None if characters is None else self._split(whole, characters)

    def skip(self, _records: bytes) -> bool:
        """Let the strict parser skip records that were parsed here: whole ones may stand between any two."""
        self._strict.skip()
        return True

    def _split(self, whole: pl.Series, characters: dict[str, str]) -> pl.DataFrame | None:
        each = whole.str.split(_END).explode()[:-1]
        if (each.str.len_bytes() > MAX_RECORD - len(_END)).any():
            return None
        found = each.str.extract_groups(self._regex).struct.unnest()
        found.columns = list(self._fields)
        texts = found.select(pl.all().fill_null(""))
        if characters:
            has_reference = texts.select(pl.all().str.contains("&", literal=True).any()).row(0, named=True)
            escaped = [name for name, is_there in has_reference.items() if is_there]
            texts = texts.with_columns(pl.col(escaped).str.replace_many(characters))
        found = texts.select(pl.all().str.strip_chars(SPACES))
        is_odd = has_no_text(found["username"])
        odd = each.filter(is_odd)
        if len(odd) == len(each) or len(odd) > max(1, MOST_ODD * len(each)):
            return None
        table = table_from(LAYOUT, found, self._extras)
        return self._with_odd(table, is_odd, odd) if len(odd) else table

    def _with_odd(self, table: pl.DataFrame, is_odd: pl.Series, odd: pl.Series) -> pl.DataFrame | None:
        """Put records that were read alone in their places."""
        records = [_alone(f"{text}{_END}") for text in odd]
        behind = rows_of(LAYOUT, (record for record in records if record is not None))
        if len(behind) < len(odd):
            return None
        places = pl.int_range(len(table), dtype=pl.UInt32, eager=True)
        late = pl.int_range(len(table), len(table) + len(odd), dtype=pl.UInt32, eager=True)
        return pl.concat([table, table_of(LAYOUT, behind)])[places.scatter(is_odd.arg_true(), late)]


def _is_usual(record: Record) -> bool:
    """Whether a record has a username and no field but texts under names that need no care."""
    return (
        "username" in record
        and len(record) <= len(LAYOUT.known) + MOST_EXTRAS
        and all(isinstance(value, str) and re.fullmatch(_NAME, name) for name, value in record.items())
    )


def _characters(whole: pl.Series) -> dict[str, str] | None:
    """Return the references that a text has, with what they stand for; None if one stands for nothing."""
    references = whole.str.extract_all(_REFERENCE).explode()
    if len(references.drop_nulls()) != whole.str.count_matches("&", literal=True)[0]:
        return None
    found = dict(_ENTITIES)
    for reference in references.unique():
        if reference not in found:
            code = int(reference[2:-1])
            if not (code in {0x9, 0xA, 0xD} or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code > 0xFFFF):
                return None
            if code > 0x10FFFF:
                return None
            found[reference] = chr(code)
    return found


def _alone(text: str) -> Record | None:
    """Return the one record of a text by the strict parser, or None if it is not one.

    A text that is well-formed between the tags of a list, beside a good record, is so in its place.
    """
    parser = StrictXml()
    try:
        found = parser.feed(f"<users>{text}{_GOOD}</users>".encode()) + parser.close()
    except BadReply:
        return None
    return found[0] if len(found) == 2 else None
