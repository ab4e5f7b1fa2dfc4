"""An answer that is a list of something else, as an operator meets it: nothing is believed of it, nothing is lost."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

GOOD = [{"username": f"user{n}", "email": f"u{n}@example.com", "active": "true", "city": "Vigo"} for n in range(30)]
OTHER = [{"email": f"a{n}@example.com", "reason": "x"} for n in range(32)]


class Answering(ThreadingHTTPServer):
    """Answers every read with the same records, counts reads, and hangs up on a write."""

    records = GOOD
    asked = 0


class Handler(BaseHTTPRequestHandler):
    server: Answering

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers["Content-Length"]))
        if b"task=get" not in form:
            self.close_connection = True
            return
        self.server.asked += 1
        body = json.dumps(self.server.records).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_given: object) -> None:
        """Say nothing."""


@pytest.fixture
def service():
    server = Answering(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def console(consoles, service):
    made = consoles()
    made.environment["TUI_RESELLER_BASE_URL"] = f"http://127.0.0.1:{service.server_address[1]}/apiv2"
    assert len(made("list").rows) == 30
    return made


NAMELESS = [[{"username": None, "email": "q"}], [{"username": ""}, {"username": 5}]]
FEWER = [GOOD[0], GOOD[2]]
WITH_DAMAGED = [*GOOD[2:], {"username": None, "email": "u1@example.com"}]


@pytest.mark.parametrize("records", NAMELESS)
def test_a_list_without_a_name_does_not_become_the_list(consoles, service, records):
    service.records = records
    fresh = consoles()
    fresh.environment["TUI_RESELLER_BASE_URL"] = f"http://127.0.0.1:{service.server_address[1]}/apiv2"
    ran = fresh("list")
    assert (ran.code, ran.out) == (5, "")
    assert "no record in it has a usable username" in ran.err


@pytest.mark.in_turn(2)
@pytest.mark.parametrize("records", [*NAMELESS, FEWER, WITH_DAMAGED])
def test_nobody_is_absent_from_it(console, service, records):
    assert console("delete", "user1", "--confirm", "user1").code == 10
    service.records = records
    ran = console("show", "user1")
    assert ran.code == 5, ran.err
    assert "there is no customer" not in ran.err
    entry = console("audit", "list").row
    assert console("verify", entry["id"]).code == 10
    assert console("audit", "show", entry["id"]).row["outcome"] == "unknown"


def test_the_list_and_the_snapshot_stay(console, service):
    kept = console("list", "--offline").out
    service.records = OTHER
    ran = console("list")
    assert (ran.code, ran.out) == (5, "")
    assert "no username" in ran.err
    assert console("list", "--offline").out == kept
    assert console("snapshot", "show").row["customers"] == 30


@pytest.mark.in_turn(2)
@pytest.mark.parametrize(
    "argv",
    [
        ["show", "user1"],
        ["show", "nobody"],
        ["profile", "test"],
        ["disable", "user1", "--yes"],
        ["list", "--to", "all.jsonl"],
    ],
)
def test_no_verb_concludes_anything(console, service, argv, monkeypatch):
    monkeypatch.chdir(console.folder)
    service.records, service.asked = OTHER, 0
    ran = console(*argv)
    assert ran.code == 5, ran.err
    assert service.asked
    assert console("audit", "list").out == ""
    assert not [*console.folder.glob("*.jsonl")]


@pytest.mark.parametrize("argv", [["rename", "user1", "neu", "--confirm", "user1"], ["disable", "user1", "--yes"]])
def test_a_lost_answer_stays_unknown(console, service, argv):
    assert console(*argv).code == 10
    service.records = OTHER
    entry = console("audit", "list").row
    assert console("verify", entry["id"]).code == 10
    assert console("audit", "show", entry["id"]).row["outcome"] == "unknown"
