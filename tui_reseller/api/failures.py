"""Which domain error an exception of the HTTP library is, and how a person calls it.

A closed table (reliability 4.1): what is not in it may have reached the service.
"""

import socket
import ssl
from http import HTTPStatus
from http.client import responses

import httpx

from tui_reseller.domain.errors import AnswerLost, NoAnswer, NotSent, ProxyRefused
from tui_reseller.domain.text import clean

NEVER_LEFT: tuple[type[Exception], ...] = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)

_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (httpx.ConnectTimeout, "no connection in time"),
    (httpx.PoolTimeout, "too many calls at once on our side"),
    (httpx.UnsupportedProtocol, "the address has no scheme that we speak"),
    (httpx.InvalidURL, "the address cannot be read"),
    (httpx.WriteTimeout, "the request could not be delivered in time"),
    (httpx.WriteError, "the connection broke while sending"),
    (httpx.ReadTimeout, "no answer in time"),
    (httpx.ReadError, "the connection broke while waiting for the answer"),
    (httpx.CloseError, "the connection broke while closing"),
    (httpx.RemoteProtocolError, "the answer was cut short or is not HTTP"),
    (httpx.LocalProtocolError, "the request does not fit HTTP"),
    (httpx.DecodingError, "the answer has an encoding that cannot be undone"),
    (httpx.TooManyRedirects, "the service sends us elsewhere again and again"),
)


def translate(error: Exception, host: str, *, begun: bool, traced: bool) -> NoAnswer:
    """Return the domain error for a failed call. Nothing of the original is kept, because it holds the request.

    Begun says that bytes of our request were handed to the connection; traced that the transport told of its steps
    at all. A step told of and no request begun is proof that nothing left, whatever the class.
    """
    if begun or not (isinstance(error, NEVER_LEFT) or traced):
        return AnswerLost(f"{host}: {_words(error)}")
    if isinstance(error, httpx.ProxyError):
        status = str(error).partition(" ")[0]
        return _proxy_refusal(host, int(status) if status.isascii() and status.isdigit() else 0)
    return NotSent(f"{host}: {_words(error)}")


def _proxy_refusal(host: str, status: int) -> NotSent:
    """Return the error of a proxy that answered in the place of the service. Its own words are not repeated: what it
    was sent, our password among it, may stand in them.
    """
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return ProxyRefused(
            f"{host}: the proxy does not accept our user name and password (407); the service was not asked",
            hint="proxy in the profile names the user; tui-reseller profile secret NAME changes the password",
        )
    known = f": {status} {responses[status]}" if status in responses else ""
    return NotSent(f"{host}: the proxy refused{known}", hint="see proxy in the profile")


def _words(error: Exception) -> str:
    if isinstance(error, httpx.ConnectError | OSError | UnicodeError):
        return _cause(error)
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words
    return "the connection failed"


def _cause(error: BaseException) -> str:
    """Find the first failure below a failed connection that a person has a word for."""
    for found in _below(error, set()):
        if isinstance(found, ssl.SSLCertVerificationError):
            return f"certificate verify failed: {clean(str(found.verify_message), longest=120)}"
        if isinstance(found, ssl.SSLError):
            reason = str(getattr(found, "reason", None) or "TLS failed").replace("_", " ").lower()
            return f"no secure connection: {clean(reason, longest=80)}"
        if isinstance(found, socket.gaierror | UnicodeError):
            return "name not known"
        if isinstance(found, ConnectionRefusedError):
            return "connection refused"
        if isinstance(found, OSError) and found.strerror:
            return clean(found.strerror, longest=80).lower()
    return "no connection"


def _below(error: BaseException, seen: set[int]) -> list[BaseException]:
    if id(error) in seen:
        return []
    seen.add(id(error))
    inner = list(error.exceptions) if isinstance(error, BaseExceptionGroup) else []
    inner += [part for part in (error.__cause__, error.__context__) if part is not None]
    return [found for part in inner for found in _below(part, seen)] + [error]
