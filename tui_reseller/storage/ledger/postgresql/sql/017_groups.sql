-- Groups of operations: the rows of a group are made one by one, in their order, and go into the table together, since
-- what an INSERT of one row costs is mostly its beginning. So are outcomes that end an operation, and operations on
-- customers of whom nothing is open. All else is done as before, behind the rows that wait.

-- What is open is little, and what was open stands there until it is swept up: by these indexes it is never read, whatever
-- the planner makes of a table that was empty when it looked.
DROP INDEX open_customers, open_targets;
CREATE INDEX open_customers ON open_operations (username);
CREATE INDEX open_targets ON open_operations (target) WHERE target IS NOT NULL;

-- The number of the next operation (next_entry), behind the last one of the account.
CREATE FUNCTION entry_behind(last bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE low bigint := nextval('entry_numbers') & 1023; made bigint;
BEGIN
    made := (extract(epoch FROM clock_timestamp()) * 1000)::bigint - 1735689600000 << 10 | low;
    IF made <= last THEN
        made := last >> 10 << 10 | low;
        IF made <= last THEN made := made + 1024; END IF;
    END IF;
    RETURN made;
END $$;

-- The end of an account: its last row, and the number of its last operation. That is found by the order of an index which
-- begins with the account: by another one all that others have written since would be read.
CREATE FUNCTION end_of(which text, OUT number bigint, OUT hash bytea, OUT entry bigint) LANGUAGE plpgsql STABLE AS $$
BEGIN
    SELECT x.number, x.hash INTO number, hash FROM rows x
        WHERE x.account = which AND x.number > 0 ORDER BY x.number DESC LIMIT 1;
    IF NOT FOUND THEN number := 0; hash := beginning_of(which); END IF;
    SELECT entry_number(x.entry) INTO entry FROM (SELECT y.account, y.entry FROM rows y
        WHERE y.kind = 'intent' AND (y.account, y.entry) < (which, '~') ORDER BY y.account DESC, y.entry DESC LIMIT 1) x
        WHERE x.account = which;
END $$;

CREATE OR REPLACE FUNCTION next_entry(which text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN entry_text(entry_behind((end_of(which)).entry));
END $$;

-- A row with all that the database says of it, to stand behind another one.
CREATE FUNCTION chained(r rows, last_number bigint, last_hash bytea) RETURNS rows LANGUAGE plpgsql AS $$
BEGIN
    r.number := last_number + 1;
    r.time := to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
    r.format := 4;
    r.role := session_user;
    r.hash := sha256(convert_to(encode(last_hash, 'hex') || E'\n' || content_of(r), 'UTF8'));
    RETURN r;
END $$;

CREATE OR REPLACE FUNCTION append(r rows) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE last_number bigint; last_hash bytea;
BEGIN
    SELECT x.number, x.hash INTO last_number, last_hash FROM rows x
        WHERE x.account = r.account AND x.number > 0 ORDER BY x.number DESC LIMIT 1;
    IF NOT FOUND THEN last_number := 0; last_hash := beginning_of(r.account); END IF;
    r := chained(r, last_number, last_hash);
    INSERT INTO rows SELECT r.*;
    RETURN r.number;
END $$;

-- Whether anything was written of a customer, or of who got this name, behind a row (number) or since a moment (text); one
-- of several is enough.
CREATE FUNCTION is_touched(which text, who text, since jsonb) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    n bigint := (SELECT min(value::bigint) FROM jsonb_array_elements(since) WHERE jsonb_typeof(value) = 'number');
    t text := (SELECT min(value #>> '{}') FROM jsonb_array_elements(since) WHERE jsonb_typeof(value) = 'string');
BEGIN
    RETURN EXISTS (SELECT FROM rows i WHERE i.account = which AND i.kind = 'intent' AND i.username = who
            AND (i.number > n OR i.time >= t OR EXISTS (SELECT FROM rows o WHERE o.entry = i.entry
                 AND o.kind = 'outcome' AND (o.number > n OR o.time >= t))))
        OR EXISTS (SELECT FROM rows i WHERE i.account = which AND i.kind = 'intent' AND i.target = who
            AND (i.number > n OR i.time >= t OR EXISTS (SELECT FROM rows o WHERE o.entry = i.entry
                 AND o.kind = 'outcome' AND (o.number > n OR o.time >= t))));
END $$;

-- What is told of an operation, and of an outcome, as a row.
CREATE FUNCTION intent_row(which text, mine uuid, op jsonb, name text) RETURNS rows LANGUAGE plpgsql AS $$
DECLARE r rows;
BEGIN
    r.account := which; r.session := mine; r.kind := 'intent'; r.entry := name; r.profile := op->>'profile';
    r.operation := op->>'operation'; r.username := op->>'username'; r.target := op->>'target'; r.batch := op->>'batch';
    r.body := op->>'body'; r.undoes := op->>'undoes';
    RETURN r;
END $$;
CREATE FUNCTION outcome_row(which text, mine uuid, of text, what text, said text, is_observed boolean, given text)
    RETURNS rows LANGUAGE plpgsql AS $$
DECLARE r rows;
BEGIN
    r.account := which; r.session := mine; r.kind := 'outcome'; r.entry := of; r.outcome := what; r.target := given;
    r.body := '{"message":"' || said || '"' || CASE WHEN is_observed THEN ',"observed":true' ELSE '' END || '}';
    RETURN r;
END $$;

CREATE OR REPLACE FUNCTION add_outcome(which text, mine uuid, of text, what text, said text, is_observed boolean,
    given text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM append(outcome_row(which, mine, of, what, said, is_observed, given));
    IF (SELECT x.needs_you FROM outcomes x WHERE x.outcome = what) THEN
        INSERT INTO open_operations SELECT i.entry, i.account, i.username, i.target, i.operation, i.session, what
            FROM rows i WHERE i.entry = of AND i.kind = 'intent'
            ON CONFLICT (entry) DO UPDATE SET outcome = what;
    ELSE
        DELETE FROM open_operations o WHERE o.entry = of;
    END IF;
END $$;

-- As before; nothing is begun where something was written of the customer since what the caller has read.
CREATE OR REPLACE FUNCTION begin_one(which text, mine uuid, op jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE r rows; blocked text := blocking(which, op->>'operation', op->>'username', op->>'target');
BEGIN
    IF op ? 'since' AND is_touched(which, op->>'username', op->'since') THEN RETURN '{"touched": true}'; END IF;
    IF blocked IS NULL THEN
        blocked := (SELECT min(o.entry) FROM open_operations o WHERE o.account = which AND o.username = op->>'username'
            AND o.operation = op->>'operation' AND locks(which, o.operation) AND is_on_another(o.entry, op->'meant'));
    END IF;
    IF blocked IS NOT NULL THEN RETURN jsonb_build_object('open', blocked); END IF;
    r := intent_row(which, mine, op, next_entry(which));
    IF op ? 'item' AND NOT claim_item(which, mine, op->'item', r.entry) THEN RETURN '{"taken": true}'; END IF;
    PERFORM append(r);
    INSERT INTO open_operations VALUES (r.entry, which, r.username, r.target, r.operation, mine, NULL);
    RETURN jsonb_build_object('entry', r.entry);
END $$;

-- Begin an operation, but for its row, which is returned: if nothing speaks against it. Else nothing is done, and NULL is
-- returned; rows that are not in the table yet could speak for it.
CREATE FUNCTION begin_plainly(which text, mine uuid, op jsonb, name text) RETURNS rows LANGUAGE plpgsql AS $$
DECLARE who text := op->>'username'; new text := op->>'target';
BEGIN
    IF op ? 'since' AND is_touched(which, who, op->'since') THEN RETURN NULL; END IF;
    IF EXISTS (SELECT FROM open_operations o WHERE o.account = which
               AND (o.username IN (who, new) OR o.target IN (who, new))) THEN RETURN NULL; END IF;
    IF op ? 'item' AND NOT claim_item(which, mine, op->'item', name) THEN RETURN NULL; END IF;
    INSERT INTO open_operations VALUES (name, which, who, new, op->>'operation', mine, NULL);
    RETURN intent_row(which, mine, op, name);
END $$;

CREATE FUNCTION write_one(which text, mine uuid, op jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    RETURN CASE op->>'do'
        WHEN 'begin' THEN begin_one(which, mine, op)
        WHEN 'already' THEN already_one(which, mine, op)
        WHEN 'finish' THEN finish_one(which, mine, op)
        WHEN 'note' THEN note_one(which, mine, op)
        WHEN 'recover' THEN recover_all(which, mine, op)
        WHEN 'add_job' THEN add_job(which, mine, op)
        WHEN 'job' THEN job_one(which, mine, op)
    END;
END $$;

-- As before. Tables that are small now are not read as a whole: the plans stay, and what is gone stands there for a while.
CREATE OR REPLACE FUNCTION write(which text, mine uuid, ops jsonb) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = reseller, pg_temp SET lock_timeout = '5s' SET enable_seqscan = off SET jit = off AS $$
DECLARE
    op jsonb; answers jsonb := '[]'; answer jsonb; who text; new text; r rows; o open_operations;
    waiting rows[] := '{}';                       -- rows that are not in the table yet
    touched text[] := '{}';                       -- their customers
    e record;                                     -- the end of the account, behind them; NULL: to be looked at
    ends text[];                                  -- outcomes after which nothing is open, whatever others there are
BEGIN
    PERFORM lock_account(which, mine);
    SELECT array_agg(x.outcome) INTO ends FROM outcomes x WHERE NOT x.needs_you AND x.outcome <> 'verified_applied';
    SELECT * INTO e FROM end_of(which);
    FOR op IN SELECT value FROM jsonb_array_elements(ops) LOOP
        r := NULL; answer := '{}'; who := op->>'username'; new := op->>'target';
        IF op->>'do' = 'begin' AND NOT (op ? 'since' AND who = ANY (touched)) THEN
            e.entry := entry_behind(e.entry);
            r := begin_plainly(which, mine, op, entry_text(e.entry));
            answer := jsonb_build_object('entry', r.entry);
        ELSIF op->>'do' = 'finish' AND op->>'outcome' = ANY (ends) THEN
            SELECT * INTO o FROM open_operations x WHERE x.entry = op->>'entry';
            IF o.account = which AND NOT EXISTS (SELECT FROM open_operations x WHERE x.username = o.username
                    AND x.entry <> o.entry AND x.account = which) THEN
                DELETE FROM open_operations x WHERE x.entry = o.entry;
                r := outcome_row(which, mine, o.entry, op->>'outcome', op->>'message', op ? 'observed', op->>'target');
                who := o.username; new := o.target;
            END IF;
        END IF;
        IF r.kind IS NOT NULL THEN
            r := chained(r, e.number, e.hash);
            e.number := r.number; e.hash := r.hash;
            waiting := waiting || r; touched := touched || who || coalesce(new, who);
        ELSE
            INSERT INTO rows SELECT * FROM unnest(waiting);
            waiting := '{}'; touched := '{}';
            answer := write_one(which, mine, op);
            SELECT * INTO e FROM end_of(which);
        END IF;
        answers := answers || answer;
    END LOOP;
    INSERT INTO rows SELECT * FROM unnest(waiting);
    RETURN jsonb_build_object('answers', answers) || CASE WHEN e.number > 0
        THEN jsonb_build_object('number', e.number, 'hash', encode(e.hash, 'hex')) ELSE '{}' END;
END $$;

-- Of tables that it has not looked at yet, which it does within a minute or so, the planner makes plans that read all of
-- an account for each operation, and a connection keeps them. So it is shown what they are going to look like.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM rows) THEN
        ALTER TABLE rows DISABLE TRIGGER USER;
        INSERT INTO rows (account, number, kind, entry, time, operation, username, target, batch, outcome, body, format,
                          role, session, hash)
            SELECT 'account ' || n % 3, n, (ARRAY['intent', 'outcome'])[n % 2 + 1], 'entry ' || n / 2, 'time ' || n,
                'operation ' || n % 5, 'username ' || n, CASE WHEN n % 50 = 0 THEN 'target ' || n END,
                CASE WHEN n % 4 = 0 THEN 'batch ' || n % 20 END, 'outcome ' || n % 3, repeat('x', 300), 4,
                'role ' || n % 5, gen_random_uuid(), sha256(int8send(n)) FROM generate_series(1, 3000) n;
        ANALYZE rows;
        TRUNCATE rows;
        ALTER TABLE rows ENABLE TRIGGER USER;
    END IF;
    IF NOT EXISTS (SELECT FROM jobs) THEN
        INSERT INTO accounts (name) VALUES ('');
        INSERT INTO jobs (number, digest, account, time, total, body, role) OVERRIDING SYSTEM VALUE
            SELECT -n, n, '', '', 0, '', '' FROM generate_series(1, 3) n;
        INSERT INTO job_items (job, seq, username, body, entry)
            SELECT -1 - n % 3, n, 'username ' || n, repeat('x', 300), CASE WHEN n % 2 = 0 THEN 'entry ' || n END
            FROM generate_series(1, 3000) n;
        ANALYZE job_items;
        DELETE FROM job_items;
        DELETE FROM jobs;
        DELETE FROM accounts WHERE name = '';
    END IF;
END $$;
