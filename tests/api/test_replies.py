"""What a reply means: every shape, both formats, every operation."""

import pytest

from tests.harness.v2 import ACTIONS
from tui_reseller.api.reply import Reply
from tui_reseller.api.request import FormBody, Request
from tui_reseller.api.reseller_v2.replies import verdict
from tui_reseller.domain import errors as e
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.profile import Format
from tui_reseller.domain.secret import Secret

E1 = '{"errors":["Bad zip","Bad city"],"message":"error"}'
E1_XML = "<result><message>error</message><errors><error>Bad zip</error><error>Bad city</error></errors></result>"
E2_XML = '<?xml version="1.0" encoding="ISO-8859-1"?>\n<result>\n <message>User not found</message>\n</result>'
E3 = '{"error":{"code":400,"message":"User does not exist"}}'
E3_XML = "<error><code>400</code><message>User does not exist</message></error>"
WRONG = '{"error":{"code":401,"message":"Permission denied, wrong credentials"}}'
WRONG_E1 = '{"errors":["Permission denied, wrong credentials"],"message":"error"}'
WRONG_XML = "<error><code>401</code><message>Permission denied</message></error>"
HTML = "<!DOCTYPE html><html><body>Please log in</body></html>"
TOO_MANY = '{"errors":[{"field":null,"message":"too many requests"}]}'

