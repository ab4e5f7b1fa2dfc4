"""A new file of the operator: private, whole or not at all, never in the place of another."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tui_reseller.domain.errors import BadConfig, InvalidInput
from tui_reseller.domain.text import clean
from tui_reseller.system.files import sync_folder

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
"""What file systems say that know no second name of a file: FAT on a stick, some network folders."""


def write_new(path: Path, content: bytes) -> None:
    """Write a file with mode 0600. Raises InvalidInput if something is there already or the folder is missing,
    BadConfig if the disk refuses.
    """
    with new_file(path) as made:
        made.touch(0o600)
        made.write_bytes(content)


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Let a file be made under another name, in a private folder beside its place; it gets its own name at the end,
    when it is safe on the disk. Raises as write_new().
    """
    shown = clean(str(path))
    if not path.parent.is_dir():
        raise InvalidInput(f"{shown} cannot be written: there is no such folder", field="file")
    is_there = InvalidInput(f"{shown} is there already: name a new file", field="file")
    if os.path.lexists(path):
        raise is_there
    try:
        with tempfile.TemporaryDirectory(prefix=".writing-", dir=path.parent) as folder:
            made = Path(folder) / "new"
            yield made
            with made.open("rb") as file:
                os.fsync(file.fileno())
            _name(made, path)
        with contextlib.suppress(OSError):  # not every file system can do this to a folder, and the file is there
            sync_folder(path.parent)
    except FileExistsError:
        raise is_there from None
    except OSError as error:
        raise BadConfig(f"{shown} cannot be written: {error.strerror}") from None


def _name(made: Path, path: Path) -> None:
    """Give a file its name; refused, unlike by a rename, is one that something has already."""
    try:
        os.link(made, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        made.replace(path)  # what stands there is the empty file of the line before
