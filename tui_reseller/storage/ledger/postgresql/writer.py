"""Writing to a team's ledger: its session, groups of operations in one transaction, and what follows a lost connection.

Who has a session may have operations on their way. A session lives as long as it is heard of; its process may let calls
leave for half of that time after it was last heard of, so that each has come to an end before others take it for lost.
"""

import contextlib
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from tui_reseller.domain.errors import LedgerUnavailable, RefusedHere
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.vault import Anchor
from tui_reseller.storage.ledger.encoding import compact
from tui_reseller.storage.ledger.postgresql.errors import (
    NOT_APPROVED,
    OTHER_PLAN,
    READ_ONLY_HINT,
    REFUSALS,
    SESSION_OVER,
    away,
    code_of,
    worded,
)
from tui_reseller.storage.ledger.postgresql.link import Link
from tui_reseller.storage.ledger.postgresql.receipts import AccountChain, TeamReceipts, doubt_of
from tui_reseller.storage.ledger.postgresql.refused import refused
from tui_reseller.storage.ledger.postgresql.signs import Signs

Op = Mapping[str, object]
Answer = dict[str, Any]
NEVER_LEFT = "the connection to the ledger was lost before this was known to be written down: nothing was sent"
REMEDY = "put the right ledger back; if you know why it is so: tui-reseller ledger accept --reason TEXT"
MOST = 500
"""Operations of one transaction: others wait for its lock."""


