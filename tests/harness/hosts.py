"""Several machines on one: network namespaces on a bridge, with lines that can be cut.

`hub()` moves this thread into a machine that has the bridge, and `Hub.host()` makes others; each has a loopback and
ports of its own. What is started in the block runs on the hub; `Host.command()` is a command on another machine, and a
process moves there itself by `enter()`. At the end they are gone, with whatever still ran on the others.

    with hub() as net:
        ann = net.host("ann")
        subprocess.run(ann.command("ping", "-c1", net.address))
        ann.cut()                     # its line: nothing gets through, and nobody is told
        ann.mend()

Only who may everything makes them.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.harness.waiting import missing

_NEW_NETWORK = 0x40000000
"""Flag of setns(2): CLONE_NEWNET."""
_PLACE = Path("/run/netns")
_NET = "10.77.0"


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, stdin=subprocess.DEVNULL)


def enter(namespace: str) -> None:
    """Move this thread, and those that it starts, to another machine."""
    with (_PLACE / namespace).open() as place:
        _set(place.fileno())


def _set(descriptor: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, _NEW_NETWORK):
        raise OSError(ctypes.get_errno(), "setns")


@dataclass(frozen=True)
class Host:
    """A machine on the bridge of a hub. Port is the hub's end of its line."""

    namespace: str
    address: str
    port: str

    def command(self, *words: str) -> Sequence[str]:
        """Return what runs a command there, where the machine has the name of its namespace."""
        named = ("unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', self.namespace)
        return ["ip", "netns", "exec", self.namespace, *named, *words]

    def cut(self) -> None:
        """Let nothing through, either way."""
        _ip("link", "set", self.port, "down")

    def mend(self) -> None:
        """Let everything through again."""
        _ip("link", "set", self.port, "up")


class Hub:
    """The machine with the bridge."""

    address = f"{_NET}.1"

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self._made: list[str] = [namespace]

    def host(self, name: str) -> Host:
        """Make another machine."""
        number = len(self._made)
        there, port = f"{self.namespace}-{name}", f"port{number}"
        address = f"{_NET}.{number + 1}"
        _ip("netns", "add", there)
        self._made.append(there)
        _ip("link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", there)
        _ip("link", "set", port, "master", "bridge", "up")
        _ip("-n", there, "address", "add", f"{address}/24", "dev", "eth0")
        for name_of_line in ("lo", "eth0"):
            _ip("-n", there, "link", "set", name_of_line, "up")
        return Host(there, address, port)

    def close(self) -> None:
        """Take all machines away, and end what runs on the others; what was started on the hub ends by itself."""
        for namespace in reversed(self._made[1:]):
            for pid in subprocess.run(
                ["ip", "netns", "pids", namespace], capture_output=True, text=True, check=False
            ).stdout.split():
                if int(pid) != os.getpid():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(int(pid), signal.SIGKILL)
            _ip("netns", "delete", namespace)
        _ip("netns", "delete", self.namespace)


@contextlib.contextmanager
def hub() -> Iterator[Hub]:
    """Be on a machine with a bridge; see the page above. Skips where none can be made; in CI that is a failure."""
    if os.geteuid() or shutil.which("ip") is None:
        missing("ip, for one who may make network namespaces,")
    made = Hub(f"tui-{os.getpid()}")
    with Path("/proc/thread-self/ns/net").open() as home:
        try:
            _ip("netns", "add", made.namespace)
        except subprocess.CalledProcessError:
            missing("a system with network namespaces")
        try:
            enter(made.namespace)
            _ip("link", "set", "lo", "up")
            _ip("link", "add", "bridge", "type", "bridge")
            _ip("address", "add", f"{made.address}/24", "dev", "bridge")
            _ip("link", "set", "bridge", "up")
            yield made
        finally:
            _set(home.fileno())
            made.close()
