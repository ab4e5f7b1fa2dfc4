"""A job in a process of its own: it does not end with the screen, the shell or the line that started it."""

import logging
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tui_reseller.domain.credential import Credential
from tui_reseller.domain.environment import API_USER, BASE_URL, EU_BASE_URL, FORMAT, KEY_FOLLOWS, LEDGER, NAME, PROVIDER
from tui_reseller.domain.errors import MissingCredentials
from tui_reseller.domain.printed import command
from tui_reseller.domain.profile import Profile
from tui_reseller.system import child_process

_log = logging.getLogger(__name__)
_children: list[subprocess.Popen[bytes]] = []
"""Kept until this process ends: nobody waits for them."""


def detach(
    log: Path, number: int, profile: Profile, credential: Credential | None, unlock: str = "", *, ledger: str = ""
) -> int:
    """Start a process that resumes a job, and return its process number. What goes wrong there stands in a log file.

    Unlock is why a protected profile was unlocked; without it that process would find it locked. Ledger is the address
    of a team's, if the environment named one.
    The key goes through a pipe, and behind it the password of a proxy: others can read the arguments and the
    environment of a process. Raises MissingCredentials without a key.
    """
    if credential is None or not credential.key:
        hint = command("job", "resume", str(number), "--profile", profile.name)
        raise MissingCredentials(f'no key for profile "{profile.name}"', hint=hint)
    arguments = ["job", "resume", str(number), "--quiet", "--output", "jsonl", "--key-stdin"]
    arguments += ["--unlock", unlock] if unlock else []
    environment = {LEDGER: ledger} if ledger else {}
    if profile.name == NAME:
        environment |= {
            PROVIDER: profile.provider, BASE_URL: profile.base_url, EU_BASE_URL: profile.eu_base_url,
            FORMAT: profile.format.value, API_USER: profile.api_user, KEY_FOLLOWS: "1",
        }  # fmt: skip
    else:
        arguments += ["--profile", profile.name]
    with _kept(log) as words:
        child = child_process.start(
            "tui_reseller", arguments, stdout=subprocess.DEVNULL, stderr=words, environment=environment
        )
    _children.append(child)
    _log.warning("job %d goes on in process %d; what goes wrong there is said here", number, child.pid)
    if child.stdin is not None:
        with suppress(BrokenPipeError), child.stdin:  # it has ended already; why, it has said
            lines = (credential.key, credential.proxy_password)
            child.stdin.write("".join(f"{secret.reveal()}\n" for secret in lines if secret is not None).encode())
    return child.pid


@contextmanager
def _kept(log: Path) -> Iterator[int]:
    """Open the log for a process that nobody sees. One that cannot be written must not stop the work."""
    try:
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError:
        yield subprocess.DEVNULL
        return
    try:
        yield file
    finally:
        os.close(file)
