"""The ledger's tables: the audit log, and what keeps it append-only; jobs and their items, which point into it."""

APPLICATION_ID = 0x54554952
"""TUIR: tells our file from any other SQLite file."""
VERSION = 2
"""Of the schema. A ledger with a higher one is refused, never changed."""

SCHEMA = """
CREATE TABLE rows (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('intent', 'outcome')),
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
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    CHECK ((kind = 'intent') = (account IS NOT NULL AND username IS NOT NULL AND operation IS NOT NULL)),
    CHECK ((kind = 'outcome') = (outcome IS NOT NULL))
);
CREATE UNIQUE INDEX intents ON rows (entry) WHERE kind = 'intent';
CREATE INDEX outcomes ON rows (entry, number) WHERE kind = 'outcome';
CREATE INDEX customers ON rows (account, username) WHERE kind = 'intent';
CREATE INDEX targets ON rows (account, target) WHERE kind = 'intent' AND target IS NOT NULL;
CREATE INDEX operations ON rows (account, operation) WHERE kind = 'intent';
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

JOBS = """
CREATE INDEX batches ON rows (batch) WHERE kind = 'intent' AND batch IS NOT NULL;
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
CREATE TABLE job_items (
    job INTEGER NOT NULL REFERENCES jobs (number),
    seq INTEGER NOT NULL,
    username TEXT NOT NULL,
    body TEXT NOT NULL,
    entry TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    outcome TEXT,
    message TEXT,
    PRIMARY KEY (job, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX job_customers ON job_items (job, username);
CREATE INDEX job_waiting ON job_items (job, seq) WHERE entry IS NULL AND outcome IS NULL;
"""
"""Version 2. What became of an item stands in the audit log (entry); outcome and message are only for an item that was
refused before anything was written down.
"""

MIGRATIONS = {1: JOBS}
"""What makes a ledger of a version one of the next."""

LATEST = """LEFT JOIN rows o ON o.number =
    (SELECT max(number) FROM rows WHERE entry = i.entry AND kind = 'outcome')"""
"""Joins an intent i with the outcome that stands for it."""