class Writer:
    """What writes, in one thread. Accounts are escaped. Every method may raise LedgerUnavailable."""

    def __init__(
        self,
        connect: Callable[[], Link],
        claims: Mapping[str, object],
        begun: dict[str, str],
        receipts: TeamReceipts,
        clock: Callable[[], float],
        longest: float,
    ) -> None:
        """Begun are the accounts of the operations that this process has begun and not finished, by their ids; they are
        kept here. Clock goes on while the machine sleeps. Longest is how many seconds the server may take for one
        answer, for the words of an error.
        """
        self._connect = connect
        self._clock = clock
        self._receipts = receipts
        self._doubts: dict[str, str] = {}
        self._claims = claims
        self._longest = longest
        self.link: Link | None = None
        self._session = ""
        self._lost: list[str] = []
        self._accounts: set[str] = set()
        self._unanswered: set[str] = set()  # accounts in which something may be begun of which nobody was told
        self.begun = begun
        self.unsure: set[str] = set()  # begun in a session that is over: others may have closed them
        self.send_until = -math.inf
        """Until when a call may leave, by the clock."""
        self.beat_seconds = 10.0
        self.signs = Signs()
        self._may_write = True

    def write(self, account: str, ops: Sequence[Op]) -> list[Answer]:
        """Write operations of one account in one transaction; return what is answered to each."""
        answers: list[Answer] = []
        for at in range(0, len(ops), MOST):
            answers += self._write(account, ops[at : at + MOST])
        return answers

    def _write(self, account: str, ops: Sequence[Op]) -> list[Answer]:
        link = self._ready()
        self._accounts.add(account)
        self._refuse_doubtful(link, account)
        self._unanswered.add(account)
        try:
            answers = self._call(link, account, ops)
        except psycopg.Error as error:
            if code_of(error) in {NOT_APPROVED, OTHER_PLAN}:
                return self._one_by_one(account, ops)
            if code_of(error) != SESSION_OVER:
                raise self._failed(link, account, error) from error
            self._end_session()
            answers = self._again(account, ops)
        self._unanswered.discard(account)
        for op, answer in zip(ops, answers, strict=True):
            if op["do"] == "begin" and "entry" in answer:
                self.begun[answer["entry"]] = account
            elif op["do"] == "finish":
                self.begun.pop(str(op["entry"]), None)
        return answers

    def _one_by_one(self, account: str, ops: Sequence[Op]) -> list[Answer]:
        """Write what was refused because of one of them: that one is answered so, the others are written."""
        if len(ops) == 1:
            return [{"unapproved": True}]
        return [self._write(account, [op])[0] for op in ops]

    def ask(self, account: str, call: str, first: object, values: Sequence[object]) -> Any:
        """Call a function of the schema in an account; its second argument is the session. Raises RefusedHere too."""
        link = self._ready()
        self._refuse_doubtful(link, account)
        try:
            ((found,),) = link.execute(f"SELECT {call}", (first, self._session, *values))
            self._receipts.of(link, account).keep(AccountChain(link, account).head())
        except psycopg.Error as error:
            if words := REFUSALS.get(code_of(error)):
                raise RefusedHere(f"refused: {words[0]}; nothing was changed", hint=words[1]) from None
            raise self._failed(link, account, error) from error
        return found

    def _again(self, account: str, ops: Sequence[Op]) -> list[Answer]:
        """Write what was refused because the session is over, in a new one: nothing of it was written."""
        link = self._ready()
        try:
            return self._call(link, account, ops)
        except psycopg.Error as error:
            raise self._failed(link, account, error) from error

    def _call(self, link: Link, account: str, ops: Sequence[Op]) -> list[Answer]:
        with_sign = self.signs.beside()
        ((told, *_),) = link.execute(f"SELECT write(?, ?, ?){with_sign}", (account, self._session, Jsonb(ops)))
        self.signs.owes = not with_sign
        if "number" in told:
            self._receipts.of(link, account).keep(Anchor(told["number"], told["hash"]))
        return list(told["answers"])

    def _refuse_doubtful(self, link: Link, account: str) -> None:
        """Raise LedgerUnavailable if an account may not be the one that was written to: looked at once a connection."""
        if account not in self._doubts:
            try:
                self._doubts[account] = doubt_of(link, self._receipts, account)
            except psycopg.Error as error:
                raise self._failed(link, account, error) from error
        if self._doubts[account]:
            raise LedgerUnavailable(self._doubts[account], hint=REMEDY)

    def doubts(self) -> dict[str, str]:
        """Return why accounts may not be those that were written to, by account."""
        link = self._linked()  # also for who may only read, and has no session
        try:
            names = [name for (name,) in link.execute("SELECT name FROM accounts ORDER BY name")]
            self._doubts = {name: doubt_of(link, self._receipts, name) for name in names}
        except psycopg.Error as error:
            raise self._failed(link, "", error) from error
        return {account: doubt for account, doubt in self._doubts.items() if doubt}

    def accept(self, account: str, body: Mapping[str, object]) -> Anchor:
        """Go on with an account that does not fit its receipt; return the row of it that records who decided that."""
        link = self._ready()
        receipt, chain = self._receipts.of(link, account), AccountChain(link, account)
        try:
            said = {"receipt": last.text if (last := receipt.last()) else "", "head": chain.head().text, **body}
            self._call(link, account, [{"do": "note", "kind": "accepted", "entry": "ledger", "body": compact(said)}])
            receipt.keep(chain.head(), anew=True)
            self._doubts[account] = ""
            return chain.head()
        except psycopg.Error as error:
            raise self._failed(link, account, error) from error

    def sign(self) -> None:
        """Tell others that something was written, if they were not told."""
        if self.signs.owes and self.link is not None:
            try:
                self.signs.give(self.link)
            except psycopg.Error as error:
                raise self._failed(self.link, "", error) from error

    def beat(self, place: Mapping[str, object] | None = None) -> Sequence[dict[str, Any]]:
        """Say that this process lives, if it has a session or is at a place; return who else is there."""
        if not (self._session or self._lost or place is not None):
            return ()
        link = self._linked()
        try:
            if place is not None and not self._has_session(link):
                ((told,),) = link.execute("SELECT here(?, NULL)", (place["account"],))
                return list(told)
            link, at = self._ready(), self._clock()
            if place is None:
                ((is_alive,),) = link.execute("SELECT beat(?)", (self._session,))
                told = [] if is_alive else None
            else:
                ((told,),) = link.execute("SELECT beat(?, ?)", (self._session, Jsonb(place)))
        except psycopg.Error as error:
            raise self._failed(link, "", error) from error
        if told is None:
            self._end_session()
            self._ready()
            return ()
        self._heard_of(at)
        return list(told)

    def _has_session(self, link: Link) -> bool:
        """Open a session if there is none; who may only read has none, which is no error. Raises psycopg.Error."""
        if not self._session and self._may_write:
            try:
                self._open_session(link)
            except psycopg.errors.InsufficientPrivilege:
                self._may_write = False
        return bool(self._session)

    def close(self) -> None:
        """End the session and the connection. What was lost, and may have begun something, is settled now or never."""
        if self._lost and self._unanswered:
            with contextlib.suppress(LedgerUnavailable):  # others find it unknown
                self._ready()
        if self.link is not None and self._session:
            with contextlib.suppress(psycopg.Error, LedgerUnavailable):  # it ends by itself
                self.sign()
                self.link.execute("SELECT bye(?)", (self._session,))
        self._end_session()
        self._doubts.clear()
        self._receipts.close()
        if self.link is not None:
            self.link.close()
            self.link = None

    def _linked(self) -> Link:
        """Return the connection."""
        if self.link is not None and self.link.is_gone():
            self._drop(self.link)
        if self.link is None:
            self.link = self._connect()
        return self.link

    def _ready(self) -> Link:
        """Return the connection, with a session."""
        link = self._linked()
        if not self._session:
            try:
                self._open_session(link)
            except psycopg.Error as error:
                raise self._failed(link, "", error) from error
        return link

    def _open_session(self, link: Link) -> None:
        """Open a session, and settle what lost ones have left: what is on its way goes on in this one."""
        link.refuse_other_time()
        at = self._clock()
        ((session, lease),) = link.execute(
            "SELECT hello(?), extract(epoch FROM lease())::integer", (Jsonb(self._claims),)
        )
        for old in self._lost:
            for account in sorted(self._accounts):
                kept = [entry for entry, place in self.begun.items() if place == account]
                self.unsure.update(kept)
                ((left,),) = link.execute("SELECT rejoin(?, ?, ?, ?)", (account, session, old, kept))
                ops = [
                    {"do": "finish", "entry": entry, "outcome": Outcome.NOT_SENT.value, "message": NEVER_LEFT}
                    for entry in left
                ]
                if ops:
                    link.execute("SELECT write(?, ?, ?)", (account, session, Jsonb(ops)))
        self._lost = []
        self._unanswered.clear()
        self._session = str(session)
        self._lease = float(lease)
        self.beat_seconds = self._lease / 12
        self._heard_of(at)

    def _heard_of(self, at: float) -> None:
        self.send_until = at + self._lease / 2

    def _end_session(self) -> None:
        if self._session:
            self._lost.append(self._session)
        self._session = ""

    def _drop(self, link: Link) -> None:
        link.close()
        self._doubts.clear()
        self.link = None
        self._may_write = True
        self._end_session()

    def _failed(self, link: Link, account: str, error: psycopg.Error) -> LedgerUnavailable:
        """Return an error of the driver as one of ours. After a lost connection the next call begins afresh."""
        if link.was_cut:
            self._drop(link)
            return away(link.place, f"PostgreSQL did not answer within {self._longest:g} seconds", READ_ONLY_HINT)
        if link.is_gone():
            self._drop(link)
            return worded(link.place, error)
        return refused(link, account, error)
