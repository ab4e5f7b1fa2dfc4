"""A key that a command prints. No shell, no terminal, no time without end (terminal.md section 5)."""

import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import suppress

from tui_reseller.domain.errors import CredentialStoreError
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import clean

SECONDS = 10.0
LONGEST = 64 * 1024
SAID_LINES = 5


async def run_command(command: Sequence[str], *, seconds: float = SECONDS) -> Secret:
    """Return what a command prints on one line. Raises CredentialStoreError with what it said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TUI_RESELLER_")}
    try:
        child = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # no terminal of ours: a prompt cannot spoil the screen
            env=environment,
        )
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a command"
        raise _failed(command, f"cannot be started: {why}") from None
    try:
        printed, said = await asyncio.wait_for(_read(child), seconds)
    except TimeoutError:
        raise _failed(command, f"gave no answer within {seconds:g} s and was ended") from None
    finally:
        await _end(child)
    if child.returncode:
        lines = [clean(line, longest=200) for line in said.decode("utf-8", "replace").splitlines()[:SAID_LINES]]
        raise _failed(command, f"ended with {child.returncode}: {' / '.join(lines) or 'without a word'}")
    if len(printed) > LONGEST:
        raise _failed(command, "printed more than 64 kB")
    return _key(command, printed)


async def _read(child: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
    assert child.stdout is not None  # noqa: S101 - a pipe
    assert child.stderr is not None  # noqa: S101 - a pipe
    printed, said = await asyncio.gather(_capped(child.stdout), _capped(child.stderr))
    if len(printed) <= LONGEST:
        await child.wait()
    return printed, said


async def _capped(stream: asyncio.StreamReader) -> bytes:
    """Read to the end, or to one byte more than is allowed."""
    found = b""
    while len(found) <= LONGEST and (piece := await stream.read(LONGEST + 1 - len(found))):
        found += piece
    return found


async def _end(child: asyncio.subprocess.Process) -> None:
    """End the command and whatever it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    await child.wait()
    transport = getattr(child, "_transport", None)
    if transport is not None:
        transport.close()


def _key(command: Sequence[str], printed: bytes) -> Secret:
    try:
        text = printed.decode("utf-8").strip("\r\n")
    except UnicodeDecodeError:
        raise _failed(command, "printed no UTF-8 text") from None
    if not text.strip():
        raise _failed(command, "printed nothing")
    if "\n" in text:
        raise _failed(command, "printed more than one line; it must print the key and nothing else")
    return Secret(text.strip())


def _failed(command: Sequence[str], words: str) -> CredentialStoreError:
    name = clean(command[0], longest=80) if command else "(empty)"
    return CredentialStoreError(f"the credential command {name} {words}", state="failed", hint="run it by hand to see")