# Status, body, class, part of the message.
SHAPES = [
    (200, E1, e.Rejected, "Bad zip; Bad city"),
    (400, E1, e.Rejected, "Bad zip; Bad city"),
    (200, E1_XML, e.Rejected, "Bad zip; Bad city"),
    (422, E1_XML, e.Rejected, "Bad zip; Bad city"),
    (200, '{"message":"User not found"}', e.CustomerNotFound, "User not found"),
    (404, '{"message":" user NOT found ","x":1}', e.CustomerNotFound, "user NOT found"),
    (200, E2_XML, e.CustomerNotFound, "User not found"),
    (200, '{"message":"Email already exists"}', e.Rejected, "Email already exists"),
    (200, E3, e.CustomerNotFound, "User does not exist"),
    (400, E3, e.CustomerNotFound, "User does not exist"),
    (200, E3_XML, e.CustomerNotFound, "User does not exist"),
    (400, E3_XML, e.CustomerNotFound, "User does not exist"),
    (200, '{"code":400,"message":"User does not exist"}', e.CustomerNotFound, "exist"),
    (400, '{"code":"400","message":"Missing password parameter"}', e.Rejected, "Missing"),
    (404, '{"error":{"code":"404","message":null}}', e.Rejected, "404"),
    (200, '{"error":"Bad thing"}', e.Rejected, "Bad thing"),
    (403, '{"error": "Bad username / password"}', e.CredentialsRefused, "Bad username"),
    (200, '{"error": "Bad username / password"}', e.CredentialsRefused, "Bad username"),
    (200, "<error>Bad thing</error>", e.Rejected, "Bad thing"),
    (200, '{"errors":[{"field":"email","message":"odd"},{"field":null,"message":"so"}]}', e.Rejected, "email: odd; so"),
    (200, '{"errors":{"zip":["is bad"]},"message":"error"}', e.Rejected, "zip: is bad"),
    (200, '{"errors":"one text","message":"error"}', e.Rejected, "one text"),
    (200, '{"message":"error: reason"}', e.Rejected, "reason"),
    (200, "<result><message>error: reason</message></result>", e.Rejected, "reason"),
    (200, '{"message":"error"}', e.Rejected, "without a reason"),
    (200, '{"message":"error","errors":[]}', e.Rejected, "without a reason"),
    (200, "<result><message>error</message><errors>flat</errors></result>", e.Rejected, "flat"),
    (200, WRONG, e.CredentialsRefused, "Permission denied"),
    (401, WRONG, e.CredentialsRefused, "Permission denied"),
    (200, WRONG_E1, e.CredentialsRefused, "Permission denied"),
    (200, WRONG_XML, e.CredentialsRefused, "Permission denied"),
    (401, "", e.CredentialsRefused, "HTTP 401"),
    (403, HTML, e.CredentialsRefused, "HTTP 403"),
    (429, TOO_MANY, e.RateLimited, "too many requests"),
    (429, "", e.RateLimited, "too many requests"),
    (200, '{"error":{"code":429,"message":"slower"}}', e.RateLimited, "slower"),
    (500, E1, e.UnusableAnswer, "HTTP 500: Bad zip"),
    (500, E3_XML, e.UnusableAnswer, "HTTP 500: User does not exist"),
    (503, HTML, e.UnusableAnswer, "not from the API"),
    (502, "", e.UnusableAnswer, "HTTP 502"),
    (500, '{"message":"success"}', e.UnusableAnswer, "HTTP 500"),
    (200, '{"error":{"code":500,"message":"Internal"}}', e.UnusableAnswer, "Internal"),
    (302, "", e.UnusableAnswer, "sent elsewhere"),
    (200, "", e.UnusableAnswer, "empty"),
    (204, "", e.UnusableAnswer, "HTTP 204"),
    (200, HTML, e.UnusableAnswer, "not from the API"),
    (404, HTML, e.UnusableAnswer, "not from the API"),
    (400, "", e.UnusableAnswer, "empty"),
    (200, "all is well", e.UnusableAnswer, "all is well"),
    (200, '{"message":"success",}', e.UnusableAnswer, "malformed JSON"),
    (200, "<result><message>success</message>", e.UnusableAnswer, "malformed XML"),
    (200, "<result><message>success</message></result><x/>", e.UnusableAnswer, "malformed XML"),
    (200, "<results><message>success</message></results>", e.UnusableAnswer, "root"),
    (200, '{"message":"success","errors":["Bad zip"]}', e.UnusableAnswer, "at once"),
    (200, '{"message":"success","error":{"code":400,"message":"no"}}', e.UnusableAnswer, "at once"),
    (200, '{"message":"success","code":400}', e.UnusableAnswer, "at once"),
    (400, '{"message":"success"}', e.UnusableAnswer, "at once"),
    (401, '{"message":"success"}', e.UnusableAnswer, "at once"),
    (400, "<result><message>success</message></result>", e.UnusableAnswer, "at once"),
    (429, "<result>success</result>", e.UnusableAnswer, "at once"),
    (200, '{"success":"success","ips":[]}', e.UnusableAnswer, "HTTP 200"),
    (200, "<result><success>success</success></result>", e.UnusableAnswer, "HTTP 200"),
    (200, '{"message":"success","extra":"1"}', e.UnusableAnswer, "HTTP 200"),
    (200, '{"message":"Success"}', e.UnusableAnswer, "HTTP 200"),
    (200, '{"message":["success"]}', e.UnusableAnswer, "HTTP 200"),
    (200, '{"message":"Log in first","url":"http://x"}', e.UnusableAnswer, "HTTP 200"),
    (200, '{"message":5}', e.UnusableAnswer, "HTTP 200"),
    (200, '{"message":""}', e.UnusableAnswer, "HTTP 200"),
    (200, '{"error":null}', e.UnusableAnswer, "HTTP 200"),
    (200, '{"error":{}}', e.UnusableAnswer, "HTTP 200"),
    (200, '{"errors":[]}', e.UnusableAnswer, "HTTP 200"),
    (200, '{"code":200,"message":"success"}', e.UnusableAnswer, "HTTP 200"),
    (200, "{}", e.UnusableAnswer, "HTTP 200"),
    (200, '"success"', e.UnusableAnswer, "HTTP 200"),
    (200, "null", e.UnusableAnswer, "HTTP 200"),
    (200, "<result>success<id>1</id></result>", e.UnusableAnswer, "HTTP 200"),
    (200, "<result><message>success</message><message>success</message></result>", e.UnusableAnswer, "twice"),
]  # fmt: skip

# Lists are an answer to a read only.
LISTS = {Format.JSON: ["[]", '["success"]', '[{"username":"a"}]'], Format.XML: ["<users/>", "<users><user/></users>"]}
SUCCESSES = {
    Format.JSON: ['{"message":"success"}', ' {"id":"12","message": "success"}\n', '{"message":"success","id":12}'],
    Format.XML: [
        "<result><message>success</message></result>",
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<result>\n\t<message> success\n</message>\n</result>\n',
        "<result>\nsuccess\n</result>",
        "<result><message>success</message><id>12</id></result>",
    ],
}
CALLS = {
    Operation.CREATE: Call(Operation.CREATE, "ann", {}, Secret("pw")),
    Operation.PASSWORD: Call(Operation.PASSWORD, "ann", {}, Secret("pw")),
}


def other(wanted):
    return Format.XML if wanted is Format.JSON else Format.JSON


async def outcome(client, operation):
    try:
        if operation is Operation.LIST:
            return [batch async for batch in client.stream()]
        return (await client.send(CALLS.get(operation, Call(operation, "ann")))).message
    except e.ResellerError as error:
        return error


