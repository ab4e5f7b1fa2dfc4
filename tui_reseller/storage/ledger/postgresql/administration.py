"""A team's ledger as a whole: made, brought to our version, looked at; and who may work there."""

import os
import platform
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui_reseller.domain.errors import InvalidInput, LedgerUnavailable, RefusedHere
from tui_reseller.domain.printed import command
from tui_reseller.domain.team import (
    EVERY_ACCOUNT,
    AccountSettings,
    AccountState,
    Colleague,
    Copies,
    Member,
    Team,
    TeamLedgerState,
)
from tui_reseller.domain.text import quoted
from tui_reseller.domain.vault import Anchor
from tui_reseller.storage.ledger.encoding import compact, escaped, unescaped
from tui_reseller.storage.ledger.postgresql.heartbeat import colleagues
from tui_reseller.storage.ledger.postgresql.lane import Lane, Result
from tui_reseller.storage.ledger.postgresql.password import Password

if TYPE_CHECKING:
    from tui_reseller.storage.ledger.postgresql.link import Link

SECONDS = 60.0
"""How long the server may take for one answer."""


class _Desk:
    """A connection for one piece of work."""

    link: "Link | None" = None

    def close(self) -> None:
        """Close it."""
        if self.link is not None:
            self.link.close()
            self.link = None


class TeamAdministration:
    """What is done to a team's ledger as a whole. Every method may raise LedgerUnavailable."""

    def __init__(self, team: Team, password: Password | None = None) -> None:
        self._team = team
        self._password = password or Password()

    async def init(self) -> int:
        """Make the ledger; its maker may do everything in it. Raises RefusedHere if there is one."""

        def work(link: "Link") -> int:
            from tui_reseller.storage.ledger.postgresql import schema  # noqa: PLC0415 - the driver, at the first need

            had = schema.version_of(link.database)
            if had:
                raise RefusedHere(
                    f"there is a ledger already (schema {had}); nothing was changed", hint=command("ledger", "show")
                )
            schema.migrate(link.database)
            schema.join_as_admin(link.database)
            return schema.VERSION

        return await self._work(work, is_known=False)

    async def migrate(self) -> tuple[int, int]:
        """Bring the ledger to our version. Raises RefusedHere if there is none."""

        def work(link: "Link") -> tuple[int, int]:
            from tui_reseller.storage.ledger.postgresql import schema  # noqa: PLC0415 - as above

            had = schema.version_of(link.database)
            if not had:
                raise RefusedHere("there is no ledger in this database", hint=command("ledger", "init"))
            if had > schema.VERSION:
                raise RefusedHere(
                    f"a newer version of this program made it (schema {had}, known: {schema.VERSION})",
                    hint="update tui-reseller; nothing was changed",
                )
            return schema.migrate(link.database), schema.VERSION

        return await self._work(work, is_known=False)

    async def show(self) -> TeamLedgerState:
        """Return what the ledger is, and who we are there."""

        def work(link: "Link") -> TeamLedgerState:
            ((ledger_id, version, role),) = link.execute("SELECT id::text, version, session_user::text FROM meta")
            accounts = link.execute(
                "SELECT a.name, r.number, encode(r.hash, 'hex'), "
                "(SELECT count(*) FROM open_operations o WHERE o.account = a.name), h.role::text, h.pid, "
                "a.approvals, a.per_second "
                "FROM accounts a LEFT JOIN LATERAL (SELECT x.number, x.hash FROM rows x WHERE x.account = a.name "
                "ORDER BY x.number DESC LIMIT 1) r ON true LEFT JOIN LATERAL holder(a.name) h ON true ORDER BY a.name"
            )
            return TeamLedgerState(
                link.place,
                ledger_id,
                version,
                role,
                tuple(_members(link, "WHERE role = session_user")),
                tuple(
                    AccountState(
                        unescaped(name),
                        Anchor(number or 0, hashed or ""),
                        count,
                        (who, pid) if who else None,
                        AccountSettings(*settings),
                    )
                    for name, number, hashed, count, who, pid, *settings in accounts
                ),
            )

        return await self._work(work)

    async def copies(self) -> Copies:
        """Return which standbys the server feeds, and whether it waits for any."""
        query = (
            "SELECT (SELECT count(*) FROM pg_stat_replication) + (SELECT count(*) FROM pg_replication_slots s "
            "WHERE s.slot_type = 'physical' AND NOT s.active), current_setting('synchronous_standby_names') <> ''"
        )

        def work(link: "Link") -> Copies:
            ((count, waits),) = link.execute(query)
            return Copies(int(count), bool(waits))

        return await self._work(work)

    async def members(self) -> Sequence[Member]:
        """Return who may do what, as far as we may know."""
        return await self._work(lambda link: _members(link, ""))

    async def add_member(self, member: Member) -> None:
        """Let somebody work there. Raises InvalidInput for a role that PostgreSQL does not know."""

        def work(link: "Link") -> None:
            if not link.execute("SELECT FROM pg_roles WHERE rolname = ?", (member.role,)):
                raise InvalidInput(
                    f"PostgreSQL knows no role {quoted(member.role)}; nothing was changed",
                    field="role",
                    hint="who administers it makes one: CREATE ROLE ... LOGIN",
                )
            link.execute("SELECT member_add(?, ?, ?)", (member.role, _stored(member.account), list(member.may)))

        await self._work(work)

    async def remove_member(self, role: str, account: str) -> int:
        """Take all rights in an account from somebody; return how many they were."""

        def work(link: "Link") -> int:
            ((found,),) = link.execute("SELECT member_remove(?, ?)", (role, _stored(account)))
            return int(found)

        return await self._work(work)

    async def here(self) -> Sequence[Colleague]:
        """Return which windows are open, in every account that we may read."""

        def work(link: "Link") -> Sequence[Colleague]:
            ((told,),) = link.execute("SELECT here(NULL, NULL)")
            return colleagues(told)

        return await self._work(work)

    async def set_account(
        self, account: str, *, approvals: int | None = None, per_second: float | None = None
    ) -> AccountSettings:
        """Set what holds for all who work in an account, and return all of it."""
        given = {"approvals": approvals, "per_second": per_second}
        wanted = compact({name: value for name, value in given.items() if value is not None})
        name, claims = _stored(account), compact({"host": platform.node(), "pid": os.getpid()})

        def work(link: "Link") -> AccountSettings:
            ((session,),) = link.execute("SELECT hello(?::jsonb)", (claims,))
            try:
                link.execute("SELECT account_set(?, ?, ?::jsonb)", (name, session, wanted))
            finally:
                link.execute("SELECT bye(?)", (session,))
            ((needed, rate),) = link.execute("SELECT approvals, per_second FROM account_settings(?)", (name,))
            return AccountSettings(needed, rate)

        return await self._work(work)

    async def _work(self, work: "Callable[[Link], Result]", *, is_known: bool = True) -> Result:
        lane: Lane[_Desk] = Lane("ledger-admin", _Desk, SECONDS)

        def worded(desk: _Desk) -> Result:
            from tui_reseller.storage.ledger.postgresql.link import Link  # noqa: PLC0415 - as above

            desk.link = Link(self._team, self._password, is_known=is_known)
            return _worded(desk.link, work)

        try:
            return await lane.wait(lane.submit(worded))
        finally:
            await lane.aclose()


