"""A job in a process of its own: it does not end with the screen, the shell or the line that started it."""

import os
import subprocess
import sys

from tui_reseller.credentials.environment import API_KEY, API_USER, BASE_URL, FORMAT, NAME
from tui_reseller.domain.errors import MissingCredentials
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.secret import Secret

_children: list[subprocess.Popen[bytes]] = []
"""Kept until this process ends: nobody waits for them."""


def detach(number: int, profile: Profile, key: Secret | None) -> int:
    """Start a process that resumes a job, and return its process number.

    The key goes through a pipe, never through an argument; only the profile of the environment is handed on as it came,
    in the environment. Raises MissingCredentials without a key.
    """
    if not key:
        raise MissingCredentials(f'no key for profile "{profile.name}"', hint=f"tui-reseller job resume {number}")
    command = [sys.executable, "-m", "tui_reseller", "job", "resume", str(number), "--quiet", "--output", "jsonl"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TUI_RESELLER_")}
    if profile.name == NAME:
        environment |= {
            BASE_URL: profile.base_url, FORMAT: profile.format.value, API_USER: profile.api_user, API_KEY: key.reveal(),
        }  # fmt: skip
    else:
        command += ["--profile", profile.name, "--key-stdin"]
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
        start_new_session=True, cwd="/",
    )  # fmt: skip
    if child.stdin is not None:
        with child.stdin:
            child.stdin.write(key.reveal().encode() + b"\n" if profile.name != NAME else b"")
    _children.append(child)
    return child.pid
