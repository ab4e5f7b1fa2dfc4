"""An error that nobody expected: one line for the reader, where it happened for the log, what it held for nobody."""

import logging

from tui_reseller.system.traceback_locations import traceback_locations

LOGGER = "tui_reseller.cli"


def log_unexpected(error: Exception) -> str:
    """Write kind and places of an error to the log; return the line for the reader.

    Neither the error's own text nor any variable is written: both may hold a customer's data or a secret.
    """
    kind = type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        kind = f"{kind} ({error.strerror})"
    logging.getLogger(LOGGER).error("unexpected failure: %s\n%s", kind, traceback_locations(error))
    path = _log_file()
    return f"unexpected failure: {kind}" + (f"; details are in {path}" if path else "")


def _log_file() -> str:
    """Return the file that log lines go to, if there is one."""
    logger: logging.Logger | None = logging.getLogger(LOGGER)
    while logger is not None:
        for handler in logger.handlers:
            path = getattr(handler, "baseFilename", "")  # what every handler of the standard library calls its file
            if path:
                return str(path)
        logger = logger.parent
    return ""
