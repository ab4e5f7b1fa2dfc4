-- Ledgers that were files before. Each is a chain of its own over several accounts, with the numbers and hashes that it
-- had. Its rows stand among those of their accounts, before all others: their numbers here are below zero, what they
-- were is number + base. Jobs come with it; their numbers are those that they had, behind the jobs that were there.
CREATE TABLE archives (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    first bytea NOT NULL UNIQUE,                  -- hash of the first row: no file comes twice, nor an older copy of it
    head bytea NOT NULL,
    total bigint NOT NULL,
    base bigint NOT NULL,
    jobs bigint NOT NULL,                         -- what was added to the numbers of its jobs
    role name NOT NULL DEFAULT session_user,
    moved timestamptz NOT NULL DEFAULT clock_timestamp()
);
ALTER TABLE archives ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON archives FOR SELECT USING (may('*', 'read'));
GRANT SELECT ON archives TO reseller_auditor;

-- Account * has what belongs to no account: who may read in all of them reads that.
ALTER TABLE rows DROP CONSTRAINT rows_account_fkey;
ALTER TABLE rows ALTER format DROP NOT NULL;
ALTER TABLE rows ADD archive integer REFERENCES archives;
ALTER TABLE rows ADD account_was text COLLATE "C";
ALTER TABLE rows ADD CHECK (CASE WHEN archive IS NULL THEN number > 0 AND format IS NOT NULL ELSE number < 0 END);
CREATE INDEX archived ON rows (archive, number) WHERE archive IS NOT NULL;

CREATE OR REPLACE FUNCTION readable() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = reseller, pg_temp AS $$
    SELECT coalesce(array_agg(a.name), '{}') || CASE WHEN may('*', 'read') THEN ARRAY['*'] ELSE '{}' END
    FROM accounts a WHERE may(a.name, 'read')
$$;

-- Where a file arrives, in one transaction that leaves nothing here. Nobody reads it.
CREATE UNLOGGED TABLE arriving_rows (
    number bigint, kind text COLLATE "C", entry text COLLATE "C", time text COLLATE "C", profile text COLLATE "C",
    account_was text COLLATE "C", operation text COLLATE "C", username text COLLATE "C", target text COLLATE "C",
    batch text COLLATE "C", outcome text COLLATE "C", body text COLLATE "C", format smallint, undoes text COLLATE "C",
    hash bytea, account text COLLATE "C"
);
CREATE UNLOGGED TABLE arriving_jobs (
    number bigint, digest text COLLATE "C", account text COLLATE "C", time text COLLATE "C", total integer,
    body text COLLATE "C", state text COLLATE "C", why text COLLATE "C"
);
CREATE UNLOGGED TABLE arriving_items (
    job bigint, seq integer, step integer, username text COLLATE "C", body text COLLATE "C", entry text COLLATE "C",
    attempts integer, outcome text COLLATE "C", message text COLLATE "C"
);
GRANT INSERT ON arriving_rows, arriving_jobs, arriving_items TO reseller_admin;

CREATE FUNCTION refuse_unless_admin_of_all() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT may('*', 'admin') THEN
        RAISE EXCEPTION 'no right to move a ledger in' USING ERRCODE = '42501';
    END IF;
END $$;

