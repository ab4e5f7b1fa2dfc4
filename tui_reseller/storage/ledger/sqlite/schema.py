"""The ledger's tables: the audit log, and what keeps it append-only; jobs and their items, which point into it; the
spellings of accounts.
"""

APPLICATION_ID = 0x54554952
"""TUIR: distinguishes our file from any other SQLite file."""
VERSION = 3
"""Of the schema. A ledger with a higher one is refused, never changed."""

ROWS = """
CREATE TABLE rows (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    entry TEXT NOT NULL,
    time TEXT NOT NULL,
    profile TEXT,
    account TEXT,
    operation TEXT,
    username TEXT,
    target TEXT,
    batch TEXT,
    outcome TEXT,
    body TEXT NOT NULL,
    format INTEGER,
    undoes TEXT,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    CHECK (kind <> 'intent' OR (account IS NOT NULL AND username IS NOT NULL AND operation IS NOT NULL)),
    CHECK (kind <> 'outcome' OR outcome IS NOT NULL)
);
"""
"""Kinds: intent, outcome; link (an undo of an older version and what it takes back), job (what a job was made of), note
(a label and a note of ours on a customer); others are for newer versions, which need no other table. Format is NULL for
rows of the versions 1 and 2: their hash does not cover the columns that came later.
"""

RULES = """
CREATE UNIQUE INDEX intents ON rows (entry) WHERE kind = 'intent';
CREATE INDEX outcomes ON rows (entry, number) WHERE kind = 'outcome';
CREATE INDEX customers ON rows (account, username) WHERE kind = 'intent';
CREATE INDEX targets ON rows (account, target) WHERE kind = 'intent' AND target IS NOT NULL;
CREATE INDEX operations ON rows (account, operation) WHERE kind = 'intent';
CREATE INDEX batches ON rows (batch) WHERE kind = 'intent' AND batch IS NOT NULL;
CREATE INDEX links ON rows (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX linked ON rows (entry) WHERE kind = 'link';
CREATE INDEX made ON rows (entry) WHERE kind = 'job';
CREATE INDEX needing ON rows (entry)
    WHERE kind = 'outcome' AND outcome IN ('unknown', 'conflict', 'partial', 'unverifiable');
CREATE TRIGGER no_update BEFORE UPDATE ON rows
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER no_delete BEFORE DELETE ON rows
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER no_replace BEFORE INSERT ON rows
    WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM rows)
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
"""

HAS_END = """instr(body, '"until":"') > 0"""
"""Whether an intent was given an end, as a condition on its JSON (encoding.compact): its texts have no bare quote."""

ENDS = f"CREATE INDEX IF NOT EXISTS ends ON rows (account, username) WHERE kind = 'intent' AND {HAS_END};\n"
"""Who was given an end. Made also where a ledger of this version lacks it: it holds nothing that is not in the rows."""

JOBS = """
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    digest TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    time TEXT NOT NULL,
    total INTEGER NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    why TEXT NOT NULL DEFAULT '',
    wanted TEXT NOT NULL DEFAULT ''
);
"""

ITEMS = """
CREATE TABLE job_items (
    job INTEGER NOT NULL REFERENCES jobs (number),
    seq INTEGER NOT NULL,
    step INTEGER NOT NULL DEFAULT 0,
    username TEXT NOT NULL,
    body TEXT NOT NULL,
    entry TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    outcome TEXT,
    message TEXT,
    PRIMARY KEY (job, seq, step)
) WITHOUT ROWID;
CREATE UNIQUE INDEX job_customers ON job_items (job, username, step);
CREATE INDEX job_waiting ON job_items (job, seq) WHERE entry IS NULL AND outcome IS NULL;
"""
"""What became of an item stands in the audit log (entry); outcome and message are only for an item that was refused
before anything was written down. Step is for customers who take several calls.
"""

ALIASES = """
CREATE TABLE aliases (
    alias TEXT NOT NULL,
    account TEXT NOT NULL,
    PRIMARY KEY (alias, account)
) WITHOUT ROWID;
"""
"""Spellings of accounts in rows of older versions. Account is the key of one that claims it; empty for the spelling
itself. One that several claim locks under all of them.
"""

NOTES = """
CREATE INDEX IF NOT EXISTS notes ON rows (account, username, time, body, kind) WHERE kind = 'note';
"""
"""All of a note stands in it: notes lie far apart among the rows, and to fetch each from there would read nearly the
whole file. It came with labels and notes, which need no other version: a ledger without it is only slower. Whoever
opens one for writing adds it.
"""

SCHEMA = ROWS + RULES + ENDS + JOBS + ITEMS + ALIASES + NOTES
