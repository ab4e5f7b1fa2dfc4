"""Builds the services, each with its adapters, on a set of folders."""

import os
from dataclasses import replace
from functools import partial

from tui_reseller.credentials.credentials import Credentials
from tui_reseller.domain.profile import Profile
from tui_reseller.services.profiles import Profiles
from tui_reseller.services.services import Services
from tui_reseller.storage.customer_list import CustomerList
from tui_reseller.storage.drafts import Drafts
from tui_reseller.storage.export import Exporter
from tui_reseller.storage.new_file import write_new
from tui_reseller.storage.password_files import PasswordFiles
from tui_reseller.storage.paths import Paths
from tui_reseller.storage.plan_files import PlanFiles
from tui_reseller.storage.samples import Samples
from tui_reseller.storage.snapshot import Snapshots
from tui_reseller.storage.views import Views
from tui_reseller.system import logs
from tui_reseller.system.clock import SystemClock
from tui_reseller.system.current_operator import this_operator
from tui_reseller.system.detached_job import detach
from tui_reseller.wiring.clients import connect
from tui_reseller.wiring.config import config_in
from tui_reseller.wiring.ledger import kept_in


def profiles_in(
    paths: Paths, credentials: Credentials, *, named: str | None = None, environment: Profile | None = None
) -> Profiles:
    """Return the profiles of a set of folders; *named* is the one asked for, *environment* that of the environment."""
    return Profiles(config_in(paths), credentials, Snapshots(paths.cache), named=named, environment=environment)


def build(paths: Paths, credentials: Credentials, *, profiles: Profiles | None = None, ledger: str = "") -> Services:
    """Return the services on a set of folders, with its profiles if they are there already. Ledger is the address of a
    team's, in the place of the config's; empty leaves it to that. Raises BadConfig for an address that cannot be one.
    """
    profiles = profiles or profiles_in(paths, credentials)
    kept = kept_in(paths, config_in(paths), ledger)
    return Services(
        profiles=profiles,
        ledger=kept.ledger,
        vault=kept.vault,
        snapshot=profiles.snapshot,
        credentials=credentials,
        drafts=Drafts(paths.state),
        views=Views(paths.state),
        samples=Samples(paths.state),
        clock=SystemClock(),
        operator=replace(this_operator(os.environ), role=kept.role),
        connect=partial(connect, cache=paths.cache),
        new_list=CustomerList,
        exporter=Exporter(),
        jobs=kept.jobs,
        plans=PlanFiles(paths.state),
        password_files=PasswordFiles(paths.state),
        write_new=write_new,
        detach=partial(detach, paths.state / logs.FILE, ledger=ledger),
        team=kept.team,
        colleagues=kept.colleagues,
        approvals=kept.approvals,
        mover=kept.mover,
    )
