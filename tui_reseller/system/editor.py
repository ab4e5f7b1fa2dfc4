"""The operator's editor: which one it is, and how it is run."""

import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.system.files import read_plain, write_whole

VARIABLES = ("VISUAL", "EDITOR")
USUAL = "vi"
"""What POSIX says is there."""
_LARGEST = 1024 * 1024


def editor_of(environ: Mapping[str, str]) -> list[str]:
    """Return the editor as program and arguments. Raises InvalidInput if what is set cannot be split."""
    for name in VARIABLES:
        if environ.get(name, "").strip():
            try:
                return shlex.split(environ[name])
            except ValueError as error:
                raise InvalidInput(f"${name} cannot be read as a command: {error}") from None
    return [USUAL]


def edit(path: Path) -> int:
    """Let the operator's editor work on a file; return how it ended. Raises InvalidInput if it cannot be started.

    Ctrl+C is for the editor: it ends nothing here.
    """
    command = editor_of(os.environ)
    former = signal.signal(signal.SIGINT, lambda _number, _frame: None)  # unlike "ignored" it is not inherited
    try:
        return subprocess.run([*command, str(path)], check=False).returncode  # noqa: S603 - the operator's own choice
    except OSError as error:
        raise InvalidInput(
            f"the editor {command[0]} cannot be started: {error.strerror}", hint="set $VISUAL or $EDITOR"
        ) from None
    finally:
        signal.signal(signal.SIGINT, former)


def edit_text(text: str) -> str:
    """Let the operator's editor work on a text, in a file that nobody else can read and that is gone afterwards; return
    what it has become. Raises InvalidInput if the editor cannot be started, fails, or leaves no text.
    """
    with tempfile.TemporaryDirectory(prefix="tui-reseller-") as folder:
        path = Path(folder) / "text.txt"
        write_whole(path, text.encode("utf-8", "replace"))
        ended = edit(path)
        if ended:
            raise InvalidInput(f"the editor ended with {ended}")
        try:
            return read_plain(path, _LARGEST).decode("utf-8-sig")
        except OSError as error:
            raise InvalidInput(f"what the editor left cannot be read: {error.strerror}") from None
        except ValueError:
            raise InvalidInput("what the editor left is no text in UTF-8, or too much of it") from None
