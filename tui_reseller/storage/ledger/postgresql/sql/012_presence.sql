-- Where people are: it goes with the beat of a session, is a hint and never a lock, and ends with the session.
ALTER TABLE sessions ADD COLUMN place jsonb;   -- account, customer, editing, since

-- Who is in an account, beside one session; NULL: in all that the caller may read.
CREATE FUNCTION here(which text, beside uuid) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = reseller, pg_temp AS $$
    SELECT coalesce(jsonb_agg(s.place || jsonb_build_object('role', s.role, 'host', left(s.who->>'host', 100))
                              ORDER BY s.role, s.began, s.id), '[]')
    FROM sessions s WHERE s.until > clock_timestamp() AND s.ended IS NULL AND s.place IS NOT NULL
        AND s.id IS DISTINCT FROM beside AND (which IS NULL OR s.place->>'account' = which)
        AND may(s.place->>'account', 'read')
$$;

-- Say that a process lives and where it is; return who else is there, NULL if its session is over. Since is when it began
-- to be there, or to edit that customer: a customer that is only looked at does not count, and tells nobody.
CREATE FUNCTION beat(mine uuid, place jsonb) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = reseller, pg_temp AS $$
DECLARE had jsonb; has jsonb; is_editing boolean := coalesce((place->>'editing')::boolean, false);
BEGIN
    SELECT s.place INTO had FROM sessions s
        WHERE s.id = mine AND s.role = session_user AND s.ended IS NULL AND s.until > clock_timestamp();
    IF NOT FOUND THEN RETURN NULL; END IF;
    IF may(place->>'account', 'read') THEN
        has := jsonb_build_object('account', place->>'account', 'editing', is_editing);
        IF is_editing THEN has := has || jsonb_build_object('customer', left(place->>'customer', 400)); END IF;
    END IF;
    IF had IS NOT NULL AND had @> has AND (is_editing OR NOT (had->>'editing')::boolean) THEN
        has := has || jsonb_build_object('since', had->'since');
    ELSE
        has := has || jsonb_build_object('since', to_char(clock_timestamp() AT TIME ZONE 'UTC',
                                                          'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'));
        PERFORM pg_notify('reseller_here', '');
    END IF;
    has := has || jsonb_build_object('customer', left(place->>'customer', 400));
    UPDATE sessions s SET until = clock_timestamp() + lease(), place = has WHERE s.id = mine;
    RETURN here(has->>'account', mine);
END $$;

CREATE OR REPLACE FUNCTION bye(mine uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = reseller, pg_temp AS $$
DECLARE had jsonb;
BEGIN
    UPDATE sessions s SET ended = clock_timestamp() WHERE s.id = mine AND s.role = session_user AND s.ended IS NULL
        RETURNING s.place INTO had;
    IF had IS NOT NULL THEN PERFORM pg_notify('reseller_here', ''); END IF;
END $$;

GRANT EXECUTE ON FUNCTION here(text, uuid) TO reseller_auditor;
GRANT EXECUTE ON FUNCTION beat(uuid, jsonb) TO reseller_operator;
