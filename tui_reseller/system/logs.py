"""The log file: errors, and with --debug also calls. Never a secret, never the body of an answer."""

import logging
import os
from pathlib import Path

from tui_reseller.domain.text import clean

FILE = "tui-reseller.log"
LONGEST = 1_000_000
QUIET = ("httpx", "httpcore", "asyncio", "keyring", "textual", "hpack")


def start(folder: Path, *, debug: bool) -> None:
    """Write our log into a folder, if it is there or can be made; libraries stay at warnings."""
    logger = logging.getLogger("tui_reseller")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()
    logger.propagate = False
    logger.setLevel(logging.DEBUG if debug else logging.WARNING)
    logger.addHandler(_LazyFile(folder / FILE))
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


class _LazyFile(logging.Handler):
    """Opens the file at the first line, private, so that a run without a line leaves no file behind."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self.baseFilename = str(path)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        # Whatever a message quotes, only our own lines begin at the left edge.
        line = "\n  ".join(clean(part) for part in self.format(record).split("\n")) + "\n"
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._path.exists() and self._path.stat().st_size > LONGEST:
                self._path.replace(self._path.with_suffix(".log.1"))
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
            with os.fdopen(os.open(self._path, flags, 0o600), "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(line)
        except OSError:
            return  # a log that cannot be written must not stop the work
