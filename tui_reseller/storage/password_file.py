"""A private file of passwords: each is in it, whole and durable, before it is sent, with what is known of it."""

import csv
import io
import os
import stat
import time
from asyncio import get_running_loop
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tui_reseller.domain.csv_cells import cell_of, text_of
from tui_reseller.domain.errors import BadConfig, InvalidInput, RefusedHere
from tui_reseller.domain.password import PasswordState
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import clean
from tui_reseller.system.files import sync_folder

HEAD = b"username,password,state\n"
HELD_WAIT = 1.0
"""Seconds to wait for a process that only reads the file."""
_LONGEST_STATE = max(len(state.value) for state in PasswordState)


@dataclass(slots=True)
class PasswordRow:
    """The password of one customer. Place is where its state stands in the file, in bytes."""

    password: Secret
    state: PasswordState
    place: int


class PasswordFile:
    """CSV with a row a customer; mode 0600, held against other processes until it is closed.

    One thread writes, in the order of the calls, so that closing waits for it.
    """

    def __init__(self, path: Path, *, resume: bool = False) -> None:
        """Make the file, or resume one that is there.

        Raises InvalidInput if it is there already, cannot be made, or is none that can be resumed; RefusedHere if
        another process has it; BadConfig if the disk refuses.
        """
        self.path = path
        self._rows: dict[str, PasswordRow] = {}
        self._end = 0
        self._broken = ""
        self._handle = _opened(path, resume=resume)
        try:
            hold(self._handle, path)
            if resume:
                self._read_rows()
            if self._end < len(HEAD):
                self._append(HEAD)
                self._sync_name()
        except BaseException:
            os.close(self._handle)
            if not resume:
                with suppress(OSError):
                    path.unlink()
            raise
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="passwords")

    @property
    def states(self) -> Mapping[str, PasswordState]:
        """What is known of each password, by username."""
        return {username: row.state for username, row in self._rows.items()}

    def password_of(self, username: str) -> Secret | None:
        """Return the password of a customer, if there is a row."""
        row = self._rows.get(username)
        return row.password if row else None

    async def keep(self, passwords: Mapping[str, Secret], state: PasswordState) -> None:
        """Write passwords down, all or none, durably; a row that is there keeps its password and gets the state.

        Raises BadConfig if the disk refuses.
        """
        await self._do(lambda: self._keep(passwords, state))

    async def set_states(self, states: Mapping[str, PasswordState]) -> None:
        """Write down what is known of passwords; those without a row are left out. Raises BadConfig."""
        await self._do(lambda: self._set_states(states))

    def close(self) -> None:
        """Release it, when everything is written."""
        self._thread.shutdown()
        with suppress(OSError):  # a state that is lost with the power is found again
            os.fsync(self._handle)
        os.close(self._handle)

    def discard(self) -> None:
        """Delete it: its passwords are where they belong. Raises BadConfig."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise self._unusable(error) from None
        finally:
            self.close()

    # In the thread

    async def _do(self, work: Callable[[], None]) -> None:
        await get_running_loop().run_in_executor(self._thread, work)

    def _keep(self, passwords: Mapping[str, Secret], state: PasswordState) -> None:
        new = {name: password for name, password in passwords.items() if name not in self._rows}
        if new:
            lines = {name: _line(name, password, state) for name, password in new.items()}
            place = self._end - 1
            self._append(b"".join(lines.values()))
            for name, password in new.items():
                place += len(lines[name])
                self._rows[name] = PasswordRow(password, state, place - len(state.value))
        if len(new) < len(passwords):
            self._set_states(dict.fromkeys(passwords.keys() - new.keys(), state))
            try:
                os.fsync(self._handle)
            except OSError as error:
                raise self._break(error) from None

    def _set_states(self, states: Mapping[str, PasswordState]) -> None:
        for name, state in states.items():
            row = self._rows.get(name)
            if row is None:
                continue
            self._refuse_broken()
            try:
                self._write(state.value.encode(), row.place)
            except OSError as error:
                raise self._break(error) from None
            row.state = state

    def _append(self, data: bytes) -> None:
        self._refuse_broken()
        try:
            self._write(data, self._end)
            os.fsync(self._handle)
        except OSError as error:
            self._cut_off()
            raise self._unusable(error) from None
        self._end += len(data)

    def _write(self, data: bytes, place: int) -> None:
        """Write all of it: a disk that is nearly full takes a part, and only then refuses."""
        while data:
            taken = os.pwrite(self._handle, data, place)
            data, place = data[taken:], place + taken

    def _cut_off(self) -> None:
        """Take back a row that is not whole."""
        try:
            os.ftruncate(self._handle, self._end)
            os.fsync(self._handle)
        except OSError as error:
            self._break(error)

    def _break(self, error: OSError) -> BadConfig:
        self._broken = error.strerror or type(error).__name__
        return self._unusable(error)

    def _refuse_broken(self) -> None:
        """Raise BadConfig after a failed write: nobody knows what stands in the file."""
        if self._broken:
            raise BadConfig(f"{clean(str(self.path))} could not be written before: {self._broken}")

    def _unusable(self, error: OSError) -> BadConfig:
        words = error.strerror or type(error).__name__
        return BadConfig(f"{clean(str(self.path))} cannot be written: {words}", hint="check the disk")

    # Opening

    def _sync_name(self) -> None:
        try:
            sync_folder(self.path.parent)
        except OSError as error:
            raise self._unusable(error) from None

    def _read_rows(self) -> None:
        shown = clean(str(self.path))
        try:
            if not stat.S_ISREG(os.fstat(self._handle).st_mode):
                raise InvalidInput(f"{shown} is not a plain file", field="file")
            content = _content(self._handle)
            self._rows, self._end = rows_of(content)
            os.ftruncate(self._handle, self._end)  # a last line that is not whole was never sent
        except ValueError as error:
            raise InvalidInput(
                f"{shown}, {error}", field="file", hint="put the line right; passwords already sent stand in this file"
            ) from None
        except OSError as error:
            raise self._unusable(error) from None
        if self._rows and not content.endswith(b"\n", 0, self._end):
            self._append(b"\n")


def hold(handle: int, path: Path, wait: float = HELD_WAIT) -> None:
    """Keep other processes out of a file until it is closed; death lets go of it. Raises RefusedHere if another one has
    it for longer than so many seconds, BadConfig.
    """
    import fcntl  # noqa: PLC0415 - POSIX only

    until = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise RefusedHere(f"{clean(str(path))} is in use by another process") from None
            time.sleep(0.01)
        except OSError as error:
            raise BadConfig(f"{clean(str(path))} cannot be locked: {error.strerror}") from None
        else:
            return


def rows_of(content: bytes) -> tuple[dict[str, PasswordRow], int]:
    """Return the rows of a file by username, and where the last whole one ends.

    Of the last line the end may be missing, as a power cut leaves it: then it was never sent, and is not there. Raises
    ValueError, naming the line, for anything else that this program has not written.
    """
    if not content.startswith(HEAD):
        if HEAD.startswith(content):
            return {}, 0
        raise ValueError("line 1: not the head of a file of passwords")
    rows: dict[str, PasswordRow] = {}
    begin = len(HEAD)
    while begin < len(content):
        end = content.find(b"\n", begin)
        line = content[begin:] if end < 0 else content[begin:end]
        try:
            name, password, state = _read(line)
        except (ValueError, csv.Error):
            if end < 0:
                break
            raise ValueError(f"line {len(rows) + 2}: not a username, a password and its state") from None
        if name in rows:
            raise ValueError(f"line {len(rows) + 2}: the customer of an earlier line again")
        rows[name] = PasswordRow(password, state, begin + len(line) - len(state.value))
        begin += len(line) + (end >= 0)
    return rows, begin


def _read(line: bytes) -> tuple[str, Secret, PasswordState]:
    name, password, word = next(csv.reader([line.decode()], strict=True), [])
    if not line.endswith(b"," + word.encode()):
        raise ValueError("something behind the state")
    return text_of(name), Secret(password), _state_of(word)


def _state_of(word: str) -> PasswordState:
    """Return a state. One that a power cut left half changed is open again."""
    known = [state.value for state in PasswordState]
    if word in known:
        return PasswordState(word)
    if len(word) == _LONGEST_STATE and all(
        any(character == each[at] for each in known) for at, character in enumerate(word)
    ):
        return PasswordState.PENDING
    raise ValueError("no state")


def _line(username: str, password: Secret, state: PasswordState) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([cell_of(username), password.reveal(), state.value])
    return line.getvalue().encode()


def _opened(path: Path, *, resume: bool) -> int:
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        return os.open(path, flags if resume else flags | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InvalidInput(f"{clean(str(path))} is there already: name a new file", field="file") from None
    except OSError as error:
        raise InvalidInput(f"{clean(str(path))} cannot be written: {error.strerror}", field="file") from None


def _content(handle: int) -> bytes:
    with os.fdopen(os.dup(handle), "rb") as file:
        return file.read()
