"""Delivery of the new passwords of one command to whoever reads its output.

Each is in a private file of ours before its call leaves. The file is deleted when the output holds them all, and named
on stderr otherwise; a command that is killed leaves it, and the next one says so.
"""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.report import Report
from tui_reseller.domain.operation import Call
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import clean
from tui_reseller.services.job_passwords import Given, Made, PasswordFilesPort, Passwords


class Delivery:
    """Around a report that shows the *generated* passwords among all that are sent. Without any it does nothing.

    Whoever sends says is_over when no customer of it is left to be tried again.
    """

    def __init__(
        self,
        inv: Invocation,
        files: PasswordFilesPort,
        report: Report,
        passwords: Mapping[str, Secret],
        generated: Mapping[str, Secret],
    ) -> None:
        """Make the file if one is needed. Raises BadConfig: then nothing may be sent."""
        self._inv = inv
        self._report = report
        self._generated = generated
        self._made = Made(files.own(), passwords) if generated else None
        self.passwords: Passwords = self._made or Given(passwords)
        self.is_over = False
        self._is_delivered = True

    @property
    def place(self) -> str:
        """Where the passwords are kept, or empty."""
        return str(self._made.file.path) if self._made else ""

    async def keep(self, call: Call) -> None:
        """Keep the password of a call that is about to be sent. Raises BadConfig."""
        if self._made is not None:
            await self._made.of(call.username)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._made is None:
            return
        for result in filter(self._report.sent_password, self._report.results):
            await self._made.told(result)
        file, valid = self._made.file, self._made.valid
        self._is_delivered = not valid or (
            self.is_over and self._inv.out.delivered() and valid & self._generated.keys() <= self._report.shown
        )
        if self._is_delivered and (self.is_over or not file.states):
            file.discard()
            return
        file.close()
        if valid:
            report_password_file(self._inv, file.path)

    def code(self, code: ExitCode) -> ExitCode:
        """Return the exit code of the command: never 0 if a password has not arrived."""
        return code if self._is_delivered else code or ExitCode.UNEXPECTED


def report_password_file(inv: Invocation, path: Path) -> None:
    """Say where new passwords are that are not in the output."""
    inv.console.warn(f"the new passwords are in {clean(str(path))}: delete it when you have them")
