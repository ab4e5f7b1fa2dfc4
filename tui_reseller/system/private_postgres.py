"""A PostgreSQL of our own, from what is installed: in a folder of ours, on a socket only, for as long as we live."""

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tui_reseller.domain.errors import BadConfig, RefusedHere
from tui_reseller.system.files import private_folder

FOR_ROOT = Path("/var/lib/tui-reseller/ledger-dev")
"""Where root has it: PostgreSQL refuses to run as root, and whom it runs as has no way into a home of root."""
OWNER = "postgres"
"""The role that may do everything in it."""
STARTS_WITHIN = 60.0
ENDS_WITHIN = 20.0
LONGEST_SOCKET = 107
"""Bytes of the path of a socket (unix(7))."""
_SOCKET = ".s.PGSQL.5432"
_INSTALLED = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
"""Where Debian, the packages of PostgreSQL's own project and Homebrew keep what is not on PATH."""
_ACCOUNTS = ("postgres", "nobody")
"""Whom root starts it as: the first of them that is there."""
_DIES_WITH_PARENT = 1
"""Of prctl(2): PR_SET_PDEATHSIG."""


@dataclass(frozen=True, slots=True)
class PrivatePostgres:
    """A PostgreSQL that runs: its folder, which is that of its socket, and whether it still lives."""

    folder: Path
    lives: Callable[[], bool]

    def address(self, role: str, database: str) -> str:
        """Return how a role gets to a database in it: without a password, whoever may enter the folder."""
        return f"postgresql://{role}@/{database}?host={self.folder}"


@contextmanager
def running(folder: Path) -> Iterator[PrivatePostgres]:
    """Start it in a folder, which is made the first time; it ends with the block, and with this process.

    Raises BadConfig where PostgreSQL is missing or does not start, RefusedHere if it runs already.
    """
    programs = _programs()
    if len(os.fsencode(folder / _SOCKET)) > LONGEST_SOCKET:
        raise BadConfig(f"{folder} is too long a name for a socket", hint="name a shorter folder: --folder")
    account = _account()
    _make_folder(folder, account)
    if _answers(folder):
        raise RefusedHere(f"it runs already, in {folder}", hint="use it, or end it where it was started")
    if not (folder / "data" / "PG_VERSION").exists():
        _init(programs, folder, account)
    server = _start(programs, folder, account)
    try:
        _wait_until_ready(server, folder)
        yield PrivatePostgres(folder, lambda: server.poll() is None)
    finally:
        _end(server)


def _programs() -> Path:
    """Return the folder of the newest PostgreSQL: those that Debian keeps beside PATH, then what is on it."""
    found = [path for pattern in _INSTALLED for path in Path("/").glob(pattern[1:]) if (path / "initdb").exists()]
    if found:
        return max(found, key=lambda path: [int(word) for word in path.parent.name.replace("-", "@").split("@")[-1:]])
    there = shutil.which("initdb")
    if there is None:
        raise BadConfig(
            "PostgreSQL is not installed on this machine, or not where it is looked for",
            hint="Debian: apt install postgresql (no service of it has to run); else put initdb and postgres on PATH",
        )
    return Path(there).resolve().parent


def _account() -> pwd.struct_passwd | None:
    """Return whom it runs as, if that is somebody else. Raises BadConfig if root knows nobody."""
    if os.geteuid() != 0:
        return None
    for name in _ACCOUNTS:
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise BadConfig("PostgreSQL does not run as root, and there is no other account", hint="run it as yourself")


def _make_folder(folder: Path, account: pwd.struct_passwd | None) -> None:
    """Make the folder, for whom it runs as. Raises BadConfig if it cannot be."""
    if account is None:
        private_folder(folder)
        return
    try:
        folder.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            os.chown(folder, account.pw_uid, account.pw_gid)
        found = folder.lstat()
    except OSError as error:
        raise BadConfig(f"{folder} cannot be made: {os.strerror(error.errno or 0)}") from None
    if found.st_uid != account.pw_uid or folder.is_symlink():
        raise BadConfig(f"{folder} does not belong to {account.pw_name}", hint="move it away")


def _answers(folder: Path) -> bool:
    """Whether somebody serves the socket. A file of it may be left of a machine that lost its power."""
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(str(folder / _SOCKET))
        except OSError:
            return False
    return True


def _init(programs: Path, folder: Path, account: pwd.struct_passwd | None) -> None:
    """Make its files: beside their place, so that what was broken off is never taken for whole."""
    making = folder / "data.making"
    shutil.rmtree(making, ignore_errors=True)
    options = ("-D", str(making), "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C")
    made = _popen([str(programs / "initdb"), *options], folder, account)
    if made.wait() != 0:
        raise _did_not("be made", folder)
    making.rename(folder / "data")


def _start(programs: Path, folder: Path, account: pwd.struct_passwd | None) -> subprocess.Popen[bytes]:
    settings = {
        "listen_addresses": "", "unix_socket_directories": str(folder), "unix_socket_permissions": "0700",
        "port": "5432", "max_connections": "60", "shared_buffers": "32MB",
    }  # fmt: skip
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return _popen([str(programs / "postgres"), "-D", str(folder / "data"), *words], folder, account)


def _popen(command: Sequence[str], folder: Path, account: pwd.struct_passwd | None) -> subprocess.Popen[bytes]:
    """Start a program of PostgreSQL in a session of its own, where no key of the terminal reaches it."""
    parent, libc = os.getpid(), ctypes.CDLL(None)

    def die_with_parent() -> None:
        if hasattr(libc, "prctl"):
            libc.prctl(_DIES_WITH_PARENT, signal.SIGINT)  # PostgreSQL ends at once, and in order
        if os.getppid() != parent:
            os._exit(1)

    log = os.open(folder / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    environment = {name: os.environ[name] for name in ("PATH", "TZ", "TMPDIR") if name in os.environ} | {"LC_ALL": "C"}
    try:
        return subprocess.Popen(  # noqa: S603 - a program of PostgreSQL, by its whole name
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, env=environment,
            start_new_session=True, preexec_fn=die_with_parent,  # noqa: PLW1509 - it takes no lock
            user=account.pw_uid if account else None, group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )  # fmt: skip
    finally:
        os.close(log)


def _wait_until_ready(server: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait until it says in its file that it is ready, as its own pg_ctl does. Raises BadConfig."""
    until = time.monotonic() + STARTS_WITHIN
    while server.poll() is None and time.monotonic() < until:
        with suppress(OSError):
            said = (folder / "data" / "postmaster.pid").read_text(encoding="ascii", errors="replace").splitlines()
            if said[0] == str(server.pid) and said[-1].strip() == "ready":
                return
        time.sleep(0.02)
    raise _did_not("start", folder)


def _end(server: subprocess.Popen[bytes]) -> None:
    """End it in order, at once; by force if that takes too long: its own log mends that at the next start."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        with suppress(ProcessLookupError):
            server.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            server.wait(ENDS_WITHIN)
            return


def _did_not(what: str, folder: Path) -> BadConfig:
    return BadConfig(f"PostgreSQL could not {what} in {folder}", hint=f"what it says itself: {folder / 'log'}")
