"""The real sandbox in a process of its own, and what it really did.

Purpose. Where a line or a signal is what a test is about, both ends have to be real programs. This starts the sandbox
on a free port, plants customers by its control endpoints, and reads from its own log what was carried out. It shares no
code with the program that is tested; it speaks to the control endpoints over the standard library.

    with SandboxProcess.started("--dialect", "2014") as sandbox:
        sandbox.plant("ann", active="false")
        since = sandbox.last_seq()
        ...                                             # a client talks to sandbox.base_url
        assert sandbox.times_applied("ann", Operation.ENABLE, since) == 1
"""

import http.client
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self
from urllib.parse import quote, urlsplit

from tui_reseller.domain.operation import Operation

PERSON = {"email": "ann@x.example", "first_name": "Ann", "last_name": "Lee", "city": "Denver", "phone": "555-0100"}


class SandboxProcess:
    """A running sandbox; see the page above."""

    def __init__(self, ready: dict[str, Any]) -> None:
        self.base_url: str = ready["base_url"]
        self.api_user: str = ready["api_user"]
        self.api_key: str = ready["api_key"]
        self.port: int = urlsplit(self.base_url).port or 0
        self._control = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        self._numbers = itertools.count(1)
        self._seen = 0

    @classmethod
    @contextmanager
    def started(cls, *options: str, customers: int = 0) -> Iterator[Self]:
        """Start a sandbox without customers; it ends with the block."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TUI_RESELLER_")}
        command = [sys.executable, "-m", "tui_reseller.sandbox", "--port", "0", "--customers", str(customers), *options]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
        assert child.stdout is not None
        try:
            sandbox = cls(json.loads(child.stdout.readline()))
            yield sandbox
            sandbox._control.close()
        finally:
            child.terminate()
            child.wait(10)
            child.stdout.close()

    def control(self, verb: str, path: str, body: Any = None) -> Any:
        """Use a control endpoint."""
        content = None if body is None else json.dumps(body)
        self._control.request(verb, f"/_sandbox/{path}", content)
        answer = self._control.getresponse()
        read = answer.read()
        assert answer.status == 200, read
        return json.loads(read)

    def fresh_name(self) -> str:
        """Return a username that was not used before."""
        return f"cust{next(self._numbers)}"

    def plant(self, username: str, **values: str) -> None:
        """Put a customer there, or change one, without a word in the log."""
        person = {**PERSON, "email": f"{username}@x.example", **values}
        self.control("PUT", f"customers/{quote(username, safe='')}", person)

    def fault(self, name: str, **settings: Any) -> None:
        """Put a fault in force."""
        self.control("POST", "faults", {"faults": [{"name": name, **settings}]})

    def log(self, since: int = 0) -> list[dict[str, Any]]:
        """Return what was carried out after an entry."""
        found: list[dict[str, Any]] = self.control("GET", f"log?since={since}")
        return found

    def last_seq(self) -> int:
        """Return the number of the last entry of the log."""
        self._seen = max([self._seen, *(entry["seq"] for entry in self.log(self._seen))])
        return self._seen

    def times_applied(self, username: str, operation: Operation, since: int = 0) -> int:
        """How often an operation on a customer was carried out for a client."""
        done = [e for e in self.log(since) if e["username"] == username and e["operation"] == operation.value]
        return len(done)
