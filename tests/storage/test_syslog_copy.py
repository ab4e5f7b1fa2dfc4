"""A copy of the audit log on a real datagram socket; one that is away stops nothing."""

import json
import socket
from dataclasses import replace

import pytest

from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.storage.ledger.sqlite.ledger import Ledger


class Receiver:
    """What syslog is: a datagram socket."""

    def __init__(self, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.settimeout(5)

    def lines(self, count):
        return [self.socket.recv(65536).decode() for _ in range(count)]

    def is_empty(self):
        self.socket.setblocking(False)
        try:
            return not self.socket.recv(65536)
        except BlockingIOError:
            return True

    def close(self):
        self.socket.close()
        self.path.unlink()


@pytest.fixture
def receiver(tmp_path):
    found = Receiver(tmp_path / "log")
    yield found
    found.socket.close()


@pytest.fixture
async def copied(folder, receiver):
    opened = Ledger(folder, syslog=lambda: str(receiver.path))
    yield opened
    await opened.aclose()


async def test_every_intent_and_every_outcome_is_one_line(copied, receiver, intent):
    wanted = intent(Operation.SET, "user1", before={"city": "Oslo", "email": "x@example.com"}, reason="ticket 4711")
    first = await copied.begin(wanted)
    await copied.finish(first, Outcome.UNKNOWN, "no answer from 192.0.2.1")
    about = (
        'operation=set operator="kim" host="bastion" profile="acme" claims={"ssh_from":"203.0.113.9"} username="user1"'
    )
    begun, ended = receiver.lines(2)
    assert begun.startswith("<86>tui-reseller[")
    assert begun.endswith(f": intent id={first} {about}")
    assert ended.endswith(f": outcome=unknown id={first} {about}")
    for line in (begun, ended):
        assert not any(word in line for word in ("Oslo", "Bergen", "example.com", "4711", "192.0.2.1"))
    assert copied.complaint() == ""


async def test_what_supersedes_is_copied_with_what_is_superseded(copied, receiver, intent):
    for outcome in (Outcome.UNKNOWN, Outcome.APPLIED):
        await copied.finish(await copied.begin(intent(Operation.ENABLE)), outcome, "")
    words = [line.split(": ")[1].split()[0] for line in receiver.lines(5)]
    assert words == ["intent", "outcome=unknown", "intent", "outcome=applied", "outcome=resolved"]


async def test_nothing_remote_makes_a_second_line(copied, receiver, intent):
    await copied.begin(intent(username='x"\n<0>kernel: owned\x1b]0;\x07\u202e'))
    (line,) = receiver.lines(1)
    assert line.isprintable()
    assert "\n" not in line


FORGED = ('x" operator="the.boss', 'x\\" operator="the.boss', "x\\", "\u202e", "é", "a\tb", "a b", 'a"', "y" * 300)


async def test_no_name_looks_like_a_field_of_ours_or_like_another_name(copied, receiver, intent):
    operator = replace(intent().operator, uid=1000, login_uid=1001, claims={"LOGNAME": 'the.boss" uid=0'})
    for name in FORGED:
        await copied.begin(replace(intent(username=name), operator=operator))
    told = [line.partition(": intent id=")[2] for line in receiver.lines(len(FORGED))]
    before = 'operation=set operator="kim" uid=1000 login_uid=1001 host="bastion" profile="acme" claims='
    for name, line in zip(FORGED, told, strict=True):
        assert line.partition(" ")[2].startswith(before)
        claims, end = json.JSONDecoder().raw_decode(line.partition("claims=")[2])
        assert claims == {"LOGNAME": 'the.boss" uid=0', "ssh_from": "203.0.113.9"}
        quotation = line.partition("claims=")[2][end:].removeprefix(" username=")
        assert json.loads(quotation.removesuffix("...")) == name[:256]
        assert quotation.endswith("...") is (len(name) > 256)


async def test_what_was_not_written_is_not_copied(copied, receiver, intent):
    with pytest.raises(ValueError, match="password"):
        await copied.begin(intent(before={"password": "canary"}))
    assert receiver.is_empty()


async def test_a_syslog_that_is_away_is_told_once_and_stops_nothing(copied, receiver, intent):
    receiver.close()
    for number in range(3):
        entry = await copied.begin(intent(username=f"u{number}"))
        await copied.finish(entry, Outcome.APPLIED, "ok")
    assert str(receiver.path) in (said := copied.complaint())
    assert "the audit log itself is whole" in said
    assert copied.complaint() == ""
    assert (await copied.check()).rows == 6


async def test_a_syslog_that_comes_back_is_heard_again(copied, receiver, intent):
    await copied.begin(intent(username="first"))
    receiver.close()
    await copied.begin(intent(username="lost"))
    again = Receiver(receiver.path)
    try:
        await copied.begin(intent(username="heard"))
        assert 'username="heard"' in again.lines(1)[0]
    finally:
        again.socket.close()


async def test_a_syslog_that_takes_nothing_is_not_waited_for(copied, receiver, intent):
    """Datagrams queue until the receiver's buffer is full; then a send would wait for ever."""
    filler = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    filler.setblocking(False)
    with filler:
        try:
            while True:
                filler.sendto(b"x" * 1000, str(receiver.path))
        except BlockingIOError:
            pass
        entry = await copied.begin(intent())
    assert entry
    assert "timed out" in copied.complaint()


@pytest.mark.parametrize("ask", [lambda: "", None])
async def test_without_a_setting_nothing_is_sent(folder, receiver, intent, ask):
    ledger = Ledger(folder, syslog=ask)
    await ledger.begin(intent())
    await ledger.aclose()
    assert receiver.is_empty()


async def test_a_config_that_cannot_be_read_is_no_error_of_an_operation(folder, intent):
    def ask():
        raise BadConfig("config.toml:1: cannot be read")

    ledger = Ledger(folder, syslog=ask)
    assert await ledger.begin(intent())
    assert ledger.complaint() == ""
    await ledger.aclose()
