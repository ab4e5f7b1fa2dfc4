-- A job of which several processes send items: its owner prepares it, sends the first ones and ends it; others join while
-- it is open. Each takes items for itself; what it took and has not begun is free again once its session is dead.
ALTER TABLE jobs ADD COLUMN is_open boolean NOT NULL DEFAULT false;
ALTER TABLE job_items ADD COLUMN session uuid;

CREATE TABLE rates (                              -- of accounts with a rate: when the next call has its place (GCRA)
    account text COLLATE "C" PRIMARY KEY,
    next_at timestamptz NOT NULL
) WITH (fillfactor = 10);

-- Take so many items behind a place, and places in the rate that all machines share: seconds until the first one may
-- leave, and between two. Called under the lock of the account.
CREATE FUNCTION take_items(j jobs, mine uuid, behind integer, most integer) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE taken jsonb; found integer; rate real; gap interval; start timestamptz := clock_timestamp();
BEGIN
    IF j.owner IS DISTINCT FROM mine AND NOT (j.is_open AND j.state = 'running' AND j.wanted = '' AND lives(j.owner)) THEN
        RETURN '{"items": [], "wait": 0, "gap": 0}';
    END IF;
    SELECT a.per_second INTO rate FROM accounts a WHERE a.name = j.account;
    IF rate IS NOT NULL THEN most := least(most, greatest(1, ceil(rate * 2)::integer)); END IF;  -- of two seconds at most
    WITH free AS (
        SELECT i.job, i.seq, i.step FROM job_items i WHERE i.job = j.number AND i.seq > behind
            AND i.entry IS NULL AND i.outcome IS NULL
            AND (i.session IS NULL OR i.session = mine OR NOT lives(i.session))
            ORDER BY i.seq LIMIT most FOR UPDATE SKIP LOCKED),
    got AS (UPDATE job_items i SET session = mine FROM free f WHERE i.job = f.job AND i.seq = f.seq AND i.step = f.step
            RETURNING i.seq, i.body, i.attempts)
    SELECT coalesce(jsonb_agg(jsonb_build_array(g.seq, g.body, g.attempts) ORDER BY g.seq), '[]'), count(*)
        INTO taken, found FROM got g;
    IF found > 0 AND rate IS NOT NULL THEN
        gap := make_interval(secs => 1 / rate);
        INSERT INTO rates VALUES (j.account, start) ON CONFLICT (account) DO NOTHING;
        UPDATE rates r SET next_at = greatest(r.next_at, start) + gap * found WHERE r.account = j.account
            RETURNING r.next_at - gap * found INTO start;
    END IF;
    RETURN jsonb_build_object('items', taken, 'wait', greatest(extract(epoch FROM start - clock_timestamp()), 0),
        'gap', coalesce(extract(epoch FROM gap), 0));
END $$;

-- Whether others that live have items of a job that they have not brought to an end.
CREATE FUNCTION is_shared(which text, named bigint, mine uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM job_items i WHERE i.job = named AND i.entry IS NULL AND i.outcome IS NULL
            AND i.session <> mine AND lives(i.session))
        OR EXISTS (SELECT FROM open_operations o JOIN rows r ON r.entry = o.entry AND r.kind = 'intent'
            WHERE o.account = which AND o.outcome IS NULL AND o.session <> mine AND lives(o.session)
            AND r.batch = 'job-' || named);
END $$;

