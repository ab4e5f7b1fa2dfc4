"""No secret leaves this room but in the body of a request."""

import logging

import pytest

from tests.api.contract_tools import everything
from tui_reseller.api.reply import Reply
from tui_reseller.api.request import FormBody, JsonBody, Request
from tui_reseller.api.reseller_v2.endpoints import request_for
from tui_reseller.api.reseller_v2.replies import verdict
from tui_reseller.domain import errors as e
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.profile import Format, Profile
from tui_reseller.domain.secret import Secret

PASSWORD = "pw-CANARY-1"
CALL = Call(Operation.PASSWORD, "ann", {}, Secret(PASSWORD))


async def hang_up(reader, writer):
    writer.transport.abort()


ECHO = f"api_key=k3y-CANARY&/ü password={PASSWORD}"
ANSWERS = [
    ("200", f'{{"message":"bad: {ECHO}"}}'),
    ("200", f'{{"message":"error","errors":["{ECHO}"]}}'),
    ("401", f'{{"error":"{ECHO}"}}'),
    ("429", f'{{"error":"{ECHO}"}}'),
    ("500", f'{{"error":"{ECHO}"}}'),
    ("200", f"<html>{ECHO}</html>"),
    ("200", f'{{"message":"success", "{ECHO}"'),
    ("302", f"{ECHO}"),
    ("404", ECHO * 400),
]


@pytest.mark.parametrize("wanted", Format)
@pytest.mark.parametrize(("status", "body"), ANSWERS)
async def test_answer_that_echoes(service, make_client, reply, caplog, status, body, wanted):
    caplog.set_level(logging.DEBUG)
    service.answer = reply(body, int(status), f"Location: https://x/?{ECHO.encode().hex()}")
    with pytest.raises(e.ResellerError) as caught:
        await make_client(wanted).send(CALL)
    assert "CANARY" not in everything(caught.value)
    assert "CANARY" not in caplog.text
    assert PASSWORD.encode() in service.requests[0].body


async def test_lost_answer(service, make_client, caplog):
    caplog.set_level(logging.DEBUG)
    service.answer = hang_up
    with pytest.raises(e.AnswerLost) as caught:
        await make_client().send(CALL)
    assert "CANARY" not in everything(caught.value)
    assert caught.value.__context__ is None
    with pytest.raises(e.NotSent) as caught:
        await make_client(base_url="http://127.0.0.1:1/apiv2").send(CALL)
    assert "CANARY" not in everything(caught.value)
    assert "CANARY" not in caplog.text


async def test_list_that_echoes(service, make_client, reply):
    service.answer = reply(f'[{{"username":"{ECHO}"}}, oh')
    with pytest.raises(e.UnusableAnswer) as caught:
        [_ async for _ in make_client().stream()]
    assert "CANARY" not in str(caught.value)
    assert caught.value.__context__ is None


SPELT = 'k&/<\u00fc\u20ac"9'
SPELLINGS = {
    "as it is": SPELT,
    "small letters in a URL": "k%26%2f%3c%c3%bc%e2%82%ac%229",
    "XML in Latin-1": "k&amp;/&lt;\u00fc&#8364;&quot;9",
    "XML in ASCII": 'k&amp;/&lt;&#252;&#8364;"9',
    "JSON in capitals": r"k&\/<\u00FC\u20AC\"9",
    "UTF-8 taken for Latin-1": SPELT.encode().decode("latin-1"),
}


CARRIERS = {
    "form": Request("POST", "x", body=FormBody([("api_key", Secret(SPELT))])),
    "JSON": Request("PUT", "x", body=JsonBody({"a": [{"password": Secret(SPELT)}]})),
    "bearer": Request("GET", "x", bearer=Secret(SPELT)),
    "another way": Request("GET", "x", secrets=[Secret(SPELT)]),
}


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("way", SPELLINGS)
def test_a_secret_is_masked_however_it_is_spelt_and_wherever_it_is_sent(way, carrier):
    assert CARRIERS[carrier].masked(f"no: {SPELLINGS[way]}.") == "no: ********."


def test_a_secret_that_begins_as_another_one_leaves_no_rest():
    request = Request("GET", "x", bearer=Secret("abcdef"), secrets=[Secret("abcdefghi")])
    assert request.masked("abcdefghi and abcdef") == "******** and ********"


@pytest.mark.parametrize(
    ("secret", "text", "shown"),
    [
        ("wrong", "something is wrong here", "something is wrong here"),
        ("e", "User does not exist", "User does not exist"),
        ("", "User does not exist", "User does not exist"),
        ("  not  ", "User does not exist", "User does not exist"),
        ("wrong", "bad api_key=wrong&x", "bad api_key=********&x"),
        ("secret", "the secret stands here", "the ******** stands here"),
        ("secret-7c1f", "xsecret-7c1fy", "x********y"),
    ],
)
def test_a_message_keeps_its_own_words(secret, text, shown):
    """Only what is long enough for a secret is one; where a parameter names it, it is one at any length."""
    assert Request("GET", "x", bearer=Secret(secret)).masked(text) == shown


def test_one_broken_byte_does_not_uncover_a_secret():
    body = f"<html>bad login {SPELT}".encode() + b"\xff"
    answer = verdict(Reply(200, (), body), Format.JSON, CARRIERS["form"])
    assert "bad login ********" in str(answer)
    assert "\u00e2" not in str(answer)


def test_values_do_not_print_what_they_hold():
    request = request_for(CALL, Profile("test", "boss"), Secret("k3y-CANARY"))
    assert repr(request) == "<request: POST reseller.manage.json>"
    assert "CANARY" not in repr(request.body)
    assert "CANARY" not in repr(JsonBody({"a": "CANARY"}))
    assert "CANARY" not in repr(Reply(200, (("x", "CANARY"),), b"CANARY"))
