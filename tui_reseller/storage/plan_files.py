"""Plans as files of the operator: a head, then an item a line. A file that was edited is refused by its digest."""

import json
import os
import stat
from pathlib import Path

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.plan import FORMAT, Plan, canonical, plan_from
from tui_reseller.domain.text import clean
from tui_reseller.storage.new_file import write_new
from tui_reseller.system.files import at_home, write_whole

LARGEST = 2 * 1024**3
NAME_LENGTH = 12
"""So many characters of its digest name a plan."""


class PlanFiles:
    """Reads and writes plan files; those without a name of their own lie in the state folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "plans"

    def save(self, plan: Plan, path: Path | None = None) -> Path:
        """Write a plan, private, whole or not at all; return where. Raises InvalidInput if the named file is there,
        BadConfig if the disk refuses.
        """
        digest = plan.digest
        target = path or self._folder / f"{digest[:NAME_LENGTH]}.plan"
        lines = [canonical({**plan.head, "digest": digest}), *(item.line_text for item in plan.items)]
        content = ("\n".join(lines) + "\n").encode("ascii")
        if path is None:
            write_whole(target, content)
        else:
            write_new(path, content)
        return target

    def load(self, name: str) -> Plan:
        """Read a plan by the path of its file, or by the first characters of its digest. Raises InvalidInput if it
        cannot be read, was edited, or is of another version.
        """
        path = self._place(name)
        try:
            with os.fdopen(_opened(path), "rb") as file:
                size = os.fstat(file.fileno()).st_size
                content = b"" if size > LARGEST else file.read(LARGEST + 1)
            if max(size, len(content)) > LARGEST:
                raise InvalidInput(f"{clean(str(path))} has more than {LARGEST:,} bytes, which no plan has")
            lines = content.decode("ascii").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is no plan"
            raise InvalidInput(f"{clean(str(path))} cannot be read: {why}") from None
        try:
            head = json.loads(lines[0])
            if head["plan"] != FORMAT:
                raise InvalidInput(f"{clean(str(path))} was made by another version of this program: make it again")
            plan = plan_from(lines)
        except (ValueError, KeyError, TypeError, IndexError):
            raise InvalidInput(f"{clean(str(path))} is no plan") from None
        if plan.digest != head["digest"]:
            raise InvalidInput(f"{clean(str(path))} was edited since it was made: make the plan again")
        return plan

    def names(self) -> list[str]:
        """Return what names the plans in the state folder, the newest first."""
        try:
            found = {path.stem: path.stat().st_mtime for path in self._folder.glob("*.plan")}
        except OSError:  # one that was deleted meanwhile
            return []
        return sorted(found, key=lambda name: -found[name])

    def _place(self, name: str) -> Path:
        path = at_home(name)
        found = sorted(self._folder.glob(f"{name}*.plan")) if len(name) >= 4 and name.isalnum() else []
        is_digest = (
            len(name) == NAME_LENGTH and len(found) == 1
        )  # as a command that we printed names it, whatever file is here
        if not is_digest and (path.exists() or "/" in name):
            return path
        if len(found) == 1:
            return found[0]
        raise InvalidInput(
            f"there is no plan {clean(name)!r}", hint="name its file, or the first characters of its digest"
        )


def _opened(path: Path) -> int:
    """Open a file as a plan is one: a pipe would be waited for, which no signal could end. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(0, "it is not a plain file")
    return handle
