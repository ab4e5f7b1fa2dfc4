-- What changes no customer (a sign-in link) neither waits for an open outcome nor keeps others waiting.
ALTER TABLE rules ADD COLUMN locks boolean NOT NULL DEFAULT true;

CREATE FUNCTION locks(which text, what text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN NOT EXISTS (SELECT FROM rules r WHERE r.provider = provider_of(which) AND r.operation = what AND NOT r.locks);
END $$;

CREATE OR REPLACE FUNCTION blocking(which text, what text, who text, new text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT min(o.entry) FROM open_operations o
        WHERE o.account = which AND (o.username IN (who, new) OR o.target IN (who, new))
            AND locks(which, what) AND locks(which, o.operation)
            AND NOT (o.operation = what AND o.username = who AND is_repeatable(which, what)
                     AND standing(o) IN ('unknown', 'unverifiable')));
END $$;

CREATE OR REPLACE FUNCTION already_one(which text, mine uuid, op jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE begun jsonb;
BEGIN
    IF EXISTS (SELECT FROM open_operations o WHERE o.account = which AND op->>'username' IN (o.username, o.target)
               AND locks(which, o.operation)) THEN
        RETURN '{"entry": null}';
    END IF;
    begun := begin_one(which, mine, op);
    IF begun ? 'entry' THEN
        PERFORM add_outcome(which, mine, begun->>'entry', 'already_so', op->>'message', false, NULL);
    END IF;
    RETURN begun;
END $$;
