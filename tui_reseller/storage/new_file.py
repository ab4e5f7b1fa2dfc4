"""A new file of the operator: private, whole or not at all, never in the place of another."""

import os
import tempfile
from pathlib import Path

from tui_reseller.domain.errors import BadConfig, InvalidInput
from tui_reseller.domain.text import clean


def write_new(path: Path, content: bytes) -> None:
    """Write a file with mode 0600. Raises InvalidInput if something is there already or the folder is missing,
    BadConfig if the disk refuses.
    """
    shown = clean(str(path))
    if not path.parent.is_dir():
        raise InvalidInput(f"{shown} cannot be written: there is no such folder", field="file")
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)  # refuses, unlike a rename, what is there already
    except FileExistsError:
        raise InvalidInput(f"{shown} is there already: name a new file", field="file") from None
    except OSError as error:
        raise BadConfig(f"{shown} cannot be written: {error.strerror}") from None
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
