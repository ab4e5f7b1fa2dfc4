"""A real sandbox process for every test module, and a plain client that shares no code with the program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.harness.openapi import judge_answer
from tests.harness.sandbox import Sandbox

NEW_CUSTOMER = {
    "username": "newcustomer@example.com",
    "website": "example.com",
    "password": "samplepassword",
    "confirm_password": "samplepassword",
    "first_name": "fname",
    "last_name": "lname",
    "address": "555_anystreet",
    "city": "any_city",
    "state": "CA",
    "zip": "91234",
    "email": "newcustomer@example.com",
    "country": "US",
    "phone": "555-555",
    "free_user": "true",
}


class SandboxProcess(Sandbox):
    """A running sandbox, and calls of its service."""

    def __init__(self, process: subprocess.Popen[bytes], ready: dict[str, Any]) -> None:
        super().__init__(ready)
        self.process = process
        self.client = httpx.Client(timeout=60, trust_env=False)

    def call(self, name: str, wire_format: str = "json", /, *, verb: str = "POST", **params: Any) -> httpx.Response:
        """Call `module.action` with the sandbox's credentials."""
        url = f"{self.ready['base_url']}/{name}.{wire_format}"
        params = {"api_user": self.ready["api_user"], "api_key": self.ready["api_key"], **params}
        if verb == "GET":
            return self.client.get(url, params=params)
        return self.client.post(url, data=params)

    def manage(self, method: str, wire_format: str = "json", /, **params: Any) -> httpx.Response:
        """Call `reseller.manage`."""
        return self.call("reseller.manage", wire_format, method=method, **params)

    def v3(self, method: str, path: str, body: Any = None, /, *, behalf: str = "", **options: Any) -> httpx.Response:
        """Call v3 with the sandbox's key; the answer must be one of the official documents', where they have it.

        Options are those of httpx, `eu` for the other host, and `judged=False` for an answer that a fault has damaged.
        """
        judged = options.pop("judged", True)
        headers = {"authorization": f"Bearer {self.ready['v3_api_key']}", **options.pop("headers", {})}
        if behalf:
            headers["on-behalf-of"] = behalf
        if body is not None:
            options["json"] = body
        base = self.ready["v3_eu_base_url" if options.pop("eu", False) else "v3_base_url"]
        answer = self.client.request(method, f"{base}/{path}", headers=headers, **options)
        kind = answer.headers.get("content-type", "")
        found = judge_answer(method, str(answer.request.url), answer.status_code, kind, answer.content)
        if judged:
            assert not found.wrong, (method, path, answer.status_code, answer.text, found.wrong)
        return answer

    def create(self, username: str, **params: Any) -> httpx.Response:
        """Create a customer with the documentation's own values."""
        return self.call("reseller.add", **{**NEW_CUSTOMER, "username": username, **params})

    def customers(self, wire_format: str = "json", /, **filters: Any) -> list[dict[str, Any]]:
        """List customers."""
        answer = self.manage("profile", wire_format, task="get", **filters)
        assert answer.status_code == 200
        records: list[dict[str, Any]] = answer.json()
        return records

    def planted(self, username: str, /, **values: Any) -> dict[str, Any]:
        """Plant a customer, unchecked; return what the sandbox then holds."""
        self.plant(username, **values)
        return self.held(values.get("username", username))

    def changes(self, username: str) -> list[dict[str, Any]]:
        """Return what was applied to one customer."""
        return [entry for entry in self.log() if entry["username"] == username]

    def last_verdict(self) -> str:
        """Return the verdict of the latest request."""
        return str(self.requests()[-1]["verdict"])

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """End the process; return its exit code and what it said on stderr."""
        self.client.close()
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=10)
        return self.process.returncode, errors.decode()


Start = Callable[..., SandboxProcess]


def _start(*arguments: str, tmpdir: Path | None = None, stdin: int | None = None) -> SandboxProcess:
    environment = dict(os.environ)
    if tmpdir is not None:
        environment["TMPDIR"] = str(tmpdir)
    if stdin is not None:
        environment["TUI_RESELLER_SANDBOX_PARENT_PIPE"] = "1"
    process = subprocess.Popen(
        [sys.executable, "-m", "tui_reseller.sandbox", "--port", "0", *arguments],
        stdin=subprocess.DEVNULL if stdin is None else stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        _, errors = process.communicate(timeout=10)
        raise AssertionError(errors.decode())
    return SandboxProcess(process, json.loads(line))


def _end(running: SandboxProcess) -> None:
    """End a process unless its test did, and insist that it had nothing to complain about."""
    if running.process.poll() is None:
        code, errors = running.stop()
        assert (code, errors) == (0, "")
    running.client.close()
    for stream in (running.process.stdin, running.process.stdout, running.process.stderr):
        if stream is not None:
            stream.close()


@pytest.fixture
def start_sandbox() -> Iterator[Start]:
    """Start sandboxes with options of the test's own."""
    started: list[SandboxProcess] = []

    def start(*arguments: str, **options: Any) -> SandboxProcess:
        started.append(_start(*arguments, **options))
        return started[-1]

    yield start
    for running in started:
        _end(running)


@pytest.fixture(scope="module")
def sandbox_process() -> Iterator[SandboxProcess]:
    """One sandbox of the default dialect for a whole module."""
    running = _start("--customers", "300")
    yield running
    _end(running)


@pytest.fixture
def sandbox(sandbox_process: SandboxProcess) -> Iterator[SandboxProcess]:
    """The module's sandbox, without any fault left by another test."""
    sandbox_process.clear()
    yield sandbox_process
    sandbox_process.clear()


@pytest.fixture(scope="module", params=["2014", "2018"])
def newer_sandbox(request: pytest.FixtureRequest) -> Iterator[SandboxProcess]:
    """A sandbox of each of the newer dialects; the name stands in `ready["dialect"]`."""
    running = _start("--customers", "20", "--dialect", request.param)
    running.ready["dialect"] = request.param
    yield running
    _end(running)


@pytest.fixture(scope="session")
def new_customer() -> dict[str, str]:
    """The parameters of the documentation's own create call, with the intended values."""
    return dict(NEW_CUSTOMER)
