"""The official OpenAPI documents of SendGrid v3 as a judge of calls and answers (`tests/data/openapi`).

    found = judge_answer("GET", "/v3/subusers/ann/credits", 200, "application/json", body)
    assert not found.wrong

What the documents leave out is not judged, and said so in `found.open`: statuses (403, 404, 429, 201 for a create) and
whole calls (one subuser by name). Errors may have null in `field` and `help`, as the service has it; `nullable` has its
meaning, although OpenAPI 3.1 gave it up.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from jsonschema import Draft202012Validator, FormatChecker

DOCUMENTS = Path(__file__).parents[1] / "data" / "openapi"
_VERBS = ("get", "post", "put", "patch", "delete")


@dataclass
class Finding:
    """What is wrong, and what nobody can say."""

    wrong: list[str] = field(default_factory=list)
    open: str = ""


@dataclass(frozen=True)
class Documented:
    """One operation of a document."""

    method: str
    path: tuple[str, ...]
    document: str
    operation: dict[str, Any]
    parameters: tuple[dict[str, Any], ...]

    def is_at(self, method: str, segments: tuple[str, ...]) -> bool:
        """Whether a call is this one; a parameter of a path stands for any segment."""
        if (self.method, len(self.path)) != (method, len(segments)):
            return False
        return all(wanted.startswith("{") or wanted == found for wanted, found in zip(self.path, segments, strict=True))


@cache
def documents() -> dict[str, dict[str, Any]]:
    """Return the documents by name, mended."""
    found = {}
    for path in sorted(DOCUMENTS.glob("*.json")):
        found[path.stem] = json.loads(path.read_text(encoding="utf-8"))
        _mend(found[path.stem])
    return found


def _mend(node: Any) -> None:
    for each in node if isinstance(node, list) else node.values() if isinstance(node, dict) else ():
        _mend(each)
    if not isinstance(node, dict):
        return
    if node.pop("nullable", False) is True:
        if "$ref" in node:
            node.pop("type", None)
            node["anyOf"] = [{"$ref": node.pop("$ref")}, {"type": "null"}]
        elif isinstance(node.get("type"), str):
            node["type"] = [node["type"], "null"]
    properties = node.get("properties")
    if isinstance(properties, dict) and "message" in properties:
        for name in ("field", "help"):
            kind = properties.get(name, {}).get("type")
            if isinstance(kind, str):
                properties[name]["type"] = [kind, "null"]


@cache
def operations() -> tuple[Documented, ...]:
    """Return all documented operations, those with fixed paths first."""
    found = []
    for name, document in documents().items():
        for path, item in document["paths"].items():
            shared = item.get("parameters", [])
            for verb in _VERBS:
                if verb in item:
                    said = [_resolved(document, each) for each in (*shared, *item[verb].get("parameters", ()))]
                    segments = tuple(path.strip("/").split("/"))
                    found.append(Documented(verb.upper(), segments, name, item[verb], tuple(said)))
    return tuple(sorted(found, key=lambda each: sum(part.startswith("{") for part in each.path)))


def _resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        _, *names = node["$ref"].split("/")
        found: Any = document
        for name in names:
            found = found[name]
        node = found
    return node


def operation_at(method: str, path: str) -> Documented | None:
    """Return the documented operation of a call, by its path as it was sent, without the query."""
    segments = tuple(unquote(part) for part in path.partition("?")[0].strip("/").split("/"))
    return next((each for each in operations() if each.is_at(method, segments)), None)


def _errors(document: str, schema: dict[str, Any], value: Any) -> Iterator[str]:
    root = {**schema, "components": documents()[document].get("components", {})}
    for error in Draft202012Validator(root, format_checker=FormatChecker()).iter_errors(value):
        place = "/".join(map(str, error.absolute_path))
        yield f"{place}: {error.message}"


def judge_answer(method: str, url: str, status: int, media_type: str, body: bytes) -> Finding:
    """Hold an answer against the documents."""
    found = operation_at(method, urlsplit(url).path)
    if found is None:
        return Finding(open="the call is not documented")
    said = found.operation["responses"].get(str(status))
    if said is None:
        return Finding(open="the status is not documented")
    said = _resolved(documents()[found.document], said)
    schema = said.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return Finding(["a body where none is documented"] if body else [])
    if media_type.partition(";")[0] != "application/json":
        return Finding([f"the media type is {media_type!r}"])
    try:
        value = json.loads(body)
    except ValueError:
        return Finding(["the body is no JSON"])
    return Finding(list(_errors(found.document, schema, value)))


def judge_request(method: str, url: str, media_type: str, body: bytes) -> Finding:
    """Hold a request against the documents: its query, and its body."""
    parts = urlsplit(url)
    found = operation_at(method, parts.path)
    if found is None:
        return Finding(open="the call is not documented")
    known = {each["name"]: each for each in found.parameters if each["in"] == "query"}
    sent = [unquote(pair.partition("=")[0]) for pair in parts.query.split("&") if pair]
    wrong = [f"{name} is no parameter of it" for name in sent if name not in known]
    wrong += [f"{name} is missing" for name, each in known.items() if each.get("required") and name not in sent]
    schema = found.operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return Finding([*wrong, *(["a body where none is documented"] if body else [])])
    if not body:
        needed = found.operation["requestBody"].get("required", False)
        return Finding([*wrong, *(["the body is missing"] if needed else [])])
    if media_type.partition(";")[0] != "application/json":
        wrong.append(f"the media type is {media_type!r}")
    try:
        return Finding([*wrong, *_errors(found.document, schema, json.loads(body))])
    except ValueError:
        return Finding([*wrong, "the body is no JSON"])
