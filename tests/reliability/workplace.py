"""A workplace for the tests of the rails: real wiring, real HTTP and a real sandbox; only the time can be pushed.

Whatever is said of "sent" and "applied" is read from the sandbox's own records.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.harness.clock import HurriedClock
from tests.harness.command import Ran, Terminal
from tests.harness.sandbox import Sandbox
from tests.tui.desk import acme, folders
from tui_reseller.cli.entry_points import EntryPoints
from tui_reseller.credentials.credentials import Credentials
from tui_reseller.domain.audit import Operator
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.secret import Secret
from tui_reseller.services.services import Services
from tui_reseller.wiring.services import build, profiles_in

CUSTOMER = {
    "email": "luz@bodega.example", "first_name": "Luz", "last_name": "Marin", "address": "Calle 1", "city": "Madrid",
    "state": "M", "zip": "28013", "country": "ES", "phone": "1", "website": "bodega.example", "active": "true",
}  # fmt: skip


class Workplace:
    """Folders of one operating-system account, with a profile on a sandbox; several operators may work there."""

    def __init__(self, sandbox: Sandbox, root: Path, terminal: Terminal, **profile: Any) -> None:
        self.sandbox = sandbox
        self.clock = HurriedClock()
        self.paths = folders(root)
        self.profile = acme(sandbox.ready, **profile)
        self.credentials = Credentials()
        self.credentials.remember(self.profile, Credential(Secret(sandbox.ready["api_key"])))
        self._terminal = terminal
        self.services().profiles.config.put(self.profile)

    def services(self, operator: Operator | None = None, *, named: str | None = None) -> Services:
        built = build(self.paths, self.credentials, profiles=profiles_in(self.paths, self.credentials, named=named))
        return replace(built, clock=self.clock, operator=operator or built.operator)

    def __call__(self, *argv: str, stdin: str = "", answers: Sequence[str] | None = None) -> Ran:
        """Run a command; with *answers* a person sits at the terminal."""
        points = EntryPoints(lambda named, _debug: self.services(named=named), *[lambda *_given: 0] * 4)
        return self._terminal.run(argv, points, stdin, answers)

    def sent(self) -> list[str]:
        """Return the writes that the sandbox received, applied or not."""
        return [row["operation"] for row in self.sandbox.requests() if row["operation"] != "list"]