@pytest.mark.parametrize("wanted", Format)
@pytest.mark.parametrize("operation", [Operation.LIST, *ACTIONS])
async def test_every_shape(service, make_client, reply, operation, wanted):
    client = make_client(wanted)
    for status, body, kind, words in SHAPES:
        service.answer = reply(body, status)
        found = await outcome(client, operation)
        assert type(found) is kind, (status, body, found)
        assert words in str(found), (status, body)


@pytest.mark.parametrize("wanted", Format)
@pytest.mark.parametrize("operation", ACTIONS)
async def test_success_and_what_only_looks_like_it(service, make_client, reply, operation, wanted):
    client = make_client(wanted)
    for body in SUCCESSES[wanted]:
        service.answer = reply(body, 200)
        assert await outcome(client, operation) == ("success (id 12)" if "12" in body else "success")
    for body in [*SUCCESSES[other(wanted)], *LISTS[wanted], *LISTS[other(wanted)]]:
        service.answer = reply(body, 200)
        assert type(await outcome(client, operation)) is e.UnusableAnswer, body


@pytest.mark.parametrize("wanted", Format)
async def test_read_answered_with_something_else(service, make_client, reply, wanted):
    client = make_client(wanted)
    for body in [*SUCCESSES[wanted], *SUCCESSES[other(wanted)], *LISTS[other(wanted)]]:
        service.answer = reply(body)
        assert type(await outcome(client, Operation.LIST)) is e.UnusableAnswer, body
    service.answer = reply(LISTS[wanted][0], 400)
    assert type(await outcome(client, Operation.LIST)) is e.UnusableAnswer


LIST = Request("POST", "reseller.manage.json")


def classified(status, body, *headers, request=LIST):
    data = body if isinstance(body, bytes | None) else body.encode()
    return verdict(Reply(status, headers, data), Format.JSON, request)


def test_unread_body_is_judged_by_its_status():
    assert type(classified(200, None)) is e.UnusableAnswer
    assert type(classified(401, None)) is e.CredentialsRefused
    assert type(classified(429, None)) is e.RateLimited


def test_texts_are_harmless_and_bounded():
    found = classified(200, '{"message":"\\u001b]52;c;x\\u0007 [red]' + "x" * 9000 + '"}')
    assert "\x1b" not in str(found)
    assert len(str(found)) <= 500
    found = classified(200, b"\x1b[2J\xff" + b"y" * 900)
    assert "\x1b" not in str(found)
    assert len(str(found)) < 300
    assert "nul" not in str(classified(200, b"nul\x00"))


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://evil.example/x?api_key=1", "to evil.example,"),
        ("//boss:pw@evil.example#x", "to evil.example,"),
        ("/elsewhere?api_key=1", "to another path,"),
        ("https://e\x1b[2Jvil", "to e␛[2Jvil,"),
    ],
)
def test_redirect_names_its_host_only(location, shown):
    found = classified(301, b"", ("location", location))
    assert shown in str(found)
    assert "api_key" not in str(found)


@pytest.mark.parametrize(
    "text",
    ['SECRET+/"<ü', 'SECRET+/\\"<ü', "SECRET%2B%2F%22%3C%C3%BC", "SECRET+/&quot;&lt;ü", 'SECRET+\\/\\"<\\u00fc'],
)  # fmt: skip
def test_echoed_secret_is_masked(text):
    request = Request("POST", "x.json", body=FormBody([("api_user", "boss"), ("api_key", Secret('SECRET+/"<ü'))]))
    for encoding in ("utf-8", "latin-1"):
        found = classified(200, f"no: {text} was bad".encode(encoding), request=request)
        assert "SECRET" not in str(found)
        assert "******** was bad" in str(found)


def test_patterns_of_secrets_are_masked():
    found = classified(
        200, '{"message":"bad call api_key=abc123&user=x, password=\'hunter2\' confirm_password=\\"hunter3\\""}'
    )
    assert str(found) == "bad call api_key=********&user=x, password='********' confirm_password=\"********\""
    assert str(classified(200, '{"message":"Password must hold a digit"}')) == "Password must hold a digit"
    assert "hunter" not in str(classified(200, '<x>{"password": "hunter4"} <password>hunter5</password>'))


@pytest.mark.parametrize(
    "body",
    [
        '<result status="error"><message>success</message></result>',
        '<result xmlns="https://elsewhere.example"><message>success</message></result>',
        '<result><message pending="true">success</message></result>',
        '<result async="1">success</result>',
        '<result><message>success</message><id of="other">1</id></result>',
    ],
)
def test_a_success_with_attributes_is_not_the_success_of_the_service(body):
    answer = verdict(Reply(200, (), body.encode()), Format.XML, LIST)
    assert type(answer) is e.UnusableAnswer
