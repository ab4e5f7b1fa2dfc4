"""A PgBouncer before a cluster, on a socket of its own: it lends a connection for a session, or for less.

with pooled(cluster, folder, "session") as pooler:
    ...                                     # a client talks to pooler.address("ann")
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.harness.postgres import NOBODY, PEOPLE, Cluster
from tests.harness.waiting import missing, until

_CONFIG = """
[databases]
* = host={server}

[pgbouncer]
unix_socket_dir = {folder}
listen_port = 5432
listen_addr =
auth_type = trust
auth_file = {folder}/users
pool_mode = {mode}
default_pool_size = {size}
logfile = {folder}/log
pidfile =
"""


@dataclass
class Pooler:
    """A running one."""

    folder: Path

    def address(self, role: str, database: str = "team") -> str:
        return f"postgresql://{role}@/{database}?host={self.folder}"


@contextlib.contextmanager
def pooled(cluster: Cluster, mode: Literal["session", "transaction", "statement"], size: int = 20) -> Iterator[Pooler]:
    """Run it. Size is how many connections it lends to a role at most."""
    program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        missing("pgbouncer")
    folder = Path(tempfile.mkdtemp(prefix="tui-pooler-"))
    (folder / "users").write_text("".join(f'"{name}" ""\n' for name in ("postgres", *PEOPLE)))
    words = {"server": cluster.folder, "folder": folder, "mode": mode, "size": size}
    (folder / "config.ini").write_text(_CONFIG.format(**words))
    as_nobody = NOBODY if os.geteuid() == 0 else ()
    if as_nobody:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "nobody", "nogroup")
    child = subprocess.Popen(
        [*as_nobody, program, "-q", str(folder / "config.ini")], stdin=subprocess.DEVNULL, cwd=cluster.folder
    )
    try:
        until("it listens", (folder / ".s.PGSQL.5432").exists)
        yield Pooler(folder)
    finally:
        child.kill()
        child.wait()
        shutil.rmtree(folder, ignore_errors=True)
