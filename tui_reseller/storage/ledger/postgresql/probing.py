"""Why there is no connection: the steps of connecting, one by one, up to the one that fails.

The driver tells it in one sentence of its own, in the language of the server. Here each step has its own outcome: no
socket, no answer, no TLS, a certificate that proves nothing, a refusal of the server with its code.
"""

import socket
import ssl
import struct
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

from tui_reseller.domain.text import clean

SECONDS = 5.0
_SSL_REQUEST = struct.pack("!ii", 8, 80877103)
_PROTOCOL = 196608
"""Version 3.0 of the protocol of PostgreSQL, in which every server answers."""
_LET_IN = struct.pack("!i", 0)
_LONGEST = 64 * 1024
_REFUSALS = {
    "28000": "it does not let this role in from here (pg_hba.conf)",
    "28P01": "it does not accept the password of this role",
    "3D000": "it has no database of this name",
    "53300": "it takes no more connections",
    "57P03": "it is starting, or shutting down",
}


def why_not(parameters: Mapping[str, str]) -> str:
    """Return what keeps from a server, by the parameters of a connection: host, hostaddr, port, user, dbname, sslmode,
    sslrootcert.
    """
    host, port = parameters.get("host", ""), int(parameters.get("port") or 5432)
    shown = clean(host, longest=80) or "this machine"
    try:
        line = _socket(parameters.get("hostaddr") or host, port)
    except OSError:
        return f"PostgreSQL is away: nobody answers at {shown}, port {port}"
    with ExitStack() as open_lines:
        open_lines.enter_context(line)
        try:
            if parameters.get("sslmode") == "verify-full" and line.family != socket.AF_UNIX:
                line.sendall(_SSL_REQUEST)
                if line.recv(1) != b"S":
                    return f"PostgreSQL at {shown} offers no TLS: nobody could tell whether it is the right one"
                context = _context(parameters)
                line = open_lines.enter_context(context.wrap_socket(line, server_hostname=host))
            return _refusal(line, parameters)
        except ssl.SSLCertVerificationError:
            return f"PostgreSQL at {shown} has not the certificate of this host from an authority that we trust"
        except OSError:
            return f"PostgreSQL at {shown} does not answer as one does"


def _socket(host: str, port: int) -> socket.socket:
    if host.startswith(("/", "@")):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(SECONDS)
        try:
            line.connect(f"{host}/.s.PGSQL.{port}")
        except OSError:
            line.close()
            raise
        return line
    return socket.create_connection((host or "localhost", port), timeout=SECONDS)


def _context(parameters: Mapping[str, str]) -> ssl.SSLContext:
    authority = parameters.get("sslrootcert", "")
    return ssl.create_default_context(cafile=authority if authority and authority != "system" else None)


def _refusal(line: socket.socket, parameters: Mapping[str, str]) -> str:
    """Ask to be let in as a client does, and return why not. Who is asked for a password was known."""
    names = {"user": parameters.get("user", ""), "database": parameters.get("dbname", "")}
    words = b"".join(f"{name}\0{value}\0".encode() for name, value in names.items() if value) + b"\0"
    line.sendall(struct.pack("!ii", len(words) + 8, _PROTOCOL) + words)
    for kind, content in _answers(line):
        if kind == b"E":
            codes = [field[1:].decode("ascii", "replace") for field in content.split(b"\0") if field[:1] == b"C"]
            code = codes[0] if codes else ""
            return f"PostgreSQL refuses: {_REFUSALS.get(code, f'it says {clean(code, longest=10)}')}"
        if kind == b"R" and content[:4] != _LET_IN:
            return "PostgreSQL refuses: it does not accept who we say we are (no password, or a wrong one)"
        if kind == b"Z":
            return "PostgreSQL lets this role in, and yet there was no connection: try again"
    return "PostgreSQL does not answer as one does"


def _answers(line: socket.socket) -> Iterator[tuple[bytes, bytes]]:
    """Yield what a server says: the kind of a message, and what is in it."""
    while kind := line.recv(1):
        (length,) = struct.unpack("!i", _whole(line, 4))
        yield kind, _whole(line, min(length - 4, _LONGEST))


def _whole(line: socket.socket, length: int) -> bytes:
    found = b""
    while len(found) < length:
        more = line.recv(length - len(found))
        if not more:
            raise ConnectionResetError
        found += more
    return found
