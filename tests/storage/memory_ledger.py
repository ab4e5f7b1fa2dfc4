"""A ledger in memory: the rules on a list of rows. It shows what an adapter has to bring, and nothing more."""

import asyncio
import json
import math
from collections import defaultdict
from dataclasses import replace

from tui_reseller.domain.audit import AuditQuery, ChainReport, utc_text
from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.providers import provider_of
from tui_reseller.storage.ledger import rules
from tui_reseller.storage.ledger.chain import BEGINNING, Anchor, first_break, linked
from tui_reseller.storage.ledger.encoding import escaped, unescaped
from tui_reseller.storage.ledger.entry_ids import typed_entry_id
from tui_reseller.storage.ledger.note_rows import (
    AppliedRow,
    NoteRow,
    following,
    note_row,
    read_note,
    refuse_overtaken,
    standing_notes,
)
from tui_reseller.storage.ledger.replay import last_set, replayed
from tui_reseller.storage.ledger.rows import EntryRow, intent_row, outcome_row, plain_row, read_entry, said_by
from tui_reseller.storage.ledger.spans import Rename, spans_of
from tui_reseller.system.clock import utc_now
from tui_reseller.system.process import Process


class MemoryTransaction:
    """What the rules need (rules.Transaction)."""

    def __init__(self, now):
        self.now = now
        self.links, self.notes, self.customer_notes = [], [], []
        self.intents, self.outcomes = {}, {}
        self.named = defaultdict(list)

    def last_entry_id(self):
        return next(reversed(self.intents), None)

    def entry(self, entry_id):
        if entry_id not in self.intents:
            raise LedgerUnavailable("ledger: it has no operation with this id")
        return _entry_of(self.intents[entry_id], self.outcomes.get(entry_id))

    def entries(self):
        return [self.entry(entry_id) for entry_id in self.intents]

    def open_of(self, account, username):
        found = [self.entry(entry_id) for entry_id in self.named[escaped(account), escaped(username)]]
        had_it_first = sorted(found, key=lambda entry: entry.username != username)
        return [entry for entry in had_it_first if entry.outcome is None or entry.outcome.needs_you]

    def unanswered(self):
        return [self.entry(entry_id) for entry_id in self.intents if entry_id not in self.outcomes]

    def is_touched_since(self, account, username, since):
        def is_later(row):
            return row.number > since if isinstance(since, int) else row.time >= utc_text(since)

        return any(
            is_later(row) or (entry_id in self.outcomes and is_later(self.outcomes[entry_id]))
            for entry_id, row in self.intents.items()
            if row.account == escaped(account) and escaped(username) in {row.username, row.target}
        )

    def claim(self, _item, _entry_id):
        return True

    def append_intent(self, entry_id, intent):
        row = intent_row(len(self.links) + 1, entry_id, self.now(), intent, Process(1, "", "here", ""))
        self._append(row)
        self.intents[entry_id] = row
        for name in dict.fromkeys(filter(None, (row.username, row.target))) or ("",):
            self.named[row.account, name].append(entry_id)

    def append_outcome(self, entry, outcome, message, *, target=None, is_observed=False):
        number = len(self.links) + 1
        row = outcome_row(number, entry.id, self.now(), outcome, message, target=target, is_observed=is_observed)
        self._append(row)
        self.outcomes[entry.id] = row

    def append_note(self, kind, entry, body):
        row = plain_row(len(self.links) + 1, kind, escaped(entry), self.now(), body)
        self._append(row)
        self.notes.append(row)

    def append_customer_note(self, row):
        self._append(row)
        self.customer_notes.append(row)

    def _append(self, row):
        last = self.links[-1] if self.links else None
        self.links.append(linked(row, Anchor(last.row.number, last.hash) if last else BEGINNING))


