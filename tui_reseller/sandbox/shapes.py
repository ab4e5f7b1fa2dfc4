r"""Bytes on the wire: success, the seven shapes of errors, and records, in JSON and in XML.

JSON looks as PHP writes it: `/` as `\/`, everything beyond ASCII as `\uXXXX`. XML is indented as documented.
Characters that XML cannot carry are served ill-formed on purpose: a client has to survive them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tui_reseller.sandbox.cells import Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui_reseller.sandbox.dialects import Dialect, Refusal

SHAPES = ("E1", "E2", "E3", "E3-flat", "E4", "E5", "E6", "html", "empty")
MEDIA_TYPES = {"json": "application/json", "xml": "text/xml"}

_HTML = "<html>\r\n<head><title>{code}</title></head>\r\n<body><h1>{code} {text}</h1></body>\r\n</html>\r\n"


def json_bytes(value: Any) -> bytes:
    """Encode as PHP's json_encode does: no spaces, ASCII only, slashes escaped."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def escape_xml(text: str) -> str:
    """Escape what is markup; a carriage return would otherwise reach the reader as a line feed."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def encode_xml(text: str, dialect: Dialect) -> bytes:
    """Encode XML text: numeric references for what the encoding lacks, lone surrogates as the broken bytes they are."""
    if dialect.xml_encoding == "iso-8859-1":
        return text.encode("iso-8859-1", "xmlcharrefreplace")
    return text.encode("utf-8", "surrogatepass")


def xml_head(dialect: Dialect) -> str:
    """Return the XML declaration of a dialect, if it has one."""
    return '<?xml version="1.0" encoding="ISO-8859-1"?>\n\n' if dialect.xml_declared else ""


def xml_text(value: Value) -> str:
    """Return the text of an element; values that are no text appear as PHP would cast them."""
    if isinstance(value, str):
        return escape_xml(value)
    if value is None:
        return ""
    return escape_xml(json.dumps(value))


def _xml_document(root: str, children: Iterable[tuple[str, Value]], dialect: Dialect) -> bytes:
    lines = "".join(f"   <{name}>{xml_text(value)}</{name}>\n" for name, value in children)
    return encode_xml(f"{xml_head(dialect)}<{root}>\n{lines}</{root}>\n", dialect)


def success(wire_format: str, dialect: Dialect) -> bytes:
    """Return the answer to every write that worked."""
    if wire_format == "xml":
        return _xml_document("result", [("message", "success")], dialect)
    return json_bytes({"message": "success"})


def error(shape: str, wire_format: str, refusal: Refusal, dialect: Dialect) -> tuple[str, bytes]:
    """Return the media type and the body of an error. Shapes that the other format lacks stay in their own."""
    if shape == "html":
        return "text/html", _HTML.format(code=refusal.code, text=refusal.texts[0]).encode("utf-8")
    if shape == "empty":
        return MEDIA_TYPES[wire_format], b""
    if wire_format == "xml" and shape != "E5":
        return MEDIA_TYPES["xml"], _xml_error(shape, refusal, dialect)
    return MEDIA_TYPES["json"], json_bytes(_json_error(shape, refusal))


def _json_error(shape: str, refusal: Refusal) -> dict[str, Any]:
    text = refusal.texts[0]
    if shape == "E1":
        return {"message": "error", "errors": list(refusal.texts)}
    if shape == "E2":
        return {"message": text}
    if shape == "E3":
        return {"error": {"code": refusal.code, "message": text}}
    if shape == "E3-flat":
        return {"code": refusal.code, "message": text}
    if shape == "E4":
        return {"error": text}
    if shape == "E5":
        return {"errors": [{"field": None, "message": text}]}
    return {"message": f"error: {text}"}


def _xml_error(shape: str, refusal: Refusal, dialect: Dialect) -> bytes:
    text = refusal.texts[0]
    if shape == "E1":
        errors = "".join(f"      <error>{escape_xml(each)}</error>\n" for each in refusal.texts)
        body = f"<result>\n   <message>error</message>\n   <errors>\n{errors}   </errors>\n</result>\n"
        return encode_xml(xml_head(dialect) + body, dialect)
    if shape == "E2":
        return _xml_document("result", [("message", text)], dialect)
    if shape == "E4":
        return encode_xml(f"{xml_head(dialect)}<error>{escape_xml(text)}</error>\n", dialect)
    if shape == "E6":
        return _xml_document("result", [("message", f"error: {text}")], dialect)
    return _xml_document("error", [("code", refusal.code), ("message", text)], dialect)


def unknown_call(wire_format: str, dialect: Dialect) -> bytes:
    """Return the answer to a module or an action that does not exist, as recorded from real traffic."""
    if wire_format == "xml":
        return _xml_document("error", [("code", "404"), ("message", None)], dialect)
    return json_bytes({"error": {"code": "404", "message": None}})
