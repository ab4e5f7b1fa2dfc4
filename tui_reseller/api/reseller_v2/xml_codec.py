"""XML to the same plain tree as JSON, with a parser that refuses what no answer of the service has (N45, N46).

The tree of an answer: `result` is an object of its children, with `errors` a list; bare text in it stands for a
message; `error` is an object under that name; `users` is a list of objects. No answer of the service has attributes:
one that has some keeps them in the tree, as `@name`, so that it is never taken for an answer without.
"""

from collections.abc import Iterator, Sequence
from xml.parsers import expat

from tui_reseller.api.reply import MAX_DEPTH, BadReply

CHARSETS = frozenset({"utf-8", "iso-8859-1", "windows-1252", "us-ascii"})
MAX_ATTRIBUTES = 64
FOREIGN_STARTS = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00")


class Element:
    """One element with its texts and children, while an answer is being read."""

    __slots__ = ("attributes", "children", "name", "parts")

    def __init__(self, name: str, attributes: Sequence[str] = ()) -> None:
        self.name = name
        self.attributes = attributes
        self.parts: list[str] = []
        self.children: list[Element] = []

    @property
    def text(self) -> str:
        """The text directly in it, without the spaces around."""
        return "".join(self.parts).strip()

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing in it but text."""
        return not self.children and not self.attributes


def new_parser() -> expat.XMLParserType:
    """Return a parser of bytes that refuses document types, entities, instructions and other charsets.

    Undeclared is UTF-8, as XML says. The caller sets the handlers of elements and text, and reads through feed().
    """
    parser = expat.ParserCreate()
    if hasattr(parser, "SetReparseDeferralEnabled"):
        # Newer libraries wait for more bytes before they try an unfinished tag again, and then tell of it late. How
        # often large ones are tried is bounded here (lists/unfinished_record.py).
        parser.SetReparseDeferralEnabled(False)  # noqa: FBT003 - it takes no name
    parser.buffer_text = True
    parser.ordered_attributes = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ProcessingInstructionHandler = _refuse
    parser.XmlDeclHandler = check_declaration
    return parser


def feed(parser: expat.XMLParserType, data: bytes, *, final: bool) -> None:
    """Hand bytes to a parser. Raises BadReply for everything that is not well-formed."""
    failure = "its charset cannot be read"
    try:
        parser.Parse(data, final)
    except expat.ExpatError as error:
        failure = f"{expat.ErrorString(error.code)} at line {error.lineno}"
    except (LookupError, ValueError) as error:
        if isinstance(error, BadReply):
            raise
    else:
        return
    raise BadReply(failure)


def check_start(body: bytes) -> None:
    """Refuse a body that begins as UTF-16 or UTF-32, which a parser would accept without any declaration."""
    if body.startswith(FOREIGN_STARTS):
        raise BadReply("its charset is not one of the service's")


def decode(body: bytes) -> object:
    """Return the tree of a complete answer. Raises BadReply for everything else, also for a foreign root."""
    check_start(body)
    root = _read(body)
    if root.name == "users":
        return _as_records(root)
    if root.name == "error":
        return {"error": as_value(root)}
    if root.name != "result":
        raise BadReply("its root is not one of the service's")
    return {"message": root.text} if root.is_plain else _as_object(root)


def _read(body: bytes) -> Element:
    top = Element("")
    open_elements = [top]

    def start(name: str, attributes: list[str]) -> None:
        if len(open_elements) > MAX_DEPTH or len(attributes) > 2 * MAX_ATTRIBUTES:
            raise BadReply("it is nested too deep or has too many attributes")
        element = Element(name, attributes)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def text(data: str) -> None:
        open_elements[-1].parts.append(data)

    def end(_name: str) -> None:
        open_elements.pop()

    parser = new_parser()
    parser.StartElementHandler = start
    parser.CharacterDataHandler = text
    parser.EndElementHandler = end
    feed(parser, body, final=True)
    return top.children[0]


def _as_object(element: Element) -> dict[str, object]:
    """Return children by name. Text beside children and a name that stands twice have no meaning here."""
    if element.text and element.children:
        raise BadReply("text stands beside elements")
    found: dict[str, object] = {f"@{name}": value for name, value in _pairs(element.attributes)}
    if element.text:
        found[""] = element.text
    for child in element.children:
        if child.name in found:
            raise BadReply("an element stands twice")
        found[child.name] = _as_list(child) if child.name == "errors" else as_value(child)
    return found


def _as_records(element: Element) -> list[object]:
    if element.text or any(child.name != "user" for child in element.children):
        raise BadReply("something other than a customer is in the list")
    return [_as_object(child) for child in element.children]


def _as_list(element: Element) -> list[object]:
    return [as_value(child) for child in element.children] or [text for text in (element.text,) if text]


def as_value(element: Element) -> object:
    """Return an element as text, or as an object if it has more than text."""
    return element.text if element.is_plain else _as_object(element)


def _pairs(attributes: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield name and value of ordered attributes."""
    return zip(attributes[::2], attributes[1::2], strict=True)


def check_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    """Refuse a declaration of a charset that is not one of the service's."""
    if encoding is not None and encoding.lower() not in CHARSETS:
        raise BadReply("its charset is not one of the service's")


def _refuse(*_parts: object) -> None:
    raise BadReply("it has a document type, an entity or a processing instruction")
