"""Who is at the keyboard: what the operating system knows, and what the environment only claims."""

import os
import platform
from collections.abc import Mapping
from pathlib import Path

from tui_reseller.domain.audit import Operator
from tui_reseller.domain.team import Team

LOGIN_UID = Path("/proc/self/loginuid")
_NOT_SET = 0xFFFFFFFF
"""What the system has where nobody logged in: services, cron, containers."""
_NAMES = ("SUDO_USER", "LOGNAME", "USER")
LONGEST_CLAIM = 64


def this_operator(environ: Mapping[str, str]) -> Operator:
    """Return the account of the real uid, on this host, with what the environment claims beside it.

    Any program can set a variable before it starts us: they never decide who the operator is.
    """
    uid = os.getuid()
    user = account_name(uid)
    ssh = environ.get("SSH_CLIENT", "").split()
    claims = {name: environ[name][:LONGEST_CLAIM] for name in _NAMES if environ.get(name, "") not in {"", user}}
    host = platform.node() or "localhost"
    return Operator(user, host, ssh[0][:LONGEST_CLAIM] if ssh else None, uid, login_uid(), claims)


def role_in(team: Team) -> str:
    """Return as whom this operator goes to the ledger of a team."""
    return team.role or team.role_in_address or os.environ.get("PGUSER") or account_name(os.getuid())


def account_name(uid: int) -> str:
    """Return the name of an account of the operating system; its number where it has none (in a container)."""
    import pwd  # noqa: PLC0415 - POSIX only

    try:
        return pwd.getpwuid(uid).pw_name
    except (KeyError, OSError):
        return str(uid)


def login_uid(place: Path = LOGIN_UID) -> int | None:
    """Return the uid that logged in, which su and sudo do not change; None where the system does not say."""
    try:
        found = int(place.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return None if found == _NOT_SET else found
