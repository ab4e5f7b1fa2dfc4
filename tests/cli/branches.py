"""A command of a machine that reaches the service over a proxy."""

import re
from collections.abc import Sequence
from pathlib import Path

from tests.harness.http_proxy import HttpProxy
from tui_reseller.cli.entry_points import EntryPoints
from tui_reseller.credentials.credentials import Credentials
from tui_reseller.credentials.keyring_store import KeyringStore
from tui_reseller.storage.paths import Paths
from tui_reseller.wiring.services import build, profiles_in

PASSWORD = "canary-pr0xy &%:@/ü"
WRONG = "canary-wr0ng"


class Keyring:
    """A driver that keeps items, and can be out of reach."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], str] = {}
        self.is_there = True

    def __call__(self, _backend, _environ):
        return self

    def state(self):
        return "ready" if self.is_there else "none"

    def get(self, service, username):
        return self.items.get((service, username))

    def put(self, service, username, value):
        self.items[service, username] = value

    def delete(self, service, username):
        del self.items[service, username]


class Branch:
    """The command as wired, against the sandbox, with a keyring of its own. Each run is as a process of its own."""

    def __init__(self, terminal, folder: Path, sandbox) -> None:
        self.keyring, self.sandbox, self.folder, self._terminal = Keyring(), sandbox, folder, terminal
        self._paths = Paths(folder / "config", folder / "state", folder / "cache")
        for path in (self._paths.config, self._paths.state, self._paths.cache):
            path.mkdir(mode=0o700)
        self.config = self._paths.config / "config.toml"
        self.ca_file = self.said = ""

    def started(self, user: str, password: str, **more):
        return HttpProxy.started(user, password, service=self.sandbox.port, **more)

    def __call__(self, *argv: str, stdin: str = "", answers: Sequence[str] | None = None):
        def services(named, _debug):
            environ = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}
            credentials = Credentials(KeyringStore(environ, driver=self.keyring))
            return build(self._paths, credentials, profiles=profiles_in(self._paths, credentials, named=named))

        ran = self._terminal.run(argv, EntryPoints(services, None, None, None, None), stdin, answers)
        self.said += ran.out + ran.err
        return ran

    def add(self, *more: str, **given):
        argv = (
            "profile",
            "add",
            "acme",
            "--provider",
            "reseller-v2",
            "--base-url",
            HttpProxy.base_url,
            "--api-user",
            self.sandbox.api_user,
        )
        return self(*argv, "--ca-file", self.ca_file, *more, **given)

    def write(self, proxy: str, *lines: str) -> None:
        """Put a profile into the config file, as an operator would write it."""
        head = ("[profiles.acme]", f'api_user = "{self.sandbox.api_user}"', f'base_url = "{HttpProxy.base_url}"')
        head = (*head, f'ca_file = "{self.ca_file}"')
        self.config.write_text("\n".join([*head, f"proxy = '{proxy}'  # ours", *lines, ""]))
        self.config.chmod(0o600)

    def kept(self) -> str:
        return "".join(self.keyring.items.values())

    def leaks(self, *, but_config: bool = False) -> list[str]:
        """Return where a password stands that must not."""
        found = [
            str(path) for path in self.folder.rglob("*")
            if path.is_file() and b"canary" in path.read_bytes() and not (but_config and path == self.config)
        ]  # fmt: skip
        return found + re.findall(r".*canary.*", self.said)