-- Keep numbers free for so many jobs; return what is to be added to theirs.
CREATE FUNCTION archive_jobs(most bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = reseller, pg_temp SET lock_timeout = '5s' AS $$
DECLARE shift bigint; place text := pg_get_serial_sequence('jobs', 'number');
BEGIN
    PERFORM refuse_unless_admin_of_all();
    LOCK TABLE jobs IN SHARE ROW EXCLUSIVE MODE;
    SELECT coalesce(max(j.number), 0) INTO shift FROM jobs j;
    IF most > 0 THEN PERFORM setval(place, greatest(nextval(place), shift + most)); END IF;
    RETURN shift;
END $$;

-- Begin. Others who move one in wait for the end of this transaction.
CREATE FUNCTION archive_begin() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = reseller, pg_temp SET lock_timeout = '5s' AS $$
BEGIN
    PERFORM refuse_unless_admin_of_all();
    TRUNCATE arriving_rows, arriving_jobs, arriving_items;
END $$;

-- Take what has arrived as an archive; return its id. Locks no account.
CREATE FUNCTION archive_take(shift bigint) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = reseller, pg_temp AS $$
DECLARE made integer; sum bigint; below bigint;
BEGIN
    PERFORM refuse_unless_admin_of_all();
    ANALYZE arriving_rows;
    SELECT count(*) INTO sum FROM arriving_rows;
    SELECT sum + 1 + coalesce(sum(a.total), 0) INTO below FROM archives a;
    INSERT INTO archives (first, head, total, base, jobs)
        SELECT f.hash, l.hash, sum, below, shift FROM arriving_rows f, arriving_rows l WHERE f.number = 1 AND l.number = sum
        RETURNING id INTO made;
    INSERT INTO accounts (name) SELECT DISTINCT a.account FROM arriving_rows a WHERE a.account <> '*'
        ON CONFLICT DO NOTHING;
    INSERT INTO rows (account, number, kind, entry, time, profile, operation, username, target, batch, outcome, body,
                      format, undoes, role, session, hash, archive, account_was)
        SELECT a.account, a.number - below, a.kind,
            CASE WHEN a.kind = 'job' THEN job_named(a.entry, shift) ELSE a.entry END,
            a.time, a.profile, a.operation, a.username, a.target, job_named(a.batch, shift), a.outcome, a.body,
            a.format, a.undoes, '', '00000000-0000-0000-0000-000000000000', a.hash, made, a.account_was
        FROM arriving_rows a ORDER BY a.number;
    RETURN made;
END $$;

-- The name of a job in the log, with so much added to its number.
CREATE FUNCTION job_named(which text, more bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN which ~ '^job-[1-9][0-9]{0,15}$' THEN 'job-' || substr(which, 5)::bigint + more ELSE which END
$$;

-- The end: what is open locks its customers, jobs can go on, and each account has the last row of the archive in its own
-- chain. Returns what is open. Locks all accounts until the end of the transaction.
CREATE FUNCTION archive_end(which integer, mine uuid, said text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = reseller, pg_temp SET lock_timeout = '5s' AS $$
DECLARE found bigint; name text; r rows; shift bigint;
BEGIN
    PERFORM refuse_unless_admin_of_all();
    SELECT a.jobs INTO shift FROM archives a WHERE a.id = which;
    ANALYZE rows;
    WITH last AS (SELECT DISTINCT ON (x.entry) x.entry, x.outcome FROM arriving_rows x WHERE x.kind = 'outcome'
                  ORDER BY x.entry, x.number DESC)
    INSERT INTO open_operations SELECT i.entry, i.account, i.username, i.target, i.operation,
            '00000000-0000-0000-0000-000000000000', l.outcome
        FROM arriving_rows i LEFT JOIN last l ON l.entry = i.entry LEFT JOIN outcomes o ON o.outcome = l.outcome
        WHERE i.kind = 'intent' AND o.needs_you IS NOT FALSE;
    GET DIAGNOSTICS found = ROW_COUNT;
    INSERT INTO jobs (number, digest, account, time, total, body, state, why, role) OVERRIDING SYSTEM VALUE
        SELECT a.number + shift, a.digest, a.account, a.time, a.total, a.body, a.state, a.why, ''
        FROM arriving_jobs a;
    INSERT INTO job_items SELECT a.job + shift, a.seq, a.step, a.username, a.body, a.entry, a.attempts, a.outcome,
        a.message FROM arriving_items a;
    FOR name IN SELECT DISTINCT a.account FROM arriving_rows a WHERE a.account <> '*' ORDER BY 1 LOOP
        PERFORM lock_account(name, mine);
        r := NULL;
        r.account := name; r.session := mine; r.kind := 'archive'; r.entry := 'archive-' || which; r.body := said;
        PERFORM append(r);
    END LOOP;
    TRUNCATE arriving_rows, arriving_jobs, arriving_items;
    RETURN found;
END $$;

-- Whether an archive is there, behind the end of any transaction that may be about to make it.
CREATE FUNCTION archive_is_there(ledger uuid, which integer) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = reseller, pg_temp SET lock_timeout = '5s' AS $$
BEGIN
    LOCK TABLE arriving_rows IN ACCESS SHARE MODE;
    RETURN EXISTS (SELECT FROM archives a, meta m WHERE a.id = which AND m.id = ledger);
END $$;

-- The last live row: those of archives are none.
CREATE OR REPLACE FUNCTION append(r rows) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE last_number bigint; last_hash bytea;
BEGIN
    SELECT x.number, x.hash INTO last_number, last_hash FROM rows x
        WHERE x.account = r.account AND x.number > 0 ORDER BY x.number DESC LIMIT 1;
    IF NOT FOUND THEN last_number := 0; last_hash := beginning_of(r.account); END IF;
    r.number := last_number + 1;
    r.time := to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
    r.format := 4;
    r.role := session_user;
    r.hash := sha256(convert_to(encode(last_hash, 'hex') || E'\n' || content_of(r), 'UTF8'));
    INSERT INTO rows SELECT r.*;
    RETURN r.number;
END $$;

GRANT EXECUTE ON FUNCTION archive_jobs(bigint), archive_begin(), archive_take(bigint), archive_end(integer, uuid, text)
    TO reseller_admin;
GRANT EXECUTE ON FUNCTION archive_is_there(uuid, integer), job_named(text, bigint) TO reseller_auditor;
