"""What is said of an answer that proves nothing, or of an error: its own words, made harmless (D19)."""

from tui_reseller.api.problems import Problem
from tui_reseller.api.reply import Reply
from tui_reseller.api.request import Request
from tui_reseller.domain.errors import UnusableAnswer
from tui_reseller.domain.text import clean

LONGEST_TEXT = 500
LONGEST_EXCERPT = 200
NOT_THE_API = "the reply was not from the API"


def unusable(reply: Reply, request: Request, why: str, problem: Problem | None) -> UnusableAnswer:
    """Return the error of an answer that is none of the service's for a call; *why* says what is wrong with it."""
    if 300 <= reply.status < 400:
        target = clean(request.masked(_host_of(reply.header("location") or "")), longest=100)
        return UnusableAnswer(f"HTTP {reply.status}: sent elsewhere{target and ' to ' + target}, which is not followed")
    words = words_of(problem, request)
    if words:
        return UnusableAnswer(f"HTTP {reply.status}: {words}")
    if _is_html(reply):
        return UnusableAnswer(f"{NOT_THE_API} (HTTP {reply.status}, HTML){excerpt(reply, request)}")
    what = why or "not one that the service has for this call"
    return UnusableAnswer(f"HTTP {reply.status}: the reply is {what}{excerpt(reply, request)}")


def words_of(problem: Problem | None, request: Request) -> str:
    """Return all texts of an error, harmless: masked while they are still as sent, then cut and cleaned (D19)."""
    return clean(request.masked("; ".join(problem.texts)), longest=LONGEST_TEXT) if problem else ""


def excerpt(reply: Reply, request: Request) -> str:
    """Return the beginning of an answer's text behind a colon, or nothing."""
    body = reply.body or b""
    if not body.strip() or b"\x00" in body:
        return ""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = body.decode("latin-1")
    return ": " + clean(" ".join(request.masked(text).split()), longest=LONGEST_EXCERPT)


def _is_html(reply: Reply) -> bool:
    start = (reply.body or b"").removeprefix(b"\xef\xbb\xbf").lstrip()[:1024].lower()
    return start.startswith((b"<!doctype html", b"<html")) or b"<html" in start


def _host_of(location: str) -> str:
    """Return the host of a redirect. What follows it may hold what we sent."""
    _, slashes, rest = location.partition("//")
    host = rest.partition("/")[0].partition("?")[0].partition("#")[0]
    return host.rpartition("@")[2] if slashes else "another path"
