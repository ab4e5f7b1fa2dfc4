"""The way of a ledger from a file into that of a team: the two know nothing of each other."""

import asyncio
import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from tui_reseller.domain.audit import Operator
from tui_reseller.domain.errors import BadConfig, LedgerUnavailable
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.team import MovedLedger, Team, checked_address
from tui_reseller.storage.config import ConfigFile
from tui_reseller.storage.ledger.receipt import REMEDIES
from tui_reseller.storage.ledger.sqlite.ledger import Ledger
from tui_reseller.storage.paths import LEDGER
from tui_reseller.system.clock import utc_now

NO_DRIVER = "the ledger of a team needs the driver of PostgreSQL"
GET_DRIVER = "pip install 'tui-reseller[team]'"


class Mover:
    """Moves the file of this account."""

    def __init__(
        self,
        folder: Path,
        config: ConfigFile,
        password: Callable[[Team], Secret | None],
        accounts: Callable[[], Iterable[str]],
        receipts: Path,
    ) -> None:
        self._folder = folder
        self._config = config
        self._password = password
        self._accounts = accounts
        self._file = Ledger(folder, accounts=accounts, receipts=receipts, settle=self.settle)

    async def move(self, address: str, operator: Operator) -> MovedLedger:
        """Move the ledger there, all of it or nothing."""
        if find_spec("psycopg") is None:
            raise BadConfig(NO_DRIVER, hint=GET_DRIVER)
        team = self._at(checked_address(address))
        await self._ready()
        return await asyncio.to_thread(self._move, team, operator)

    async def _ready(self) -> None:
        """Bring the file to our version and see that nothing speaks against it."""
        if not self._is_there():
            return
        try:
            doubt = await self._file.run(lambda connection: connection.doubt)
            if doubt:
                raise LedgerUnavailable(doubt, hint=REMEDIES)
            await self._file.recover()
        finally:
            await self._file.aclose()

    def _is_there(self) -> bool:
        return os.path.lexists(self._folder / LEDGER)

    def _move(self, team: Team, operator: Operator) -> MovedLedger:
        from tui_reseller.storage.ledger.postgresql.archive import take_in  # noqa: PLC0415 - the driver, where it is needed
        from tui_reseller.storage.ledger.postgresql.password import Password  # noqa: PLC0415
        from tui_reseller.storage.ledger.sqlite.leaving import leaving  # noqa: PLC0415 - seldom

        with leaving(self._folder, utc_now, self._known()) as file:
            said = {"operator": operator.as_dict(), "rows": file.head.number}
            taken = take_in(team, Password(partial(self._password, team)), file, said, file.decide)
            file.leave()
            return MovedLedger(team.place, taken.place.archive, file.head, taken.opened, taken.shift, file.kept)

    def settle(self) -> None:
        """Bring a move that was broken off to its end. Raises LedgerUnavailable where that cannot be found out."""
        from tui_reseller.storage.ledger.sqlite import moved  # noqa: PLC0415 - seldom

        if not os.path.lexists(self._folder / moved.NOTE):
            return
        from tui_reseller.storage.ledger.archive import Place  # noqa: PLC0415 - as above
        from tui_reseller.storage.ledger.postgresql.archive import is_there  # noqa: PLC0415 - as above
        from tui_reseller.storage.ledger.postgresql.password import Password  # noqa: PLC0415
        from tui_reseller.storage.ledger.sqlite.errors import ledger_errors  # noqa: PLC0415
        from tui_reseller.storage.ledger.sqlite.opening import LOCK  # noqa: PLC0415
        from tui_reseller.system.files import only_writer  # noqa: PLC0415

        def asked(place: Place) -> bool:
            team = self._at(place.address)
            return is_there(team, Password(partial(self._password, team)), place)

        with ledger_errors(self._folder / LEDGER), only_writer(self._folder / LOCK):
            moved.settle(self._folder, asked)

    def _known(self) -> Iterable[str]:
        try:
            return self._accounts()
        except BadConfig:  # opening a profile reports it
            return ()

    def _at(self, address: str) -> Team:
        found = self._config.team()
        return replace(found, ledger=address) if found is not None else Team(address)
