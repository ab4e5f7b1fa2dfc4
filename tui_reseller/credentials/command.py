"""A key printed by a command of the operator: pass, op, bw, vault, systemd-creds ...

The first line is the key; where the proxy of the profile has a user, the second line is its password.
"""

import os
import re
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import IO

from tui_reseller.credentials.waiting import in_daemon
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.errors import CredentialStoreError
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.secret import MASK, Secret, is_worth_masking
from tui_reseller.domain.text import clean
from tui_reseller.system.files import at_home

LIMIT = 10.0
"""Seconds after which the command and all it started are killed."""
LARGEST = 64 * 1024
_SHOWN_LINES = 5
_LIKE_A_KEY = re.compile(r"(?<![\w/.-])(?=[^\s/]*\d)(?=[^\s/]*[A-Za-z])[\w+=.-]{20,}(?![\w/])")
"""Letters and digits without an end, and no path."""
_TURN = 0.1


async def credential_from_command(profile: Profile, environ: Mapping[str, str], limit: float = LIMIT) -> Credential:
    """Run a profile's credential_command and return what its lines say.

    No shell, no input, no terminal (a prompt could garble the screen), none of our variables. Raises
    CredentialStoreError, state timeout or failed.
    """
    stop = threading.Event()
    try:
        # The thread ends itself in time; the wait is only there so that nothing hangs on a broken system.
        run = _Run(profile, environ, limit, stop)
        return await in_daemon(run.credential, limit=limit + 5, name="credential")
    except TimeoutError:
        raise _failed(profile, "does not end", state="timeout") from None
    finally:
        stop.set()


class _Run:
    def __init__(self, profile: Profile, environ: Mapping[str, str], limit: float, stop: threading.Event) -> None:
        self._profile = profile
        self._environ = {name: value for name, value in environ.items() if not name.startswith("TUI_RESELLER_")}
        self._limit = limit
        self._stop = stop
        self._until = time.monotonic() + limit

    def credential(self) -> Credential:
        try:
            process = subprocess.Popen(  # noqa: S603 - an argument list from the operator's own config, no shell
                [str(at_home(part)) if part.startswith("~") else part for part in self._profile.credential_command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                env=self._environ,
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not a command"
            raise _failed(self._profile, f"cannot be started: {reason}") from None
        with process:
            try:
                said, told = self._read(process)
                # The output is closed; what still runs has until the same deadline.
                code = process.wait(timeout=max(_TURN, self._until - time.monotonic()))
            except subprocess.TimeoutExpired:
                raise self._late() from None
            finally:
                if process.poll() is None:
                    with suppress(ProcessLookupError, PermissionError):
                        os.killpg(process.pid, signal.SIGKILL)
        if code:
            ended = f"was ended by signal {-code}" if code < 0 else f"ended with status {code}"
            raise _failed(self._profile, ended, hint=_shown(told, said))
        return self._read_lines(said)

    def _read(self, process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
        out, err = process.stdout, process.stderr
        assert out is not None  # noqa: S101 - asked for above
        assert err is not None  # noqa: S101 - asked for above
        kept: dict[IO[bytes], bytes] = {out: b"", err: b""}
        with selectors.DefaultSelector() as waiting:
            for pipe in kept:
                waiting.register(pipe, selectors.EVENT_READ)
            while waiting.get_map():
                if self._stop.is_set() or time.monotonic() > self._until:
                    _kill(process)
                    raise self._late()
                # What it left running, an agent perhaps, may keep its output open: that is no reason to wait.
                has_ended = process.poll() is not None
                found = waiting.select(0 if has_ended else _TURN)
                if has_ended and not found:
                    break
                for ready, _events in found:
                    pipe = out if ready.fileobj is out else err
                    piece = os.read(pipe.fileno(), LARGEST)
                    if not piece:
                        waiting.unregister(pipe)
                    kept[pipe] += piece if len(kept[pipe]) <= LARGEST else b""
                if len(kept[out]) > LARGEST:
                    _kill(process)
                    raise _failed(self._profile, "prints more than 64 KiB")
        return kept[out], kept[err]

    def _late(self) -> CredentialStoreError:
        return _failed(self._profile, f"did not end within {self._limit:g} seconds", state="timeout")

    def _read_lines(self, said: bytes) -> Credential:
        try:
            lines = said.decode("utf-8-sig").strip().splitlines()
        except UnicodeDecodeError:
            raise _failed(self._profile, "printed something that is not text") from None
        if not lines:
            raise _failed(self._profile, "printed nothing")
        key, *more = (line.strip() for line in lines[: 2 if self._profile.wants_proxy_password else 1])
        if not "".join((key, *more)).isprintable():
            raise _failed(self._profile, "printed control characters")
        return Credential(Secret(key), Secret(more[0]) if more and more[0] else None)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the command with all it started that is still in its group, also after it has ended itself."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _failed(profile: Profile, words: str, *, state: str = "failed", hint: str = "") -> CredentialStoreError:
    # Only the program is named: an argument may be something that is not for the screen.
    program = clean(profile.credential_command[0], longest=80)
    return CredentialStoreError(
        f'the credential command "{program}" of profile {profile.name} {words}',
        state=state,
        hint=hint or "run it by hand to see what is wrong",
    )


def _shown(told: bytes, said: bytes) -> str:
    """Return what a failed command says, harmless and short, without what it printed as the key, and without what looks
    like one: a shell that is told to (-x) repeats all it runs.
    """
    text = told.decode("utf-8", "replace")
    printed = said.decode("utf-8", "replace")
    for secret in sorted({*printed.splitlines(), *printed.split()}, key=len, reverse=True):
        if is_worth_masking(secret.strip()):
            text = text.replace(secret.strip(), MASK)
    text = _LIKE_A_KEY.sub(MASK, text)
    lines = [clean(line, longest=200) for line in text.splitlines() if line.strip()]
    return "\n".join(lines[:_SHOWN_LINES])
