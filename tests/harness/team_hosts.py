"""A team on several machines: a PostgreSQL and a sandbox on one, people on others, a line with a delay between them.

Each machine is a network namespace with a loopback and folders of its own. What goes to the ledger and to the service
is encrypted, crosses a bridge, and arrives later. `Place` is where one person works.
"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.harness.certificates import make_certificate
from tests.harness.hosts import Host, Hub, hub
from tests.harness.postgres import Cluster
from tests.harness.relay import relayed
from tests.harness.sandbox import Sandbox, running
from tests.harness.terminal import Terminal, environment, program

CONFIG = """
default = "acme"
[profiles.acme]
provider = "{provider}"
base_url = "{url}"
eu_base_url = "{eu}"
api_user = "{user}"
store = "none"
credential_command = ["cat", "{key}"]
ca_file = "{authority}"
"""


class TeamNet:
    """The hub with what all share. Ready is how the sandbox is reached over the line; authority who signed for it."""

    def __init__(self, net: Hub, sandbox: Sandbox, cluster: Cluster, authority: Path, delay: float) -> None:
        self.net, self.sandbox, self.cluster, self.authority = net, sandbox, cluster, authority
        self._line: dict[str, Any] = {"seconds": delay}
        ports = {"base_url": 443, "v3_eu_base_url": 444}
        self._doors = {urlsplit(sandbox.ready[name]).port: port for name, port in ports.items()}
        self.ready = dict(sandbox.ready, ca_file=str(authority))
        for name in ("base_url", "v3_base_url", "v3_eu_base_url"):
            parts = urlsplit(sandbox.ready[name])
            door = self._doors[parts.port]
            self.ready[name] = f"https://{net.address}{f':{door}' if door != 443 else ''}{parts.path}"

    @contextmanager
    def open(self) -> Iterator[None]:
        """Lead lines from the hub's address to what all share."""
        address = self.net.address
        with ExitStack() as stack:
            stack.enter_context(relayed(f"{address}:5432", "127.0.0.1:5432", **self._line))
            for port, door in self._doors.items():
                encrypted = {"certificate": self.authority.parent, **self._line}
                stack.enter_context(relayed(f"{address}:{door}", f"127.0.0.1:{port}", **encrypted))
            yield

    def ledger(self, role: str) -> str:
        """Return the address of the ledger for somebody."""
        return f"postgresql://{role}@{self.net.address}/team"


@contextmanager
def team_net(folder: Path, *, customers: int, delay: float) -> Iterator[TeamNet]:
    """Build it; see the page above."""
    with hub() as net, running(customers=customers) as sandbox, Cluster.running() as cluster:
        authority = make_certificate(folder, net.address) / "cert.pem"
        cluster.serve_tls(folder)
        cluster.make_ledger()
        made = TeamNet(net, sandbox, cluster, authority, delay)
        with made.open():
            yield made


class Place:
    """The machine of one person: a host, a role, a folder."""

    def __init__(self, team: TeamNet, host: Host, role: str, folder: Path, provider: str = "reseller-v2") -> None:
        self.host, self.role = host, role
        self.home = folder / role
        config = self.home / "config" / "tui-reseller"
        config.mkdir(parents=True, mode=0o700)
        self.home.chmod(0o700)
        is_v3 = provider.endswith("-v3")
        ready, key = team.ready, self.home / "key"
        key.write_text(ready["v3_api_key" if is_v3 else "api_key"])
        words = {
            "user": ready["api_user"], "key": key, "authority": team.authority, "provider": provider,
            "url": ready["v3_base_url" if is_v3 else "base_url"], "eu": ready["v3_eu_base_url"] if is_v3 else "",
        }  # fmt: skip
        (config / "config.toml").write_text(CONFIG.format(**words))
        (config / "config.toml").chmod(0o600)
        self.env = environment(self.home, TUI_RESELLER_LEDGER=team.ledger(role), PGSSLROOTCERT=str(team.authority))

    def screen(self) -> Terminal:
        """Start the application in a terminal here."""
        return Terminal(self.host.command(*program()), self.env, (120, 40))

    def run(self, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command here; return what it said."""
        ran = subprocess.run(
            self.host.command(*program(*words)), env=self.env, cwd=self.home, capture_output=True, text=True,
            timeout=120, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert ran.returncode == code, (ran.returncode, ran.stdout, ran.stderr)
        return ran

    @contextmanager
    def started(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """Start a command here."""
        pipe = subprocess.PIPE
        child = subprocess.Popen(
            self.host.command(*program(*words)), env=self.env, cwd=self.home, text=True, stdin=subprocess.DEVNULL,
            stdout=pipe, stderr=pipe,
        )  # fmt: skip
        with child:
            yield child

    def rows(self, *words: str) -> list[dict[str, Any]]:
        """Return the rows that a command prints here."""
        return [json.loads(row) for row in self.run(*words, "--output", "jsonl").stdout.splitlines()]
