"""Builds what keeps that something was done: a file of this account, or the ledger of a team."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from tui_reseller.cli.entry_points import PrivateLedger
from tui_reseller.domain.environment import LEDGER
from tui_reseller.domain.errors import BadConfig, InvalidInput
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.team import Team, checked_address
from tui_reseller.services.approval_ports import ApprovalsPort
from tui_reseller.services.ledger_ports import JobsPort, LedgerPort, VaultPort
from tui_reseller.services.team_ports import ColleaguesPort, MovePort, TeamPort
from tui_reseller.storage.config import ConfigFile
from tui_reseller.storage.ledger.sqlite.jobs import Jobs
from tui_reseller.storage.ledger.sqlite.ledger import Ledger
from tui_reseller.storage.ledger.sqlite.vault import Vault
from tui_reseller.storage.paths import Paths
from tui_reseller.system.current_operator import role_in, this_operator
from tui_reseller.wiring.moving import GET_DRIVER, NO_DRIVER, Mover


class Kept(NamedTuple):
    """Where it is kept what was done; team is that of a team as a whole, mover the way of a file there, role
    who this operator is in it.
    """

    ledger: LedgerPort
    vault: VaultPort
    jobs: JobsPort
    mover: MovePort
    team: TeamPort | None = None
    colleagues: ColleaguesPort | None = None
    approvals: ApprovalsPort | None = None
    role: str = ""


def kept_in(paths: Paths, config: ConfigFile, address: str) -> Kept:
    """Return the ledger of a team, where an address or the config names one, else that of this account.

    Raises BadConfig for an address that cannot be one, and where the driver is missing.
    """
    mover = Mover(paths.state, config, _password, partial(_accounts, config), paths.config)
    team = _team(config, address)
    if team is not None:
        return _of_team(team, paths.config, mover)
    ledger = Ledger(
        paths.state,
        syslog=lambda: config.load().settings.syslog,
        accounts=partial(_accounts, config),
        receipts=paths.config,
        settle=mover.settle,
    )
    return Kept(ledger, Vault(ledger, paths.state), Jobs(ledger, paths.state), mover)


def _accounts(config: ConfigFile) -> list[str]:
    return [profile.account for profile in config.load().profiles.values()]


def _team(config: ConfigFile, address: str) -> Team | None:
    found = None
    try:
        found = config.team()
    except BadConfig:
        if not address:  # whoever opens a profile is told what is wrong, and without one nothing is sent
            return None
    if not address:
        return found
    try:
        checked = checked_address(address)
    except InvalidInput as error:
        raise BadConfig(f"{LEDGER}: {error.message}", hint=error.hint) from None
    return replace(found, ledger=checked) if found is not None else Team(checked)


@contextmanager
def private_ledger(folder: Path | None) -> Iterator[PrivateLedger]:
    """Start a PostgreSQL of our own with a team's ledger in it. Raises BadConfig, RefusedHere, LedgerUnavailable."""
    _need_driver()
    from tui_reseller.storage.ledger.postgresql.trial import DATABASE, PEOPLE, prepare  # noqa: PLC0415 - most have none
    from tui_reseller.system.private_postgres import FOR_ROOT, OWNER, running  # noqa: PLC0415

    if folder is None:
        folder = FOR_ROOT if os.geteuid() == 0 else Paths.default().state / "ledger-dev"
    with running(folder.absolute()) as server:
        prepare(partial(server.address, OWNER))
        yield PrivateLedger({one: server.address(one, DATABASE) for one in PEOPLE}, server.folder, server.lives)


def _need_driver() -> None:
    if find_spec("psycopg") is None:
        raise BadConfig(NO_DRIVER, hint=GET_DRIVER)


def _of_team(team: Team, receipts: Path, mover: MovePort) -> Kept:
    _need_driver()
    from tui_reseller.storage.ledger.postgresql.administration import TeamAdministration  # noqa: PLC0415 - most have none
    from tui_reseller.storage.ledger.postgresql.approvals import TeamApprovals  # noqa: PLC0415
    from tui_reseller.storage.ledger.postgresql.colleagues import TeamColleagues  # noqa: PLC0415
    from tui_reseller.storage.ledger.postgresql.jobs import TeamJobs  # noqa: PLC0415
    from tui_reseller.storage.ledger.postgresql.ledger import TeamLedger  # noqa: PLC0415
    from tui_reseller.storage.ledger.postgresql.password import Password  # noqa: PLC0415
    from tui_reseller.storage.ledger.postgresql.vault import TeamVault  # noqa: PLC0415

    password = Password(partial(_password, team))
    ledger = TeamLedger(team, password, claims=this_operator(os.environ).user, receipts=receipts)
    return Kept(
        ledger, TeamVault(ledger), TeamJobs(ledger), mover, TeamAdministration(team, password), TeamColleagues(ledger),
        TeamApprovals(ledger), role_in(team),
    )  # fmt: skip


def _password(team: Team) -> Secret | None:
    """Ask the operator's command for the password of the role. Raises CredentialStoreError."""
    if not team.password_command:
        return None
    from tui_reseller.credentials.command import credential_from_command  # noqa: PLC0415 - only who connects asks

    asks = Profile("[team]", api_user=team.role, credential_command=team.password_command)
    return asyncio.run(credential_from_command(asks, os.environ)).key
