-- What is refused while an outcome is open, what an outcome closes, what stays closed: the rules of
-- storage/ledger/rules.py, which has the words and the reasons. Each function is called under the lock of the account.
CREATE FUNCTION provider_of(which text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN strpos(split_part(which, '|', 1), '://') > 0 OR strpos(which, '|') IN (0, length(which)) THEN ''
        ELSE split_part(which, '|', 1) END
$$;
CREATE FUNCTION is_repeatable(which text, what text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM rules r WHERE r.provider = provider_of(which) AND r.operation = what AND r.is_repeatable);
END $$;

-- The outcome that stands for an open operation: unknown where its process is gone, empty while it is in flight.
CREATE FUNCTION standing(o open_operations) RETURNS text LANGUAGE sql STABLE AS
    $$ SELECT coalesce(o.outcome, CASE WHEN lives(o.session) THEN '' ELSE 'unknown' END) $$;

-- The open operation that forbids another one, or NULL.
CREATE FUNCTION blocking(which text, what text, who text, new text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT min(o.entry) FROM open_operations o
        WHERE o.account = which AND (o.username IN (who, new) OR o.target IN (who, new))
            AND NOT (o.operation = what AND o.username = who AND is_repeatable(which, what)
                     AND standing(o) IN ('unknown', 'unverifiable')));
END $$;

CREATE FUNCTION add_outcome(which text, mine uuid, of text, what text, said text, is_observed boolean, given text)
    RETURNS void LANGUAGE plpgsql AS $$
DECLARE r rows;
BEGIN
    r.account := which; r.session := mine; r.kind := 'outcome'; r.entry := of; r.outcome := what; r.target := given;
    r.body := '{"message":"' || said || '"' || CASE WHEN is_observed THEN ',"observed":true' ELSE '' END || '}';
    PERFORM append(r);
    IF (SELECT x.needs_you FROM outcomes x WHERE x.outcome = what) THEN
        INSERT INTO open_operations SELECT i.entry, i.account, i.username, i.target, i.operation, i.session, what
            FROM rows i WHERE i.entry = of AND i.kind = 'intent'
            ON CONFLICT (entry) DO UPDATE SET outcome = what;
    ELSE
        DELETE FROM open_operations o WHERE o.entry = of;
    END IF;
END $$;

CREATE FUNCTION begin_one(which text, mine uuid, op jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE r rows; blocked text := blocking(which, op->>'operation', op->>'username', op->>'target');
BEGIN
    IF blocked IS NOT NULL THEN RETURN jsonb_build_object('open', blocked); END IF;
    r.account := which; r.session := mine; r.kind := 'intent'; r.entry := next_entry(which); r.profile := op->>'profile';
    r.operation := op->>'operation'; r.username := op->>'username'; r.target := op->>'target'; r.batch := op->>'batch';
    r.body := op->>'body'; r.undoes := op->>'undoes';
    IF op ? 'item' AND NOT claim_item(which, mine, op->'item', r.entry) THEN RETURN '{"taken": true}'; END IF;
    PERFORM append(r);
    INSERT INTO open_operations VALUES (r.entry, which, r.username, r.target, r.operation, mine, NULL);
    RETURN jsonb_build_object('entry', r.entry);
END $$;

CREATE FUNCTION already_one(which text, mine uuid, op jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE begun jsonb;
BEGIN
    IF EXISTS (SELECT FROM open_operations o WHERE o.account = which AND op->>'username' IN (o.username, o.target)) THEN
        RETURN '{"entry": null}';
    END IF;
    begun := begin_one(which, mine, op);
    IF begun ? 'entry' THEN
        PERFORM add_outcome(which, mine, begun->>'entry', 'already_so', op->>'message', false, NULL);
    END IF;
    RETURN begun;
END $$;

-- An answer to an operation that was closed while its process was thought to be gone.
CREATE FUNCTION answered_late(which text, mine uuid, of text, closed text, op jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE had outcomes; has outcomes; said text := op->>'message';
BEGIN
    SELECT * INTO had FROM outcomes x WHERE x.outcome = closed;
    SELECT * INTO has FROM outcomes x WHERE x.outcome = op->>'outcome';
    IF NOT (has.is_applied OR has.is_certainly_not) THEN RETURN; END IF;
    IF closed = 'resolved' THEN
        PERFORM add_outcome(which, mine, of, has.outcome, said || ' - answered after it was resolved with a note', false,
                            op->>'target');
    ELSIF had.is_applied <> has.is_applied THEN
        PERFORM add_outcome(which, mine, of, 'unverifiable', format(
            'the answer came late: %s (%s); it had been read as %s: look at the customer',
            lower(has.words), said, lower(had.words)), false, NULL);
    END IF;
END $$;

CREATE FUNCTION finish_one(which text, mine uuid, op jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE i rows; o open_operations; closed text; later text; repeats text;
    said text := op->>'message'; is_observed boolean := op ? 'observed'; what text := op->>'outcome';
BEGIN
    IF NOT EXISTS (SELECT FROM outcomes x WHERE x.outcome = what) THEN
        RAISE EXCEPTION 'this ledger knows no such outcome' USING ERRCODE = 'TR002';
    END IF;
    SELECT * INTO i FROM rows r WHERE r.entry = op->>'entry' AND r.kind = 'intent' AND r.account = which;
    IF NOT FOUND THEN RETURN '{"missing": true}'; END IF;
    SELECT * INTO o FROM open_operations x WHERE x.entry = i.entry;
    IF NOT FOUND THEN
        IF op ? 'answer' THEN
            SELECT r.outcome INTO closed FROM rows r WHERE r.entry = i.entry AND r.kind = 'outcome'
                ORDER BY r.number DESC LIMIT 1;
            PERFORM answered_late(which, mine, i.entry, closed, op);
        END IF;
        RETURN '{}';
    END IF;
    IF is_repeatable(which, i.operation) THEN repeats := i.operation; END IF;
    IF what = 'verified_applied' THEN
        SELECT x.entry INTO later FROM open_operations x WHERE x.account = which AND x.username = i.username
            AND x.operation = repeats AND x.entry > i.entry ORDER BY x.entry LIMIT 1;
        IF FOUND THEN
            PERFORM add_outcome(which, mine, i.entry, 'unknown', format('%s - which may be the doing of %s, whose outcome '
                'is open: check that one first', said, later), is_observed, NULL);
            RETURN '{}';
        END IF;
    END IF;
    PERFORM add_outcome(which, mine, i.entry, what, said, is_observed, op->>'target');
    IF (SELECT x.is_applied FROM outcomes x WHERE x.outcome = what) THEN
        FOR o IN SELECT * FROM open_operations x WHERE x.account = which AND x.username = i.username
                AND x.operation = repeats AND x.entry < i.entry AND standing(x) IN ('unknown', 'unverifiable') LOOP
            PERFORM add_outcome(which, mine, o.entry, 'resolved', 'superseded by ' || i.entry || ', applied', false, NULL);
        END LOOP;
    END IF;
    RETURN '{}';
END $$;

-- Give intents of processes that are gone the outcome unknown.
CREATE FUNCTION recover_all(which text, mine uuid, op jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE o open_operations; found integer := 0;
BEGIN
    FOR o IN SELECT * FROM open_operations x WHERE x.account = which AND x.outcome IS NULL AND NOT lives(x.session)
            ORDER BY x.entry LOOP
        PERFORM add_outcome(which, mine, o.entry, 'unknown', op->>'message', false, NULL);
        found := found + 1;
    END LOOP;
    RETURN jsonb_build_object('count', found);
END $$;

-- A row that is no operation. Unless: the number of a row, behind which nobody may have written of this username.
CREATE FUNCTION note_one(which text, mine uuid, op jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE r rows; since bigint := (op->>'unless')::bigint;
BEGIN
    IF op->>'kind' IN ('intent', 'outcome') THEN RAISE EXCEPTION 'no note' USING ERRCODE = '42501'; END IF;
    IF EXISTS (SELECT FROM rows x WHERE x.account = which AND x.number > since
            AND (x.username = op->>'username' OR x.entry IN (SELECT i.entry FROM rows i WHERE i.account = which
                 AND i.kind = 'intent' AND op->>'username' IN (i.username, i.target)))) THEN
        RETURN '{"overtaken": true}';
    END IF;
    r.account := which; r.session := mine; r.kind := op->>'kind'; r.entry := op->>'entry'; r.profile := op->>'profile';
    r.username := op->>'username'; r.body := op->>'body';
    RETURN jsonb_build_object('number', append(r));
END $$;

CREATE FUNCTION lock_account(which text, mine uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT may(which, 'write') THEN
        RAISE EXCEPTION 'no right to write in this account' USING ERRCODE = '42501';
    END IF;
    IF current_setting('synchronous_commit') IN ('off', 'local') THEN
        PERFORM set_config('synchronous_commit', 'on', true);  -- until the end of the transaction
    END IF;
    IF NOT EXISTS (SELECT FROM accounts a WHERE a.name = which) THEN
        INSERT INTO accounts (name) VALUES (which) ON CONFLICT DO NOTHING;
    END IF;
    PERFORM pg_advisory_xact_lock(lock_of(which));
    PERFORM refuse_dead(mine);  -- behind the lock: so nothing of a session is written after rejoin()
END $$;

-- The one way to write. Ops are of one account and one transaction, and are answered in their order: what is refused is
-- an answer as well, so that none spoils the others. With them come number and hash of the last row.
CREATE FUNCTION write(which text, mine uuid, ops jsonb) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = reseller, pg_temp SET lock_timeout = '5s' AS $$
DECLARE op jsonb; answers jsonb := '[]';
BEGIN
    PERFORM lock_account(which, mine);
    FOR op IN SELECT value FROM jsonb_array_elements(ops) LOOP
        answers := answers || CASE op->>'do'
            WHEN 'begin' THEN begin_one(which, mine, op)
            WHEN 'already' THEN already_one(which, mine, op)
            WHEN 'finish' THEN finish_one(which, mine, op)
            WHEN 'note' THEN note_one(which, mine, op)
            WHEN 'recover' THEN recover_all(which, mine, op)
            WHEN 'add_job' THEN add_job(which, mine, op)
            WHEN 'job' THEN job_one(which, mine, op)
        END;
    END LOOP;
    RETURN jsonb_build_object('answers', answers) || coalesce((SELECT jsonb_build_object('number', r.number,
        'hash', encode(r.hash, 'hex')) FROM rows r WHERE r.account = which ORDER BY r.number DESC LIMIT 1), '{}');
END $$;

-- After a lost connection: end the old session, take over what of it is on its way (kept), and return what else it left
-- open. Nothing of the old one can be written later.
CREATE FUNCTION rejoin(which text, mine uuid, old uuid, kept text[]) RETURNS text[] LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = reseller, pg_temp SET lock_timeout = '5s' AS $$
DECLARE left_open text[];
BEGIN
    PERFORM lock_account(which, mine);
    UPDATE sessions s SET ended = coalesce(s.ended, clock_timestamp()) WHERE s.id = old AND s.role = session_user;
    IF NOT FOUND THEN RAISE EXCEPTION 'no such session of yours' USING ERRCODE = '42501'; END IF;
    UPDATE open_operations o SET session = mine
        WHERE o.account = which AND o.session = old AND o.outcome IS NULL AND o.entry = ANY (kept);
    UPDATE jobs j SET owner = mine WHERE j.account = which AND j.owner = old;
    SELECT coalesce(array_agg(o.entry ORDER BY o.entry), '{}') INTO left_open FROM open_operations o
        WHERE o.account = which AND o.session = old AND o.outcome IS NULL;
    RETURN left_open;
END $$;

GRANT EXECUTE ON FUNCTION write(text, uuid, jsonb), rejoin(text, uuid, uuid, text[]) TO reseller_operator;
