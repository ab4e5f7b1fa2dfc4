"""The ledger's one table, and what keeps it append-only."""

APPLICATION_ID = 0x54554952
"""TUIR: tells our file from any other SQLite file."""
VERSION = 1
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

LATEST = """LEFT JOIN rows o ON o.number =
    (SELECT max(number) FROM rows WHERE entry = i.entry AND kind = 'outcome')"""
"""Joins an intent i with the outcome that stands for it."""
