"""The bundle that both front doors hold: profiles, the audit log, and sessions."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from tui_reseller.domain.audit import Operator
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.job import Job
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.provider import Provider
from tui_reseller.services.approval_ports import ApprovalsPort
from tui_reseller.services.job_passwords import Made, PasswordFilesPort
from tui_reseller.services.ledger_ports import JobsPort, LedgerPort, VaultPort
from tui_reseller.services.list_ports import CustomerListPort, ExportPort, SnapshotPort
from tui_reseller.services.policy import Policy
from tui_reseller.services.ports import Clock, CredentialsPort, DraftsPort, PlanFilesPort, ViewsPort
from tui_reseller.services.profiles import Profiles
from tui_reseller.services.session import Connect, Session
from tui_reseller.services.team_ports import ColleaguesPort, MovePort, TeamPort
from tui_reseller.services.usage_port import SamplesPort


class LedgerUse(Enum):
    """What a piece of work needs of the ledger.

    Required: all of it, and without it nothing is done. Last_set: what this tool last set, as far as it can be read.
    None: the ledger is not touched.
    """

    REQUIRED = auto()
    LAST_SET = auto()
    NONE = auto()


@dataclass(frozen=True)
class Services:
    """Everything an operator can reach. Built by wiring, once."""

    profiles: Profiles
    ledger: LedgerPort
    vault: VaultPort
    snapshot: SnapshotPort
    credentials: CredentialsPort
    drafts: DraftsPort
    views: ViewsPort
    samples: SamplesPort
    clock: Clock
    operator: Operator
    connect: Connect
    new_list: Callable[[Provider], CustomerListPort]
    exporter: ExportPort
    jobs: JobsPort
    plans: PlanFilesPort
    password_files: PasswordFilesPort
    detach: Callable[[int, Profile, Credential | None, str], int]
    """Lets a job go on in a process of its own, with the reason of an unlocking; returns its number. Raises
    ResellerError.
    """
    write_new: Callable[[Path, bytes], None]
    """Writes a new private file, whole or not at all. Raises InvalidInput, BadConfig."""
    team: TeamPort | None = None
    """The ledger as a whole, if it is that of a team."""
    colleagues: ColleaguesPort | None = None
    """Who else works there, if it is that of a team."""
    approvals: ApprovalsPort | None = None
    """Plans that wait for the approval of others, in a ledger of a team."""
    mover: MovePort | None = None
    """Moves the file of this account into the ledger of a team."""

    def open(self, profile: Profile, *, read_only: bool = False, timeout: float | None = None) -> Session:
        """Open a profile. Nothing is read or sent yet. Of several profiles of one account the strictest rules hold."""
        profile = self.profiles.strictest(profile)
        return Session(
            policy=Policy(profile, self.clock, read_only=read_only, present=self.profiles.watched(profile)),
            clock=self.clock,
            operator=self.operator,
            ledger=self.ledger,
            snapshot=self.snapshot,
            customers=self.new_list(profile.service),
            credentials=self.credentials,
            connect=self.connect,
            timeout=timeout,
            retention=self.profiles.load().settings.retention,
        )

    @asynccontextmanager
    async def open_session(
        self,
        profile: Profile,
        *,
        read_only: bool = False,
        timeout: float | None = None,  # noqa: ASYNC109 - of each call of the session
        ledger: LedgerUse = LedgerUse.REQUIRED,
    ) -> AsyncIterator[Session]:
        """Open a profile for one piece of work: what the ledger knows is learnt first, everything is closed afterwards.

        Raises LedgerUnavailable where the ledger is required and cannot be used.
        """
        session = self.open(profile, read_only=read_only, timeout=timeout)
        try:
            if ledger is LedgerUse.REQUIRED:
                await session.catch_up()
            elif ledger is LedgerUse.LAST_SET:
                await session.last_set.learn()
            yield session
        finally:
            await session.aclose()

    def passwords_of(self, job: Job) -> Made | None:
        """Go on in the file of passwords that a job has, if it has one.

        Raises InvalidInput if it cannot be gone on with, RefusedHere if another process has it, BadConfig.
        """
        return Made(self.password_files.again(Path(job.passwords_to))) if job.passwords_to else None

    async def aclose(self) -> None:
        """Close the ledger."""
        await self.ledger.aclose()
