"""What a reply means: one procedure for every success and error shape of the service, both formats (reseller-v2 4).

Success of a write is exactly S1 (or S2) in the format that was asked for. An error is any shape that the service is
known to have used. Everything else proves nothing (reliability 4.1, the closed reading).
"""

from typing import TypeGuard

from tui_reseller.api import json_codec
from tui_reseller.api.answer_words import excerpt, unusable, words_of
from tui_reseller.api.problems import Problem, problem_in
from tui_reseller.api.reply import BadReply, Reply
from tui_reseller.api.request import Request
from tui_reseller.api.reseller_v2 import xml_codec
from tui_reseller.api.retry_after import retry_after
from tui_reseller.domain.errors import (
    CredentialsRefused,
    CustomerNotFound,
    RateLimited,
    Rejected,
    ResellerError,
    UnusableAnswer,
)
from tui_reseller.domain.profile import Format
from tui_reseller.domain.text import clean

SUCCESS = "success"
UNKNOWN_CUSTOMER = frozenset({"user not found", "user does not exist"})
REFUSED_LOGIN = ("permission denied", "bad username")
CREDENTIALS_HINT = "check the API user and the key of the profile"
DONE = (200, 201)
"""With these a service says that something was done; with 202 that it may yet be, with 206 that a part is here."""
TYPES = {
    Format.JSON: frozenset({"application/json", "text/json"}),
    Format.XML: frozenset({"application/xml", "text/xml"}),
}
"""What an answer may call itself, if it says."""


def no_list(wanted: Format, request: Request, reply: Reply) -> ResellerError:
    """Return the error of an answer to a read that is no list."""
    answer = verdict(reply, wanted, request, is_write=False)
    return answer if isinstance(answer, ResellerError) else UnusableAnswer("the reply is not a list")


def verdict(reply: Reply, wanted: Format, request: Request, *, is_write: bool = True) -> str | ResellerError:
    """Return the message of a certain success, or the error to raise.

    A reply that was read whole is judged, of a write or of a read that brought no list. The error is returned so that
    no frame of its traceback holds the reply.
    """
    tree, found, why = _read(reply.body)
    problem = problem_in(tree, is_certain=200 <= reply.status < 300)
    if reply.status not in range(200, 300) and reply.status not in range(400, 500):
        return unusable(reply, request, why, problem)
    if _sounds_like_success(tree) and (problem or reply.status >= 300):
        why = "the reply says success and error at once"
        return UnusableAnswer(f"HTTP {reply.status}: {why}{excerpt(reply, request)}")
    if reply.status == 429 or (problem and problem.code == 429):
        return RateLimited(words_of(problem, request) or "too many requests", retry_after=retry_after(reply))
    if reply.status in {401, 403}:
        return CredentialsRefused(words_of(problem, request) or f"HTTP {reply.status}", hint=CREDENTIALS_HINT)
    if problem:
        return _refusal(problem, request)
    if found is not None and found is not wanted:
        why = f"{found.value.upper()} where {wanted.value.upper()} was asked for"
    elif not is_write:
        why = why or "not a list"
    elif _is_success(tree):
        why = _doubt(reply, wanted)
        if not why:
            return SUCCESS + (f" (id {clean(str(tree['id']), longest=40)})" if "id" in tree else "")
    elif isinstance(tree, list):
        why = "a list, as if the call had been a read; please report this"
    return unusable(reply, request, why, None)


def _read(body: bytes | None) -> tuple[object, Format | None, str]:
    """Return the tree, the format it came in, and why there is none. The body itself says which format it is (N43)."""
    if body is None:
        return None, None, "compressed although we asked for plain"
    start = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if not start:
        return None, None, "empty"
    found = Format.XML if start == b"<" else Format.JSON if start in {b"{", b"["} else None
    if found is None:
        return None, None, "neither JSON nor XML"
    try:
        return (xml_codec if found is Format.XML else json_codec).decode(body), found, ""
    except BadReply as error:
        return None, None, f"malformed {found.value.upper()}: {error}"


def _is_success(tree: object) -> TypeGuard[dict[str, object]]:
    """Whether a tree is exactly S1: a message `success`, and at most an id of digits or text beside it."""
    return (
        isinstance(tree, dict)
        and tree.keys() <= {"message", "id"}
        and type(tree.get("message")) is str
        and tree["message"] == SUCCESS
        and ("id" not in tree or isinstance(tree["id"], str))
    )


def _doubt(reply: Reply, wanted: Format) -> str:
    """Say what in the head of an answer speaks against the success that its body tells; nothing if nothing does."""
    if reply.status not in DONE:
        return "success with a status that does not say that it was done"
    kind = (reply.header("content-type") or "").partition(";")[0].strip().lower()
    return f"success, but called {clean(kind, longest=60)}" if kind and kind not in TYPES[wanted] else ""


def _sounds_like_success(tree: object) -> bool:
    if isinstance(tree, list):
        return True
    values = (tree.get("message"), tree.get(SUCCESS)) if isinstance(tree, dict) else ()
    return any(isinstance(value, str) and value.strip().lower() == SUCCESS for value in values)


def _refusal(problem: Problem, request: Request) -> ResellerError:
    """Sort a recognised error (reseller-v2 4.4 rule 7). A server error told with another status proves nothing."""
    words = (
        words_of(problem, request)
        or f"the service refused without a reason{f' (code {problem.code})' if problem.code else ''}"
    )
    texts = [text.strip().lower() for text in problem.texts]
    if problem.code >= 500:
        return UnusableAnswer(f"the service failed ({problem.code}): {words}")
    if problem.code in {401, 403} or any(text.startswith(REFUSED_LOGIN) for text in texts):
        return CredentialsRefused(words, hint=CREDENTIALS_HINT)
    if any(text in UNKNOWN_CUSTOMER for text in texts):
        return CustomerNotFound(words)
    return Rejected(words)