class MemoryLedger:
    """A LedgerPort. It yields to the event loop as one on a disk does."""

    def __init__(self, now=utc_now):
        self._rows = MemoryTransaction(now)

    async def begin(self, intent, *, untouched_since=()):
        await asyncio.sleep(0)
        return rules.begin(self._rows, intent, untouched_since)

    async def already(self, intent, message):
        return rules.already(self._rows, intent, message)

    async def finish(self, entry_id, outcome, message, *, target=None, is_observed=False, is_answer=False):
        how = {"target": target, "is_observed": is_observed, "is_answer": is_answer}
        rules.finish(self._rows, entry_id, outcome, message, **how)
        await asyncio.sleep(0)

    async def get(self, entry_id):
        typed = typed_entry_id(entry_id)
        return self._rows.entry(typed) if typed in self._rows.intents else None

    async def entries(self, query):
        spans = None if query.username is None else self._spans(query)
        rows = self._rows.intents
        found = [
            entry for entry in reversed(self._rows.entries()) if _is_asked_for(rows[entry.id], entry, query, spans)
        ]
        return found[: query.limit or None]

    async def count(self, query):
        return len(await self.entries(replace(query, limit=0)))

    async def needs_you(self, account=None):
        return [
            entry
            for entry in self._rows.entries()
            if entry.outcome and entry.outcome.needs_you and account in {None, entry.account}
        ]

    async def last_set(self, account):
        provider = provider_of(account)
        entries = [entry for entry in self._rows.entries() if entry.account == account]
        return last_set(provider, [entry for entry in entries if entry.operation in replayed(provider)])

    async def around_ends(self, account, usernames=None):
        entries = [entry for entry in self._rows.entries() if account in {None, entry.account}]
        around = {(entry.account, entry.username) for entry in entries if entry.until and usernames is None} | {
            (account, name) for name in usernames or ()
        }
        renames = [
            {(entry.account, entry.username), (entry.account, unescaped(target))}
            for entry in entries
            if (target := self._rows.intents[entry.id].target)
        ]
        while more := set().union(*(both for both in renames if both & around)) - around:
            around |= more
        return [entry for entry in entries if (entry.account, entry.username) in around]

    async def note(self, _account, kind, entry, body):
        self._rows.append_note(kind, entry, body)

    async def notes(self, kind, entry):
        rows = [row for row in reversed(self._rows.notes) if (row.kind, row.entry) == (kind, escaped(entry))]
        return [(row.time, said_by(json.loads(row.body), "")) for row in rows]

    async def newest_id(self, _account):
        return self._rows.last_entry_id() or ""

    async def write_note(self, profile, account, note, seen):
        refuse_overtaken(provider_of(account), note, self._note_rows(account, note.username),
                         self._applied(account, note.username), seen)  # fmt: skip
        written = replace(note, time=self._rows.now(), number=len(self._rows.links) + 1)
        self._rows.append_customer_note(note_row(written.number, profile, account, written))
        return written

    async def customer_notes(self, account, usernames=None):
        found = standing_notes(provider_of(account), self._note_rows(account), self._applied(account))
        return [note for note in found if usernames is None or note.username in usernames]

    async def noted_since(self, account, row):
        return list({unescaped(one.username): None for one in self._note_rows(account) if one.number > row})

    async def note_history(self, account, username):
        spans = self._spans(AuditQuery(account=account, username=username))
        return [
            read_note(row)
            for row in sorted(self._note_rows(account), reverse=True)
            if any(span.username == row.username and span.first <= row.number <= span.last for span in spans)
        ]

    def _note_rows(self, account, username=None):
        return [
            NoteRow(row.number, row.username, row.time, row.body)
            for row in self._rows.customer_notes
            if row.account == escaped(account) and (username is None or row.username == escaped(username))
        ]

    def _applied(self, account, username=None):
        rows, wanted = self._rows, following(provider_of(account))
        return [
            AppliedRow(row.number, rows.outcomes[entry].number, row.operation, row.username, row.target, row.body)
            for entry, row in rows.intents.items()
            if row.account == escaped(account)
            and (username is None or escaped(username) in {row.username, row.target})
            and row.operation in {operation.value for operation in wanted}
            and entry in rows.outcomes
            and rows.entry(entry).outcome.is_applied
        ]

    async def newest(self, _account):
        return len(self._rows.links)

    def stamp(self):
        return len(self._rows.links)

    async def written_since(self, account, row, limit):
        found = [
            self._rows.entry(entry_id)
            for entry_id, intent in self._rows.intents.items()
            if intent.account == escaped(account)
            and (
                intent.number > row or (entry_id in self._rows.outcomes and self._rows.outcomes[entry_id].number > row)
            )
        ]
        return found[-limit:]

    async def is_touched_since(self, account, username, since):
        return self._rows.is_touched_since(account, username, since)

    async def check(self):
        return ChainReport(len(self._rows.links), first_break(self._rows.links))

    async def recover(self):
        return rules.recover(self._rows)

    async def send_until(self, _entry_id=""):
        return math.inf

    def complaint(self):
        return ""

    async def aclose(self):
        return None

    def _spans(self, query):
        applied = {entry.id for entry in self._rows.entries() if entry.outcome and entry.outcome.is_applied}
        renames = [
            Rename(row.number, row.account, row.username, row.target)
            for row in self._rows.intents.values()
            if row.target and row.entry in applied and query.account in {None, row.account}
        ]
        renames += [
            Rename(intent.number, intent.account, intent.username, outcome.target)
            for name, outcome in self._rows.outcomes.items()
            if outcome.target
            and name in applied
            and query.account in {None, (intent := self._rows.intents[name]).account}
        ]
        return spans_of(escaped(query.username), None if query.account is None else escaped(query.account), renames)


def _entry_of(intent, outcome):
    columns = (None,) * 4 if outcome is None else (outcome.outcome, outcome.time, outcome.body, outcome.target)
    row = EntryRow(
        intent.entry, intent.time, intent.profile, intent.account, intent.operation, intent.username, intent.batch,
        intent.body, intent.format, intent.undoes, None, *columns,
    )  # fmt: skip
    return read_entry(row, lambda _process, _began: True, {})


def _is_asked_for(row, entry, query, spans):
    wanted = {"account": query.account, "profile": query.profile, "batch": query.batch, "operation": query.operation}
    if any(value is not None and getattr(entry, name) != value for name, value in wanted.items()):
        return False
    if (query.since and entry.time < query.since) or (query.until and entry.time >= query.until):
        return False
    within = spans is None or any(
        span.account in {None, row.account}
        and span.username in {row.username, row.target}
        and span.first <= row.number <= span.last
        for span in spans
    )
    return within and query.shows(entry)
