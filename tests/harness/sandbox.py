"""The sandbox as a process of its own, and what it really did.

The one client of the control endpoints: it plants customers, sets faults, and reads from the sandbox's own log what was
carried out. It speaks over the standard library and shares no code with the program that is tested.

    with running("--dialect", "2014", customers=40) as sandbox:
        sandbox.plant("ann", active="false")
        sandbox.start_anew()                            # what was done until now does not count
        ...                                             # a client talks to sandbox.base_url
        assert sandbox.applied() == [("enable", "ann")]

Tests that need one sandbox and no certain number of customers share it: the fixture `sandboxes` in tests/conftest.py.
"""

import http.client
import itertools
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Self
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import urlopen

from tui_reseller.domain.operation import Operation

ENDS_WITHIN = 10.0
PERSON = {"email": "ann@x.example", "first_name": "Ann", "last_name": "Lee", "city": "Denver", "phone": "555-0100"}


def free_port() -> int:
    """Return a port on which nobody listens now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Sandbox:
    """A running sandbox; see the page above. *ready* is the line that it prints when it can be called."""

    def __init__(self, ready: dict[str, Any], child: "subprocess.Popen[bytes] | None" = None) -> None:
        self.ready = ready
        self._child = child
        self.url: str = ready["url"]
        self.base_url: str = ready["base_url"]
        self.api_user: str = ready.get("api_user", "")
        self.api_key: str = ready.get("api_key", "")
        self.v3_base_url: str = ready.get("v3_base_url", "")
        self.v3_eu_base_url: str = ready.get("v3_eu_base_url", "")
        self.v3_api_key: str = ready.get("v3_api_key", "")
        self.port: int = urlsplit(self.url).port or 0
        self._numbers = itertools.count(1)
        self._begin = {"log": 0, "requests": 0}

    @classmethod
    def at(cls, port: int) -> Self:
        """Return a client for a sandbox whose ready line somebody else has read."""
        url = f"http://127.0.0.1:{port}"
        return cls({"url": url, "base_url": f"{url}/apiv2"})

    def control(self, verb: str, path: str, body: Any = None) -> Any:
        """Use a control endpoint. Raises AssertionError with its answer where it refuses, OSError where nobody is."""
        status, read = self._ask(verb, path, body)
        assert status == 200, read
        return json.loads(read)

    def _ask(self, verb: str, path: str, body: Any = None) -> tuple[int, bytes]:
        content = None if body is None else json.dumps(body)
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with closing(line):
            line.request(verb, f"/_sandbox/{path}", content)
            answer = line.getresponse()
            return answer.status, answer.read()

    def ends(self) -> None:
        """Let the process that running() has started end; the end of its block waits for it."""
        assert self._child is not None
        self._child.terminate()

    def is_there(self) -> bool:
        """Whether somebody answers."""
        try:
            self.control("GET", "faults")
        except (OSError, http.client.HTTPException):
            return False
        return True

    def start_anew(self) -> None:
        """Clear faults; what was received and applied until now does not count any more."""
        self.clear()
        for name, begin in self._begin.items():
            rows = self.control("GET", f"{name}?since={begin}")
            self._begin[name] = rows[-1]["seq"] if rows else begin

    def clear(self) -> None:
        """Clear faults."""
        self.control("DELETE", "faults")

    def fault(self, name: str, **settings: Any) -> None:
        """Put a fault in force."""
        self.control("POST", "faults", {"faults": [{"name": name, **settings}]})

    def advance(self, seconds: float) -> None:
        """Let that much time pass at the service."""
        self.control("POST", "clock", {"advance": seconds})

    def plant(self, username: str, /, **values: Any) -> str:
        """Put a customer there, or change one, unchecked and without a word in the log."""
        self.control("PUT", _customer(username), values)
        return username

    def plant_person(self, username: str, /, **values: Any) -> str:
        """Put a customer there with a name, a city and an e-mail address of the username's own."""
        return self.plant(username, **{**PERSON, "email": f"{username}@x.example", **values})

    def held(self, username: str) -> dict[str, Any]:
        """Return what the sandbox holds about a customer."""
        found: dict[str, Any] = self.control("GET", _customer(username))
        return found

    def is_customer(self, username: str) -> bool:
        """Whether a customer of this name is there, who was not deleted."""
        status, read = self._ask("GET", _customer(username))
        return status == 200 and not json.loads(read)["deleted"]

    def bury(self, username: str) -> None:
        """Delete a customer without a word in the log, if there is one."""
        status, read = self._ask("DELETE", _customer(username))
        assert status in {200, 404}, read

    def fresh_name(self) -> str:
        """Return a username that was not used before."""
        return f"cust{next(self._numbers)}"

    def log(self, since: int | None = None) -> list[dict[str, Any]]:
        """Return what was carried out after an entry; without one, since start_anew()."""
        return self._rows("log", since)

    def requests(self, since: int | None = None) -> list[dict[str, Any]]:
        """Return what was received after a request; without one, since start_anew()."""
        return self._rows("requests", since)

    def _rows(self, name: str, since: int | None) -> list[dict[str, Any]]:
        begin = self._begin[name] if since is None else since
        found: list[dict[str, Any]] = self.control("GET", f"{name}?since={begin}")
        return found

    def for_clients(self, since: int | None = None) -> list[dict[str, Any]]:
        """Return what was carried out for clients: not what a fault makes a rival do."""
        return [row for row in self.log(since) if row["by"] == "client"]

    def applied(self, since: int | None = None) -> list[tuple[str, str]]:
        """Return operation and username of what was carried out."""
        return [(row["operation"], row["username"]) for row in self.log(since)]

    def times_applied(self, username: str, operation: Operation, since: int | None = None) -> int:
        """How often an operation on a customer was carried out for a client."""
        return self.applied(since).count((operation.value, username))

    def last_seq(self) -> int:
        """Return the number of the last entry of the log."""
        rows = self.log()
        return rows[-1]["seq"] if rows else self._begin["log"]

    def takes(self, username: str, password: str) -> bool:
        """Whether the service lets a customer in with a password."""
        values = {"api_user": self.api_user, "api_key": self.api_key, "user": username, "password": password}
        try:
            with urlopen(f"{self.base_url}/customer.auth.json", urlencode(values).encode(), timeout=30) as answer:
                return bool(json.load(answer) == {"message": "success"})
        except HTTPError:
            return False


def _customer(username: str) -> str:
    return f"customers/{quote(username.encode('utf-8', 'surrogatepass'), safe='')}"


@contextmanager
def running(*options: str, customers: int = 0) -> Iterator[Sandbox]:
    """Start a sandbox in a process of its own; it ends with the block."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TUI_RESELLER_")}
    command = [sys.executable, "-m", "tui_reseller.sandbox", "--port", "0", "--customers", str(customers), *options]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    assert child.stdout is not None
    try:
        yield Sandbox(json.loads(child.stdout.readline()), child)
    finally:
        child.terminate()
        child.wait(ENDS_WITHIN)
        child.stdout.close()
