"""What a reply of a v3 service means: by its status first, by its body second (services 9.5)."""

from collections.abc import Collection

from tui_reseller.api import json_codec
from tui_reseller.api.answer_words import excerpt, unusable, words_of
from tui_reseller.api.problems import Problem, problem_in
from tui_reseller.api.reply import BadReply, Reply
from tui_reseller.api.request import Request
from tui_reseller.api.retry_after import retry_after
from tui_reseller.domain.errors import (
    CredentialsRefused,
    CustomerNotFound,
    NotPermitted,
    RateLimited,
    Rejected,
    ResellerError,
    UnusableAnswer,
)

NO_CONTENT = 204
UNKNOWN_CUSTOMER = frozenset({"invalid username", "no user found"})
"""With these words and 400 the service says that there is no such customer, if the address of the call names one. Of a
name that is to be given they say that it will not do.
"""
NOT_THE_KEY = frozenset({"maximum credits exceeded", "authenticated user is not authorized"})
"""With these words a 401 is not about the key."""
KEY_HINT = "check the key of the profile: it may be wrong, revoked, or of another account"


def judged(reply: Reply, request: Request, success: Collection[int], scope: str = "") -> object | ResellerError:
    """Return the tree of a success, None for one without a body; or the error to raise.

    Success are the statuses with which this call succeeds, scope is what it needs of a key. The error is returned so
    that no frame of its traceback holds the reply.
    """
    tree, why = _read(reply)
    is_success = reply.status in success
    problem = problem_in(tree, is_certain=is_success)
    if is_success and why == _EMPTY and reply.status == NO_CONTENT:
        return None
    if is_success and not why and not problem and reply.status != NO_CONTENT:
        return tree
    if is_success and problem:
        return UnusableAnswer(f"HTTP {reply.status}: the reply says success and error at once{excerpt(reply, request)}")
    if 400 <= reply.status < 500:
        return _refusal(reply, request, problem, why, scope)
    return unusable(reply, request, why, problem)


def refusal(request: Request, reply: Reply, scope: str) -> ResellerError:
    """Return the error of an answer to a read that is no list; scope is what it needs of a key."""
    answer = judged(reply, request, (200,), scope)
    return answer if isinstance(answer, ResellerError) else UnusableAnswer("the reply is not a list")


def _refusal(reply: Reply, request: Request, problem: Problem | None, why: str, scope: str) -> ResellerError:
    words = words_of(problem, request) or f"HTTP {reply.status}"
    texts = {text.rpartition(": ")[2].strip().lower() for text in problem.texts} if problem else frozenset()
    is_the_service = problem is not None or why == _EMPTY  # a page of something on the way decides nothing
    match reply.status:
        case 401 if texts & NOT_THE_KEY:
            return Rejected(words)
        case 401 if is_the_service:
            return CredentialsRefused(words, hint=KEY_HINT)
        case 403 if is_the_service:
            needs = f'the key may not have the permission "{scope}"' if scope else "this key may not do that"
            return NotPermitted(words, scope=scope, hint=f"{needs}; permissions are given to keys by the service")
        case 404 if is_the_service and (request.segments or request.on_behalf_of):
            return CustomerNotFound(words)
        case 429:
            return RateLimited(words, retry_after=retry_after(reply))
        case 400 if texts & UNKNOWN_CUSTOMER and request.segments:
            return CustomerNotFound(words)
    return Rejected(words) if problem else unusable(reply, request, why, problem)


_EMPTY = "empty"


def _read(reply: Reply) -> tuple[object, str]:
    """Return the tree of a body, and why there is none."""
    if reply.body is None:
        return None, "compressed although we asked for plain"
    if not reply.body.strip():
        return None, _EMPTY
    try:
        return json_codec.decode(reply.body), ""
    except BadReply as error:
        return None, f"malformed JSON: {error}"
