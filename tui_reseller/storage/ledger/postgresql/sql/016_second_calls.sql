-- New customers who take two calls: an item for each, the second (step 1) right behind the first. Both have the whole line
-- of the plan as their body. A job's total counts customers.

-- Whether an item may be begun: a second call not before the first one is applied, or closed by a person.
CREATE FUNCTION is_ready(i job_items) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN i.step = 0 OR EXISTS (SELECT FROM job_items f WHERE f.job = i.job AND f.seq = i.seq - 1
        AND outcome_of(f) IN (SELECT o.outcome FROM outcomes o WHERE o.is_applied OR o.outcome = 'resolved'));
END $$;

CREATE OR REPLACE FUNCTION add_job(which text, mine uuid, op jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE made bigint; r rows; before jobs;
BEGIN
    SELECT * INTO before FROM jobs j WHERE j.digest = op->>'digest';
    IF FOUND THEN RETURN jsonb_build_object('applied', before.number, 'time', before.time); END IF;
    INSERT INTO jobs (digest, account, time, total, body) VALUES (op->>'digest', which,
        to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        (SELECT count(*) FROM jsonb_array_elements(op->'items') t (item) WHERE coalesce(item->>2, '0') = '0'), op->>'body')
        RETURNING number INTO made;
    INSERT INTO job_items (job, seq, step, username, body)
        SELECT made, place - 1, coalesce((item->>2)::integer, 0), item->>0, item->>1
        FROM jsonb_array_elements(op->'items') WITH ORDINALITY t (item, place);
    r.account := which; r.session := mine; r.kind := 'job'; r.entry := 'job-' || made; r.body := op->>'chained';
    PERFORM append(r);
    RETURN jsonb_build_object('job', made);
END $$;

-- As before, of those that may be begun, and before another place.
DROP FUNCTION take_items(jobs, uuid, integer, integer);
CREATE FUNCTION take_items(j jobs, mine uuid, behind integer, before integer, most integer) RETURNS jsonb
    LANGUAGE plpgsql AS $$
DECLARE taken jsonb; found integer; rate real; gap interval; start timestamptz := clock_timestamp();
BEGIN
    IF j.owner IS DISTINCT FROM mine AND NOT (j.is_open AND j.state = 'running' AND j.wanted = '' AND lives(j.owner)) THEN
        RETURN '{"items": [], "wait": 0, "gap": 0}';
    END IF;
    SELECT a.per_second INTO rate FROM accounts a WHERE a.name = j.account;
    IF rate IS NOT NULL THEN most := least(most, greatest(1, ceil(rate * 2)::integer)); END IF;  -- of two seconds at most
    WITH free AS (
        SELECT i.job, i.seq, i.step FROM job_items i WHERE i.job = j.number AND i.seq > behind AND i.seq < before
            AND i.entry IS NULL AND i.outcome IS NULL AND is_ready(i)
            AND (i.session IS NULL OR i.session = mine OR NOT lives(i.session))
            ORDER BY i.seq LIMIT most FOR UPDATE SKIP LOCKED),
    got AS (UPDATE job_items i SET session = mine FROM free f WHERE i.job = f.job AND i.seq = f.seq AND i.step = f.step
            RETURNING i.seq, i.body, i.attempts, i.step)
    SELECT coalesce(jsonb_agg(jsonb_build_array(g.seq, g.body, g.attempts, g.step) ORDER BY g.seq), '[]'), count(*)
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

-- As before; only what may be begun.
CREATE OR REPLACE FUNCTION claim_item(which text, mine uuid, item jsonb, name text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE job_items i SET entry = name, attempts = i.attempts + 1 FROM jobs j
        WHERE j.number = i.job AND j.account = which
        AND i.job = (item->>0)::bigint AND i.seq = (item->>1)::integer AND i.entry IS NULL AND i.outcome IS NULL
        AND is_ready(i)
        AND ((i.session = mine AND (j.owner = mine OR (j.is_open AND j.state = 'running')))
            OR (j.owner = mine AND (i.session IS NULL OR NOT lives(i.session))));
    RETURN FOUND;
END $$;

-- As before; second calls whose first one certainly was not carried out are not sent.
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
        WHEN 'refuse_orphans' THEN
            UPDATE job_items i SET outcome = 'not_sent', message = op->>'message' FROM job_items f
                WHERE i.job = named AND i.step > 0 AND i.entry IS NULL AND i.outcome IS NULL
                AND f.job = i.job AND f.seq = i.seq - 1 AND (f.outcome IS NOT NULL
                    OR outcome_of(f) IN (SELECT o.outcome FROM outcomes o WHERE o.is_certainly_not));
        WHEN 'put_back' THEN
            RETURN jsonb_build_object('count', put_back(named, op->'seqs', (op->>'below')::integer));
        WHEN 'take' THEN
            RETURN take_items(j, mine, (op->>'behind')::integer, (op->>'before')::integer, (op->>'most')::integer);
        WHEN 'give_back' THEN
            UPDATE job_items i SET session = NULL WHERE i.job = named AND i.session = mine
                AND i.entry IS NULL AND i.outcome IS NULL;
        WHEN 'shared' THEN
            RETURN jsonb_build_object('shared', is_shared(which, named, mine));
    END CASE;
    RETURN '{}';
END $$;