def _worded(link: "Link", work: "Callable[[Link], Result]") -> Result:
    """Do work, with errors of the driver as ours."""
    import psycopg  # noqa: PLC0415 - as above

    from tui_reseller.storage.ledger.postgresql.errors import LAST_ADMIN, away, code_of, worded  # noqa: PLC0415

    try:
        return work(link)
    except psycopg.errors.InsufficientPrivilege as error:
        raise LedgerUnavailable(
            f"ledger {link.place}: role {quoted(link.role)} may not do this; nothing was changed",
            hint="making and migrating needs CREATEROLE, and CREATE on the database; members are named by an admin",
        ) from error
    except psycopg.Error as error:
        if code_of(error) == LAST_ADMIN:
            raise RefusedHere(
                "refused: nobody would be left who may say who works there; nothing was changed"
            ) from error
        if link.was_cut:
            raise away(link.place, f"PostgreSQL did not answer within {SECONDS:g} seconds") from error
        raise worded(link.place, error) from error


def _members(link: "Link", where: str) -> list[Member]:
    found = link.execute(
        "SELECT role::text, account, array_agg(may ORDER BY may) FROM members "  # noqa: S608 - our own text
        f"{where} GROUP BY role, account ORDER BY 1, 2"
    )
    return [Member(role, _told(account), tuple(may)) for role, account, may in found]


def _stored(account: str) -> str:
    return account if account == EVERY_ACCOUNT else escaped(account)


def _told(account: str) -> str:
    return account if account == EVERY_ACCOUNT else unescaped(account)
