"""One call of a verb: its entry points, its common options, its two streams, and the way into the event loop."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from tui_reseller.cli.arguments import Common, Start, Writing
from tui_reseller.cli.console import Console
from tui_reseller.cli.entry_points import EntryPoints
from tui_reseller.cli.output import Output
from tui_reseller.cli.running import Signals
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.errors import BadConfig, CredentialStoreError, MissingCredentials
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.secret import Secret
from tui_reseller.services.job_passwords import unseen_words
from tui_reseller.services.services import LedgerUse, Services
from tui_reseller.services.session import Session


class Invocation:
    """What a verb works with."""

    def __init__(self, start: Start, common: Common) -> None:
        self.start = start
        self.common = common
        self.console = Console(quiet=common.quiet)
        self.out = Output(common.output, bom=common.bom)
        self.signals = Signals(self.console)

    @property
    def entry_points(self) -> EntryPoints:
        """What wiring fitted in."""
        return self.start.entry_points

    def run(self, work: Callable[[Services], Awaitable[int]]) -> int:
        """Do work that needs no ledger, or only parts that need no care; return its exit code. Services are closed
        afterwards.
        """

        async def whole() -> int:
            services = self.entry_points.services(self.common.profile, self.common.debug)
            try:
                return int(await work(services))
            finally:
                complaint = services.ledger.complaint()
                if complaint:
                    self.console.warn(complaint)
                await services.aclose()

        return self.signals.run(whole)

    def report_undelivered(self, services: Services) -> None:
        """Say where passwords are that an earlier command has made and not delivered."""
        try:
            words = unseen_words(services.password_files.left_behind())
        except BadConfig as error:
            words = error.message
        if words:
            self.console.warn(words)

    def with_ledger(self, work: Callable[[Services], Awaitable[int]]) -> int:
        """Do work on the audit log, of any account: operations of processes that have ended have become unknown."""

        async def recovered(services: Services) -> int:
            await services.ledger.recover()
            return await work(services)

        return self.run(recovered)

    def with_session(
        self,
        work: Callable[[Services, Session], Awaitable[int]],
        *,
        name: str | None = None,
        writing: Writing | None = None,
        ledger: LedgerUse = LedgerUse.REQUIRED,
    ) -> int:
        """Do the work with an opened profile: the named one, else --profile, else as Profiles.choose() decides.

        Writing are the options of a verb that changes customers.
        """

        async def opened(services: Services) -> int:
            if writing is not None:
                self.report_undelivered(services)
            profile = services.profiles.choose(name or self.common.profile, writing=writing is not None)
            async with self.session(services, profile, ledger, writing) as session:
                return await work(services, session)

        return self.run(opened)

    @asynccontextmanager
    async def session(
        self,
        services: Services,
        profile: Profile,
        ledger: LedgerUse = LedgerUse.REQUIRED,
        writing: Writing | None = None,
    ) -> AsyncIterator[Session]:
        """Open a profile with this command's options; every session of the command line is opened here."""
        common = self.common
        async with services.open_session(
            profile, read_only=common.read_only, timeout=common.timeout, ledger=ledger
        ) as session:
            session.waiting.tell = self._waits
            if writing is not None and writing.unlock is not None:
                session.policy.unlock_for_run(writing.unlock)
            if writing is not None and writing.break_glass is not None:
                await session.break_glass(writing.break_glass)
            yield session

    def _waits(self, words: str) -> None:
        """Say on stderr that something waits for the service."""
        if words:
            self.console.say(words)

    @staticmethod
    def account_named(services: Services) -> str | None:
        """Return the account of the profile that was named; None where none was: then all are meant."""
        return services.profiles.choose().account if services.profiles.named else None

    async def connect(self, session: Session) -> None:
        """Make the connection; ask a person for what no source has. Raises MissingCredentials."""
        try:
            await session.service()
        except CredentialStoreError:
            raise  # a source that is configured and fails is final
        except MissingCredentials:
            if not self.console.can_ask:
                raise
            typed = self._asked_for(session.profile, await session.credentials.get(session.profile))
            if typed is None:
                raise
            session.credentials.remember(session.profile, typed)
            await session.service()

    def _asked_for(self, profile: Profile, found: Credential | None) -> Credential | None:
        """Ask for what is missing; None if it is not typed."""
        key = found.key if found else self.console.ask_hidden(f'Key of profile "{profile.name}" ({profile.host})')
        if not key or not profile.wants_proxy_password:
            return Credential(key) if key else None
        password = (found.proxy_password if found else profile.proxy_password) or ask_proxy_password(
            self.console, profile
        )
        return Credential(key, password) if password else None


def ask_proxy_password(console: Console, profile: Profile) -> Secret:
    """Ask for the password of a profile's proxy, without echo."""
    return console.ask_hidden(f"Password of the proxy {profile.proxy}")
