"""What an exception of the HTTP library says of a call: it never left, or it may have arrived."""

import socket
import ssl

import httpx
import pytest

from tui_reseller.api.failures import translate
from tui_reseller.api.http import Caller
from tui_reseller.api.request import Request
from tui_reseller.domain import errors as e
from tui_reseller.domain.profile import Profile

# The closed table.

NEVER_LEFT = ["ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol", "InvalidURL"]
MAY_HAVE_LEFT = [
    "WriteError",
    "WriteTimeout",
    "ReadError",
    "ReadTimeout",
    "CloseError",
    "RemoteProtocolError",
    "LocalProtocolError",
    "DecodingError",
    "TooManyRedirects",
    "NetworkError",
    "TransportError",
    "StreamClosed",
]


class Broken(httpx.AsyncBaseTransport):
    def __init__(self, error):
        self.error = error

    async def handle_async_request(self, _request):
        raise self.error


@pytest.mark.parametrize("name", NEVER_LEFT + MAY_HAVE_LEFT)
async def test_exception_table(name):
    kind = getattr(httpx, name)
    error = kind() if name == "StreamClosed" else kind("CANARY\x1b")
    caller = Caller("http://host/apiv2", "host", Broken(error))
    with pytest.raises(e.NoAnswer, match="host") as caught:
        async with caller.exchange(Request("POST", "x.json"), 5):
            pass
    assert type(caught.value) is (e.NotSent if name in NEVER_LEFT else e.AnswerLost)
    assert "\x1b" not in str(caught.value)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


def test_table_is_whole():
    known = {*NEVER_LEFT, *MAY_HAVE_LEFT}
    for name in dir(httpx):
        kind = getattr(httpx, name)
        if isinstance(kind, type) and issubclass(kind, httpx.TransportError) and not kind.__subclasses__():
            assert name in known


@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.ProxyError, OSError])
def test_what_has_begun_may_have_arrived(kind):
    assert type(translate(kind("x"), "host", begun=True, traced=True)) is e.AnswerLost


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (ConnectionRefusedError(111, "refused"), "connection refused"),
        (ExceptionGroup("both", [ConnectionRefusedError(111, "refused")]), "connection refused"),
        (socket.gaierror(-2, "Name or service not known"), "name not known"),
        (OSError(113, "No route to host"), "no route to host"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong"), "no secure connection"),
        (None, "no connection"),
    ],
)
def test_words_for_a_failed_connection(cause, words):
    error = httpx.ConnectError("All connection attempts failed")
    error.__cause__ = cause
    error.__context__ = cause
    assert words in str(translate(error, "host", begun=False, traced=True))


async def test_caller_of_a_profile_names_its_host():
    caller = Caller.for_profile(Profile("x", "boss"))
    assert caller.host == "api.sendgrid.com"
    await caller.aclose()
