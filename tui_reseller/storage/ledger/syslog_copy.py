"""A copy of the audit log for syslog: one line an intent, one an outcome. Usernames, but no other customer data."""

import json
import logging
import os
import socket
from logging.handlers import SysLogHandler

from tui_reseller.domain.audit import Entry, Intent
from tui_reseller.domain.operation import Outcome
from tui_reseller.storage.ledger.encoding import compact

PROGRAM = "tui-reseller"
WAIT_SECONDS = 0.5
"""A syslog that does not take a line within this time is away."""
LONGEST = 256
"""A value is cut after so many characters; then an ellipsis stands behind its quotation marks."""


class SyslogCopy:
    """Sends lines to a Unix socket. One that is away never stops an operation; that is warned of once."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._handler: _Handler | None = None
        self._warning = ""
        self._has_warned = False

    def intent(self, entry: str, intent: Intent) -> None:
        """Send a line: an operation is about to be sent."""
        self._send("intent", entry, intent)

    def outcome(self, entry: Entry, outcome: Outcome) -> None:
        """Send a line: what became of an operation."""
        self._send(f"outcome={outcome.value}", entry.id, entry)

    def take_warning(self) -> str:
        """Return what is to be warned of, once, then nothing."""
        warning, self._warning = self._warning, ""
        return warning

    def close(self) -> None:
        """Close the socket."""
        handler, self._handler = self._handler, None
        if handler is not None:
            handler.close()

    def _send(self, what: str, entry: str, about: Intent | Entry) -> None:
        text = f"{what} id={entry} operation={about.operation.value} {_description(about)}"
        try:
            if self._handler is None:
                self._handler = _Handler(self._address)
            self._handler.emit(logging.LogRecord(PROGRAM, logging.INFO, "", 0, text, None, None))
        except OSError as error:
            self.close()
            if not self._has_warned:
                self._has_warned = True
                self._warning = (
                    f"the audit log could not be copied to syslog at {self._address}: {error.strerror or error}; "
                    "the audit log itself is whole"
                )


def _description(about: Intent | Entry) -> str:
    """Return who does it to whom, as fields. What we know ourselves comes first, then what the environment claims, last
    of all the customer's name: nothing that others can write comes before our own fields.
    """
    operator = about.operator
    claims = {name: value[:LONGEST] for name, value in operator.claims.items()}
    claims |= {"ssh_from": operator.ssh_from[:LONGEST]} if operator.ssh_from else {}
    parts = {
        "operator": _quoted(operator.user),
        "uid": operator.uid,
        "login_uid": operator.login_uid,
        "host": _quoted(operator.host),
        "profile": _quoted(about.profile),
        "claims": compact(claims) if claims else None,
        "username": _quoted(about.username),
    }
    return " ".join(f"{name}={value}" for name, value in parts.items() if value is not None)


def _quoted(text: str) -> str:
    """Quote as JSON does, in ASCII: different values have different texts, and none can end its own quotation."""
    return json.dumps(text[:LONGEST]) + ("..." if len(text) > LONGEST else "")


class _Handler(SysLogHandler):
    """Raises what goes wrong, and never waits long."""

    append_nul = False
    socket: socket.socket

    def __init__(self, address: str) -> None:
        super().__init__(address, facility=SysLogHandler.LOG_AUTHPRIV)
        self.setFormatter(logging.Formatter(f"{PROGRAM}[{os.getpid()}]: %(message)s"))

    def _connect_unixsocket(self, address: str) -> None:
        super()._connect_unixsocket(address)  # type: ignore[misc]  # not in the stubs; also called for a second try
        self.socket.settimeout(WAIT_SECONDS)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802, ARG002 - the library's name
        raise  # noqa: PLE0704 - called where an exception is being handled
