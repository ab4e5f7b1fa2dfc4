-- The rows of all chains, what is open of them, who works here, and who may do what. Texts of operations are ASCII, with
-- the escapes of JSON: what is hashed has one form. All comparisons are by bytes.
CREATE TABLE meta (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    version integer NOT NULL,                     -- of the schema: the number of the last file that was run
    id uuid NOT NULL DEFAULT gen_random_uuid(),   -- of this ledger: the chains begin with it
    lease_seconds integer NOT NULL DEFAULT 120    -- so long a session lives after it was last heard of
);

CREATE TABLE rules (                              -- of the operations of each service; filled from the program's tables
    provider text COLLATE "C" NOT NULL,
    operation text COLLATE "C" NOT NULL,
    is_repeatable boolean NOT NULL,
    PRIMARY KEY (provider, operation)
);
CREATE TABLE outcomes (                           -- filled likewise
    outcome text COLLATE "C" PRIMARY KEY,
    words text NOT NULL,
    needs_you boolean NOT NULL,
    is_applied boolean NOT NULL,
    is_certainly_not boolean NOT NULL
);

CREATE TABLE accounts (
    name text COLLATE "C" PRIMARY KEY,
    made timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE members (                            -- account *: all of them, those to come too
    account text COLLATE "C" NOT NULL,
    role name NOT NULL,
    may text NOT NULL CHECK (may IN ('read', 'write', 'admin')),
    PRIMARY KEY (role, account, may)
);

CREATE TABLE sessions (                           -- processes that write
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    role name NOT NULL,
    who jsonb NOT NULL,                           -- as the client says
    address inet,
    began timestamptz NOT NULL DEFAULT clock_timestamp(),
    until timestamptz NOT NULL,                   -- dead after this, for good
    ended timestamptz
) WITH (fillfactor = 50);
CREATE INDEX sessions_until ON sessions (until);

CREATE TABLE rows (
    account text COLLATE "C" NOT NULL REFERENCES accounts,
    number bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    entry text COLLATE "C" NOT NULL,
    time text COLLATE "C" NOT NULL,
    profile text COLLATE "C",
    operation text COLLATE "C",
    username text COLLATE "C",
    target text COLLATE "C",
    batch text COLLATE "C",
    outcome text COLLATE "C",
    body text COLLATE "C" NOT NULL,
    format smallint NOT NULL,
    undoes text COLLATE "C",
    role text COLLATE "C" NOT NULL,               -- who the database knows it was; what the client says is in the body
    session uuid NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (account, number),
    CHECK (kind <> 'intent' OR (username IS NOT NULL AND operation IS NOT NULL)),
    CHECK (kind <> 'outcome' OR outcome IS NOT NULL),
    CHECK (concat(account, kind, entry, time, profile, operation, username, target, batch, outcome, body, undoes, role)
           ~ '^[ -~]*$')
);
CREATE UNIQUE INDEX intents ON rows (entry) WHERE kind = 'intent';
CREATE INDEX newest ON rows (account, entry) WHERE kind = 'intent';
CREATE INDEX outcomes_of ON rows (entry, number) WHERE kind = 'outcome';
CREATE INDEX customers ON rows (account, username) WHERE kind = 'intent';
CREATE INDEX targets ON rows (account, target) WHERE kind = 'intent' AND target IS NOT NULL;
CREATE INDEX operations ON rows (account, operation) WHERE kind = 'intent';
CREATE INDEX batches ON rows (batch) WHERE kind = 'intent' AND batch IS NOT NULL;
CREATE INDEX undone ON rows (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX named ON rows (kind, entry) WHERE kind NOT IN ('intent', 'outcome');
CREATE INDEX noted ON rows (account, username) WHERE kind = 'note';
CREATE INDEX given ON rows (target) WHERE kind = 'outcome' AND target IS NOT NULL;
CREATE INDEX ends ON rows (account, username) WHERE kind = 'intent' AND strpos(body, '"until":"') > 0;

CREATE TABLE open_operations (                    -- of each account the intents that have no outcome, or need somebody
    entry text COLLATE "C" PRIMARY KEY,
    account text COLLATE "C" NOT NULL,
    username text COLLATE "C" NOT NULL,
    target text COLLATE "C",
    operation text COLLATE "C" NOT NULL,
    session uuid NOT NULL,
    outcome text COLLATE "C"
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);
CREATE INDEX open_customers ON open_operations (account, username);
CREATE INDEX open_targets ON open_operations (account, target) WHERE target IS NOT NULL;

CREATE SEQUENCE entry_numbers;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = '42501'; END $$;
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON rows FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON rows FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
