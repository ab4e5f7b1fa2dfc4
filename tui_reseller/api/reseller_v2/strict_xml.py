"""The strict parser of an XML list: record by record as it arrives, in memory of one record and one piece."""

from tui_reseller.api.lists.records import Record, RecordCheck
from tui_reseller.api.lists.unfinished_record import UnfinishedRecord, check_size
from tui_reseller.api.reply import MAX_DEPTH, BadReply
from tui_reseller.api.reseller_v2.records import LAYOUT
from tui_reseller.api.reseller_v2.xml_codec import (
    MAX_ATTRIBUTES,
    Element,
    as_value,
    check_declaration,
    check_start,
    feed,
    new_parser,
)

_ROOT, _RECORD, _FIELD = 0, 1, 2
"""Depths: the list, a record in it, a field of a record; below that is a nested value."""
_LONGEST_START = 4
_TAG = len("<users>")
"""As long as the tag that ends a record. The charsets that are accepted write both in as many bytes."""


class StrictXml:
    """Feed it bytes; it returns the records that are complete. Only close() says that the list was whole.

    is_list is None until the root has come; if it is False the body is something else and is not read here.
    """

    def __init__(self) -> None:
        self.is_list: bool | None = None
        self.charset = "utf-8"
        self._start = b""
        self._held: list[bytes] = []
        self._unfinished = UnfinishedRecord()
        self._fed = 0
        self._mark = 0  # where the unfinished record began, in bytes
        self._edge = -1  # where the last tag ends that has records after it
        self._depth = 0
        self._check = RecordCheck(LAYOUT)
        self._records: list[Record] = []
        self._record: Record = {}
        self._field = ""
        self._texts: list[str] = []
        self._nested: list[Element] = []
        self._parser = new_parser()
        self._parser.StartElementHandler = self._started
        self._parser.EndElementHandler = self._ended
        self._parser.CharacterDataHandler = self._texts.append
        self._parser.XmlDeclHandler = self._declared

    @property
    def is_between(self) -> bool:
        """Whether we are between two records, or before the first, with nothing unread.

        The depth alone does not tell: an unfinished comment may be waiting. So the last tag has to end where all ends.
        """
        return bool(self.is_list) and self._depth == _RECORD and not self._held and self._edge == self._fed

    def feed(self, data: bytes) -> list[Record]:
        """Read a piece. Raises BadReply as soon as the list cannot become a good one."""
        if self.is_list is False:
            return []
        self._held.append(data)
        return self._read(final=False) if self._unfinished.is_worth_a_try(len(data)) else []

    def close(self) -> list[Record]:
        """Read the rest. Raises BadReply unless the list is complete, well-formed, and of customers."""
        records = [] if self.is_list is False else self._read(final=True)
        self._check.finish()
        return records

    def skip(self) -> None:
        """Take note that records, at least one good one, were parsed elsewhere."""
        self._check.skip()

    def _read(self, *, final: bool) -> list[Record]:
        data = b"".join(self._held)
        self._held = []
        self._fed += len(data)
        try:
            self._check_start(data)
            feed(self._parser, data, final=final)
        except BadReply:
            if self.is_list:
                raise
            self.is_list = False  # whatever it is, it is not ours to say
            return []
        self._unfinished.remains(self._fed - self._mark)
        records, self._records = self._records, []
        return records

    def _check_start(self, data: bytes) -> None:
        if len(self._start) < _LONGEST_START:
            self._start += data[:_LONGEST_START]
            check_start(self._start)

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        check_declaration(version, encoding, standalone)
        self.charset = encoding or self.charset

    def _started(self, name: str, attributes: list[str]) -> None:
        depth = self._depth
        self._depth = depth + 1
        if len(attributes) > 2 * MAX_ATTRIBUTES or depth >= MAX_DEPTH:
            raise BadReply("it is nested too deep or has too many attributes")
        if depth == _FIELD:
            self._refuse_text()
            self._field = name
        elif depth == _RECORD:
            self._refuse_text()
            if name != "user":
                raise BadReply("something other than a customer is in the list")
            self._finish_size()
        elif depth == _ROOT:
            self.is_list = name == "users"
            if not self.is_list:
                raise BadReply("not a list")
            self._edge = self._parser.CurrentByteIndex + _TAG
        else:
            self._nest(name)

    def _ended(self, _name: str) -> None:
        depth = self._depth = self._depth - 1
        if depth == _FIELD:
            if self._field in self._record:
                raise BadReply("an element stands twice")
            self._record[self._field] = self._unnest() if self._nested else "".join(self._texts).strip()
            self._texts.clear()
        elif depth == _RECORD:
            self._refuse_text()
            self._records.append(self._check.checked(self._record))
            self._record = {}
            self._finish_size()
            self._edge = self._mark + _TAG
        elif depth == _ROOT:
            self._refuse_text()
        else:
            self._flush()
            self._nested.pop()

    def _refuse_text(self) -> None:
        """Between elements only spaces have a place."""
        if self._texts:
            if "".join(self._texts).strip():
                raise BadReply("text stands beside elements")
            self._texts.clear()

    def _finish_size(self) -> None:
        at = self._parser.CurrentByteIndex
        check_size(at - self._mark)
        self._mark = at

    def _nest(self, name: str) -> None:
        if not self._nested:
            self._nested.append(Element(self._field))
        self._flush()
        element = Element(name)
        self._nested[-1].children.append(element)
        self._nested.append(element)

    def _unnest(self) -> object:
        self._flush()
        return as_value(self._nested.pop())

    def _flush(self) -> None:
        self._nested[-1].parts += self._texts
        self._texts.clear()
