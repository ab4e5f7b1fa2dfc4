-- Jobs: what is to be done, how far it is, who does it. What became of each item stands in the rows (entry); outcome and
-- message are only for an item that was refused before anything was written down.
CREATE TABLE jobs (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest text COLLATE "C" NOT NULL UNIQUE,
    account text COLLATE "C" NOT NULL REFERENCES accounts,
    time text COLLATE "C" NOT NULL,
    total integer NOT NULL,
    body text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL DEFAULT 'stopped',
    why text COLLATE "C" NOT NULL DEFAULT '',
    wanted text COLLATE "C" NOT NULL DEFAULT '' CHECK (wanted IN ('', 'pause', 'stop')),
    wanted_by name,
    role name NOT NULL DEFAULT session_user,
    owner uuid                                    -- the session that runs it, as long as that lives
);
CREATE TABLE job_items (
    job bigint NOT NULL REFERENCES jobs,
    seq integer NOT NULL,
    step integer NOT NULL DEFAULT 0,
    username text COLLATE "C" NOT NULL,
    body text COLLATE "C" NOT NULL,
    entry text COLLATE "C",
    attempts integer NOT NULL DEFAULT 0,
    outcome text COLLATE "C",
    message text COLLATE "C",
    PRIMARY KEY (job, seq, step)
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
CREATE UNIQUE INDEX job_customers ON job_items (job, username, step);
CREATE INDEX job_waiting ON job_items (job, seq) WHERE entry IS NULL AND outcome IS NULL;

ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON jobs FOR SELECT USING (account = ANY (ARRAY(SELECT unnest(readable()))));
ALTER TABLE job_items ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON job_items FOR SELECT USING (job IN (SELECT j.number FROM jobs j));
GRANT SELECT ON jobs, job_items TO reseller_auditor;

-- Who runs a job now: role, and what its process says of itself; NULL where nobody does.
CREATE FUNCTION job_owner(which bigint) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = reseller, pg_temp AS $$
    SELECT s.who || jsonb_build_object('role', s.role) FROM jobs j JOIN sessions s ON s.id = j.owner
    WHERE j.number = which AND may(j.account, 'read') AND lives(j.owner)
$$;
GRANT EXECUTE ON FUNCTION job_owner(bigint) TO reseller_auditor;

-- The outcome that stands for an item, NULL where there is none.
CREATE FUNCTION outcome_of(i job_items) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(i.outcome, (SELECT r.outcome FROM rows r WHERE r.entry = i.entry AND r.kind = 'outcome'
                                ORDER BY r.number DESC LIMIT 1))
$$;

-- An operation is of the item that its job has waiting, and only for the session that runs the job.
CREATE FUNCTION claim_item(which text, mine uuid, item jsonb, name text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE job_items i SET entry = name, attempts = i.attempts + 1 FROM jobs j
        WHERE j.number = i.job AND j.account = which AND j.owner = mine
        AND i.job = (item->>0)::bigint AND i.seq = (item->>1)::integer AND i.entry IS NULL AND i.outcome IS NULL;
    RETURN FOUND;
END $$;

CREATE FUNCTION add_job(which text, mine uuid, op jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE made bigint; r rows; before jobs;
BEGIN
    SELECT * INTO before FROM jobs j WHERE j.digest = op->>'digest';
    IF FOUND THEN RETURN jsonb_build_object('applied', before.number, 'time', before.time); END IF;
    INSERT INTO jobs (digest, account, time, total, body) VALUES (op->>'digest', which,
        to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        jsonb_array_length(op->'items'), op->>'body') RETURNING number INTO made;
    INSERT INTO job_items (job, seq, username, body)
        SELECT made, place - 1, item->>0, item->>1 FROM jsonb_array_elements(op->'items') WITH ORDINALITY t (item, place);
    r.account := which; r.session := mine; r.kind := 'job'; r.entry := 'job-' || made; r.body := op->>'chained';
    PERFORM append(r);
    RETURN jsonb_build_object('job', made);
END $$;

-- Only what certainly was not carried out can be begun again.
CREATE FUNCTION put_back(which bigint, seqs jsonb, below integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE found integer;
BEGIN
    UPDATE job_items i SET entry = NULL, outcome = NULL, message = NULL WHERE i.job = which
        AND (seqs IS NULL OR i.seq IN (SELECT value::integer FROM jsonb_array_elements_text(seqs)))
        AND (below IS NULL OR i.attempts < below)
        AND outcome_of(i) IN ('not_sent', 'verified_not_applied', 'rejected')
        AND (seqs IS NOT NULL OR outcome_of(i) <> 'rejected');
    GET DIAGNOSTICS found = ROW_COUNT;
    RETURN found;
END $$;

CREATE FUNCTION job_one(which text, mine uuid, op jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE j jobs; named bigint := (op->>'job')::bigint;
BEGIN
    SELECT * INTO j FROM jobs x WHERE x.number = named AND x.account = which FOR UPDATE;
    IF NOT FOUND THEN RETURN '{"missing": true}'; END IF;
    CASE op->>'change'
        WHEN 'own' THEN
            IF j.owner <> mine AND lives(j.owner) THEN RETURN jsonb_build_object('owner', job_owner(named)); END IF;
            UPDATE jobs x SET owner = mine WHERE x.number = named;
        WHEN 'let_go' THEN
            UPDATE jobs x SET owner = NULL WHERE x.number = named AND x.owner = mine;
        WHEN 'state' THEN
            UPDATE jobs x SET state = op->>'state', why = op->>'why' WHERE x.number = named;
        WHEN 'want' THEN
            UPDATE jobs x SET wanted = op->>'wanted', wanted_by = session_user WHERE x.number = named;
        WHEN 'refuse' THEN
            UPDATE job_items i SET outcome = op->>'outcome', message = op->>'message'
                WHERE i.job = named AND i.seq = (op->>'seq')::integer AND i.entry IS NULL;
        WHEN 'put_back' THEN
            RETURN jsonb_build_object('count', put_back(named, op->'seqs', (op->>'below')::integer));
    END CASE;
    RETURN '{}';
END $$;
