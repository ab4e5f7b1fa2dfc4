-- Four eyes: an account may ask for so many others who approve of a plan before it is applied. What is approved is
-- exactly that plan, by its digest, which is made here. That nothing leaves without it, triggers hold: whatever writes.
ALTER TABLE members DROP CONSTRAINT members_may_check;
ALTER TABLE members ADD CONSTRAINT members_may_check CHECK (may IN ('read', 'write', 'approve', 'break-glass', 'admin'));

CREATE TABLE proposals (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account text COLLATE "C" NOT NULL REFERENCES accounts,
    digest text COLLATE "C" NOT NULL,
    plan text COLLATE "C" NOT NULL,               -- what the digest is of: a head, then a line for each customer
    items integer NOT NULL,
    role name NOT NULL DEFAULT session_user,
    reason text COLLATE "C" NOT NULL,
    made timestamptz NOT NULL DEFAULT clock_timestamp(),
    until timestamptz NOT NULL,
    job bigint REFERENCES jobs                    -- once it was applied
);
CREATE INDEX proposals_of ON proposals (digest);
CREATE INDEX proposals_applied ON proposals (job) WHERE job IS NOT NULL;
CREATE TABLE reviews (
    proposal bigint NOT NULL REFERENCES proposals,
    role name NOT NULL DEFAULT session_user,
    verdict text NOT NULL CHECK (verdict IN ('approve', 'deny')),
    digest text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    made timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (proposal, role)
);
CREATE TABLE glass (                              -- processes that write without approval, and why
    account text COLLATE "C" NOT NULL,
    session uuid NOT NULL,
    reason text COLLATE "C" NOT NULL,
    PRIMARY KEY (account, session)
);
ALTER TABLE proposals ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON proposals FOR SELECT USING (account = ANY (ARRAY(SELECT unnest(readable()))));
ALTER TABLE reviews ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON reviews FOR SELECT USING (proposal IN (SELECT p.id FROM proposals p));
GRANT SELECT ON proposals, reviews TO reseller_auditor;
CREATE INDEX job_entries ON job_items (entry) WHERE entry IS NOT NULL;

-- Admin is all but breaking the glass: that is said by name.
CREATE FUNCTION role_may(who name, which text, what text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM members m WHERE m.role = who AND m.account IN ('*', which)
        AND (m.may = what OR (m.may = 'admin' AND what <> 'break-glass')
             OR (what = 'read' AND m.may IN ('write', 'approve', 'break-glass'))));
END $$;
CREATE OR REPLACE FUNCTION may(which text, what text) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = reseller, pg_temp AS $$
BEGIN
    RETURN role_may(session_user, which, what);
END $$;

CREATE OR REPLACE FUNCTION set_group(who name) RETURNS void LANGUAGE plpgsql AS $$
DECLARE wanted text; other text;
BEGIN
    SELECT CASE WHEN bool_or(m.may = 'admin') THEN 'reseller_admin'
        WHEN bool_or(m.may IN ('write', 'approve', 'break-glass')) THEN 'reseller_operator'
        WHEN count(*) > 0 THEN 'reseller_auditor' END INTO wanted FROM members m WHERE m.role = who;
    FOREACH other IN ARRAY ARRAY['reseller_auditor', 'reseller_operator', 'reseller_admin'] LOOP
        IF other = wanted THEN
            EXECUTE format('GRANT %I TO %I', other, who);
        ELSIF EXISTS (SELECT FROM pg_auth_members a WHERE a.roleid = other::regrole AND a.member = quote_ident(who)::regrole)
        THEN
            EXECUTE format('REVOKE %I FROM %I', other, who);
        END IF;
    END LOOP;
END $$;

