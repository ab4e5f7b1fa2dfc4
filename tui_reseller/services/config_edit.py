"""Editing the config file: on a copy beside it, which takes its place when nothing is wrong with it.

Nothing that was written is lost: whatever ends an edit early leaves the copy, and says where it is.
"""

import hashlib
from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path

from tui_reseller.domain.config import ConfigFinding
from tui_reseller.domain.errors import BadConfig, Conflict, ResellerError
from tui_reseller.services.ports import ConfigPort
from tui_reseller.system.files import read_plain, write_whole

_LARGEST = 1024 * 1024


class Edited(Enum):
    """What became of an edit."""

    UNCHANGED = "unchanged"
    REPLACED = "replaced"


def copy_of(config: ConfigPort) -> Path:
    """Return where the copy of the file as it is now would be. Raises Conflict if there is one of an older file."""
    base = hashlib.sha256(config.text().encode("utf-8")).hexdigest()[:8]
    copy = config.path.with_name(f"{config.path.stem}.edited-{base}.toml")
    older = [found for found in config.path.parent.glob(f"{config.path.stem}.edited-*.toml") if found != copy]
    if older:
        raise Conflict(
            f"an earlier edit was left, and the file was changed since: {older[0]}",
            hint="take over by hand what you want to keep of it, and delete it",
        )
    return copy


def edit(
    config: ConfigPort,
    run: Callable[[Path], int],
    again: Callable[[Sequence[ConfigFinding]], bool],
    *,
    goes_on: bool = False,
) -> Edited:
    """Let an editor (*run*, which returns how it ended) work on a copy until it can take the place of the file.

    Again is told what is wrong and says whether to edit further. Goes_on takes the copy that an earlier edit left.
    Raises BadConfig and Conflict, with the place of the copy.
    """
    copy, before = copy_of(config), config.text()
    if not goes_on:
        write_whole(copy, before.encode("utf-8"))
    while True:
        try:
            ended = run(copy)
        except ResellerError:
            if not goes_on:
                copy.unlink()
            raise
        text = _read(copy)
        if text == before:
            copy.unlink()
            return Edited.UNCHANGED
        if ended:
            raise BadConfig(f"the editor ended with {ended}; nothing was changed", hint=_kept(copy))
        found = config.examine(text)
        if found and again(found):
            goes_on = True
            continue
        if found:
            raise BadConfig(f"nothing was changed: {found[0].text(copy.name)}", hint=_kept(copy))
        try:
            config.replace(text, before)
        except ResellerError as error:
            error.hint = _kept(copy)
            raise
        copy.unlink()
        return Edited.REPLACED


def _read(copy: Path) -> str:
    try:
        return read_plain(copy, _LARGEST).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        words = getattr(error, "strerror", None) or "it is no text in UTF-8"
        raise BadConfig(f"what was edited cannot be read: {words}; nothing was changed", hint=_kept(copy)) from None


def _kept(copy: Path) -> str:
    return f"what you wrote is in {copy}: config edit goes on with it"