-- An operation is of an item that its job has waiting: for a session that has taken it, as long as that may; and for the
-- one that runs the job, unless another one that lives has taken it.
CREATE OR REPLACE FUNCTION claim_item(which text, mine uuid, item jsonb, name text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE job_items i SET entry = name, attempts = i.attempts + 1 FROM jobs j
        WHERE j.number = i.job AND j.account = which
        AND i.job = (item->>0)::bigint AND i.seq = (item->>1)::integer AND i.entry IS NULL AND i.outcome IS NULL
        AND ((i.session = mine AND (j.owner = mine OR (j.is_open AND j.state = 'running')))
            OR (j.owner = mine AND (i.session IS NULL OR NOT lives(i.session))));
    RETURN FOUND;
END $$;

CREATE OR REPLACE FUNCTION put_back(which bigint, seqs jsonb, below integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE found integer;
BEGIN
    UPDATE job_items i SET entry = NULL, outcome = NULL, message = NULL, session = NULL WHERE i.job = which
        AND (seqs IS NULL OR i.seq IN (SELECT value::integer FROM jsonb_array_elements_text(seqs)))
        AND (below IS NULL OR i.attempts < below)
        AND outcome_of(i) IN ('not_sent', 'verified_not_applied', 'rejected')
        AND (seqs IS NOT NULL OR outcome_of(i) <> 'rejected');
    GET DIAGNOSTICS found = ROW_COUNT;
    RETURN found;
END $$;

CREATE OR REPLACE FUNCTION job_one(which text, mine uuid, op jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE j jobs; named bigint := (op->>'job')::bigint;
BEGIN
    SELECT * INTO j FROM jobs x WHERE x.number = named AND x.account = which FOR UPDATE;
    IF NOT FOUND THEN RETURN '{"missing": true}'; END IF;
    CASE op->>'change'
        WHEN 'own' THEN
            IF j.owner <> mine AND lives(j.owner) THEN RETURN jsonb_build_object('owner', job_owner(named)); END IF;
            UPDATE jobs x SET owner = mine, is_open = false WHERE x.number = named;
        WHEN 'let_go' THEN
            UPDATE jobs x SET owner = NULL, is_open = false WHERE x.number = named AND x.owner = mine;
        WHEN 'open' THEN
            UPDATE jobs x SET is_open = true WHERE x.number = named AND x.owner = mine AND x.state = 'running';
        WHEN 'state' THEN
            UPDATE jobs x SET state = op->>'state', why = op->>'why', is_open = x.is_open AND op->>'state' = 'running'
                WHERE x.number = named AND (x.owner IS NULL OR x.owner = mine OR NOT lives(x.owner));
        WHEN 'want' THEN
            UPDATE jobs x SET wanted = op->>'wanted', wanted_by = session_user WHERE x.number = named;
        WHEN 'refuse' THEN
            UPDATE job_items i SET outcome = op->>'outcome', message = op->>'message'
                WHERE i.job = named AND i.seq = (op->>'seq')::integer AND i.entry IS NULL
                AND (i.session IS NULL OR i.session = mine OR NOT lives(i.session));
        WHEN 'put_back' THEN
            RETURN jsonb_build_object('count', put_back(named, op->'seqs', (op->>'below')::integer));
        WHEN 'take' THEN
            RETURN take_items(j, mine, (op->>'behind')::integer, (op->>'most')::integer);
        WHEN 'give_back' THEN
            UPDATE job_items i SET session = NULL WHERE i.job = named AND i.session = mine
                AND i.entry IS NULL AND i.outcome IS NULL;
        WHEN 'shared' THEN
            RETURN jsonb_build_object('shared', is_shared(which, named, mine));
    END CASE;
    RETURN '{}';
END $$;

-- As before; what the old session has taken of jobs goes on in the new one, too.
CREATE OR REPLACE FUNCTION rejoin(which text, mine uuid, old uuid, kept text[]) RETURNS text[] LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = reseller, pg_temp SET lock_timeout = '5s' AS $$
DECLARE left_open text[];
BEGIN
    PERFORM lock_account(which, mine);
    UPDATE sessions s SET ended = coalesce(s.ended, clock_timestamp()) WHERE s.id = old AND s.role = session_user;
    IF NOT FOUND THEN RAISE EXCEPTION 'no such session of yours' USING ERRCODE = '42501'; END IF;
    UPDATE open_operations o SET session = mine
        WHERE o.account = which AND o.session = old AND o.outcome IS NULL AND o.entry = ANY (kept);
    UPDATE jobs j SET owner = mine WHERE j.account = which AND j.owner = old;
    UPDATE job_items i SET session = mine FROM jobs j WHERE j.number = i.job AND j.account = which AND i.session = old
        AND j.state = 'running' AND i.entry IS NULL AND i.outcome IS NULL;
    SELECT coalesce(array_agg(o.entry ORDER BY o.entry), '{}') INTO left_open FROM open_operations o
        WHERE o.account = which AND o.session = old AND o.outcome IS NULL;
    RETURN left_open;
END $$;
