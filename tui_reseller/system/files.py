"""How a file or folder of ours is made and written: private, whole or not at all, one writer at a time."""

import contextlib
import errno
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.printed import Typed, line

LOCK_WAIT = 5.0
"""Seconds to wait for another process that writes the same file."""
_TEMPORARY = ".writing-"


def at_home(path: str) -> Path:
    """Return a path that an operator wrote: a leading ~ means home wherever one is written, not in a shell alone.

    One of somebody who is not there stays as it is, and so does ./~, as in a shell (pathlib drops the dot first).
    """
    return Path(os.path.expanduser(path))  # noqa: PTH111


def checked_folder(folder: Path) -> bool:
    """Return whether a folder of ours is there. Raises BadConfig if others could change what is in it (S18)."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _unusable(folder, error) from None
    if not stat.S_ISDIR(found.st_mode):
        kind = "a symbolic link" if stat.S_ISLNK(found.st_mode) else "not a folder"
        raise BadConfig(f"{folder} is {kind}", hint="put a folder of your own in its place")
    if found.st_uid != os.geteuid():
        raise BadConfig(f"{folder} belongs to somebody else", hint="give the folder to your account or move it away")
    if found.st_mode & 0o022:
        remedy = line("chmod", "700", Typed(str(folder))) or "take the right to write from the others"
        raise BadConfig(f"{folder} can be changed by other accounts", hint=remedy)
    return True


def private_folder(folder: Path) -> Path:
    """Return a folder of ours, made with mode 0700 if it is missing. Raises BadConfig (as checked_folder)."""
    try:
        if not checked_folder(folder):
            folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                folder.mkdir(mode=0o700)
            checked_folder(folder)
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise _unusable(folder, error) from None
    return folder


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in place of the old one, durably, with mode 0600: whole or not at all. Raises BadConfig."""
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=_TEMPORARY, dir=private_folder(path.parent))
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
        temporary = None
        sync_folder(path.parent)
    except OSError as error:
        raise _unusable(path, error) from None
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def read_plain(path: Path, longest: int = -1) -> bytes:
    """Return a plain file of ours. Raises OSError, BadConfig; ValueError if it is none, or longer than asked for."""
    if not checked_folder(path.parent):
        raise FileNotFoundError(path)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENXIO}:  # a symbolic link, a socket
            raise ValueError("it is not a plain file") from None
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise ValueError("it is not a plain file")
    with os.fdopen(handle, "rb") as file:
        content = file.read(longest + 1 if longest >= 0 else -1)
    if 0 <= longest < len(content):
        raise ValueError("it is too long")
    return content


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power loss."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def only_writer(lock: Path) -> contextlib.AbstractContextManager[int]:
    """Hold a lock file alone. The death of its holder releases it. Raises BadConfig after LOCK_WAIT seconds."""
    return _holding(lock, shared=False)


def no_writer(lock: Path) -> contextlib.AbstractContextManager[int]:
    """Hold a lock file together with other readers, so that only_writer() waits (a shared lock). Raises BadConfig."""
    return _holding(lock, shared=True)


def held_file(path: Path, wait: float) -> contextlib.AbstractContextManager[int]:
    """Hold a file of ours alone, made if it is missing, and give its handle. Raises BadConfig after so many seconds."""
    return _holding(path, shared=False, wait=wait)


@contextlib.contextmanager
def _holding(lock: Path, *, shared: bool, wait: float | None = None) -> Iterator[int]:
    import fcntl  # noqa: PLC0415 - POSIX only

    try:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.open(private_folder(lock.parent) / lock.name, flags, 0o600)
    except OSError as error:
        raise _unusable(lock, error) from None
    try:
        until = time.monotonic() + (LOCK_WAIT if wait is None else wait)
        while True:
            try:
                fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise BadConfig(f"{lock.parent} is being written by another process", hint="try again") from None
                time.sleep(0.01)
            except OSError as error:
                raise _unusable(lock, error) from None
        yield handle
    finally:
        os.close(handle)


def _unusable(path: Path, error: OSError) -> BadConfig:
    words = error.strerror or type(error).__name__
    return BadConfig(f"{path} cannot be used: {words}", hint="check the disk and who owns the folder")