-- Add a row that is no operation, under the lock of the account. Said is JSON without braces.
CREATE FUNCTION add_record(which text, mine uuid, what text, name text, said text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE r rows;
BEGIN
    IF current_setting('synchronous_commit') IN ('off', 'local') THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    PERFORM pg_advisory_xact_lock(lock_of(which));
    PERFORM refuse_dead(mine);
    r.account := which; r.session := mine; r.kind := what; r.entry := name; r.body := '{' || said || '}';
    PERFORM r.body::json;
    PERFORM append(r);
    PERFORM pg_notify('reseller', '');  -- others look
END $$;

-- A text that the client has escaped, as JSON: nothing else can stand behind it.
CREATE FUNCTION told(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF json_typeof(('"' || value || '"')::json) <> 'string' THEN RAISE EXCEPTION 'no text' USING ERRCODE = '22023'; END IF;
    RETURN '"' || value || '"';
END $$;

CREATE FUNCTION refuse_unless(which text, what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT may(which, what) THEN
        RAISE EXCEPTION 'no right % in this account', what USING ERRCODE = '42501';
    END IF;
END $$;

-- Propose a plan: its text, of which the digest is made; return the number, or that of an open proposal of the same.
CREATE FUNCTION propose(which text, mine uuid, content text, why text, seconds integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = reseller, pg_temp SET lock_timeout = '5s' AS $$
DECLARE made bigint; hashed text := encode(sha256(convert_to(content, 'UTF8')), 'hex');
    head json := split_part(content, E'\n', 1)::json;
BEGIN
    PERFORM refuse_unless(which, 'write');
    IF head->>'account' <> (told(which)::json #>> '{}') OR seconds NOT BETWEEN 60 AND 2592000 THEN
        RAISE EXCEPTION 'no plan of this account' USING ERRCODE = '22023';
    END IF;
    INSERT INTO accounts (name) VALUES (which) ON CONFLICT DO NOTHING;
    PERFORM pg_advisory_xact_lock(lock_of(which));
    IF EXISTS (SELECT FROM jobs j WHERE j.digest = hashed) THEN
        RAISE EXCEPTION 'it was applied' USING ERRCODE = 'TR013';
    END IF;
    SELECT p.id INTO made FROM proposals p WHERE p.digest = hashed AND p.account = which AND p.until > clock_timestamp()
        AND NOT EXISTS (SELECT FROM reviews v WHERE v.proposal = p.id AND v.verdict = 'deny');
    IF FOUND THEN RETURN made; END IF;
    INSERT INTO proposals (account, digest, plan, items, reason, until) VALUES (which, hashed, content,
        (head->>'items')::integer, why, clock_timestamp() + make_interval(secs => seconds)) RETURNING id INTO made;
    PERFORM add_record(which, mine, 'proposal', 'proposal-' || made,
        format('"digest":"%s","reason":%s,"seconds":%s', hashed, told(why), seconds));
    RETURN made;
END $$;

-- One vote a role, on exactly the plan that was proposed; not on one's own.
CREATE FUNCTION review(which bigint, mine uuid, said text, hashed text, why text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = reseller, pg_temp SET lock_timeout = '5s' AS $$
DECLARE p proposals;
BEGIN
    SELECT * INTO p FROM proposals x WHERE x.id = which;
    IF NOT FOUND THEN RAISE EXCEPTION 'no such proposal' USING ERRCODE = '42501'; END IF;
    PERFORM refuse_unless(p.account, 'approve');
    PERFORM pg_advisory_xact_lock(lock_of(p.account));
    SELECT * INTO p FROM proposals x WHERE x.id = which;
    IF p.role = session_user THEN RAISE EXCEPTION 'a plan of one''s own' USING ERRCODE = 'TR011'; END IF;
    IF p.digest <> hashed THEN RAISE EXCEPTION 'another plan was read' USING ERRCODE = 'TR012'; END IF;
    IF p.job IS NOT NULL OR p.until < clock_timestamp()
        OR EXISTS (SELECT FROM reviews v WHERE v.proposal = which AND v.verdict = 'deny') THEN
        RAISE EXCEPTION 'the proposal is over' USING ERRCODE = 'TR013';
    END IF;
    IF EXISTS (SELECT FROM reviews v WHERE v.proposal = which AND v.role = session_user) THEN
        RAISE EXCEPTION 'a second vote' USING ERRCODE = 'TR014';
    END IF;
    INSERT INTO reviews (proposal, verdict, digest, reason) VALUES (which, said, hashed, why);
    PERFORM add_record(p.account, mine, 'review', 'proposal-' || which,
        format('"verdict":"%s","digest":"%s","reason":%s', said, hashed, told(why)));
END $$;

-- From now on this process writes in an account without approval; it is a right of its own, and a row of the chain.
CREATE FUNCTION break_glass(which text, mine uuid, why text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = reseller, pg_temp SET lock_timeout = '5s' AS $$
BEGIN
    PERFORM refuse_unless(which, 'break-glass');
    IF btrim(why) = '' THEN RAISE EXCEPTION 'no reason' USING ERRCODE = '22023'; END IF;
    INSERT INTO accounts (name) VALUES (which) ON CONFLICT DO NOTHING;
    PERFORM add_record(which, mine, 'break-glass', 'session-' || mine, format('"reason":%s', told(why)));
    INSERT INTO glass VALUES (which, mine, why) ON CONFLICT DO NOTHING;
END $$;

-- How many may still say yes and have: neither who proposed nor who applies, and only who may approve now.
CREATE FUNCTION approvals_given(which bigint, applier name) RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = reseller, pg_temp AS $$
    SELECT count(*)::integer FROM reviews v JOIN proposals p ON p.id = v.proposal
    WHERE p.id = which AND may(p.account, 'read') AND v.verdict = 'approve' AND v.digest = p.digest
        AND v.role NOT IN (p.role, applier) AND role_may(v.role, p.account, 'approve')
$$;

CREATE FUNCTION refuse_unapproved_job() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE needed integer; p proposals;
BEGIN
    SELECT a.approvals INTO needed FROM accounts a WHERE a.name = NEW.account;
    IF needed = 0 OR EXISTS (SELECT FROM glass g JOIN sessions s ON s.id = g.session
                             WHERE g.account = NEW.account AND s.role = session_user AND lives(s.id)) THEN
        RETURN NEW;
    END IF;
    SELECT * INTO p FROM proposals x WHERE x.digest = NEW.digest AND x.account = NEW.account AND x.job IS NULL
        AND x.until > clock_timestamp()
        AND NOT EXISTS (SELECT FROM reviews v WHERE v.proposal = x.id AND v.verdict = 'deny') ORDER BY x.id DESC LIMIT 1;
    IF NOT FOUND OR approvals_given(p.id, session_user) < needed THEN
        RAISE EXCEPTION 'not approved' USING ERRCODE = 'TR010';
    END IF;
    UPDATE proposals x SET job = NEW.number WHERE x.id = p.id;
    RETURN NEW;
END $$;
CREATE TRIGGER approved AFTER INSERT ON jobs FOR EACH ROW WHEN (NEW.role <> '')
    EXECUTE FUNCTION refuse_unapproved_job();

-- The items of a job are lines of the plan that was approved.
CREATE FUNCTION refuse_other_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT m.body FROM made m JOIN proposals p ON p.job = m.job
               WHERE right(m.body, length(m.username) + 14) <> '"username":"' || m.username || '"}'
               UNION ALL (SELECT m.body FROM made m JOIN proposals p ON p.job = m.job
                   EXCEPT SELECT l.line FROM (SELECT DISTINCT job FROM made) j JOIN proposals p ON p.job = j.job,
                   string_to_table(p.plan, E'\n') l (line))) THEN
        RAISE EXCEPTION 'another plan was approved' USING ERRCODE = 'TR012';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER approved AFTER INSERT ON job_items REFERENCING NEW TABLE AS made FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_other_items();

-- Nothing is begun but what stands in the job of an approved plan.
CREATE FUNCTION refuse_unapproved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE needed integer;
BEGIN
    SELECT a.approvals INTO needed FROM accounts a WHERE a.name = NEW.account;
    IF needed = 0 THEN RETURN NEW; END IF;  -- by itself: it is asked at every intent
    IF EXISTS (SELECT FROM glass g WHERE g.account = NEW.account AND g.session = NEW.session)
        OR EXISTS (SELECT FROM job_items i JOIN proposals p ON p.job = i.job
                   WHERE i.entry = NEW.entry AND p.account = NEW.account AND i.username = NEW.username
                   AND strpos(i.body, '"operation":"' || NEW.operation || '"') > 0) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'not approved' USING ERRCODE = 'TR010';
END $$;
CREATE TRIGGER approved BEFORE INSERT ON rows FOR EACH ROW WHEN (NEW.kind = 'intent' AND NEW.number > 0)
    EXECUTE FUNCTION refuse_unapproved();

GRANT EXECUTE ON FUNCTION propose(text, uuid, text, text, integer), review(bigint, uuid, text, text, text),
    break_glass(text, uuid, text) TO reseller_operator;
GRANT EXECUTE ON FUNCTION approvals_given(bigint, name) TO reseller_auditor;
