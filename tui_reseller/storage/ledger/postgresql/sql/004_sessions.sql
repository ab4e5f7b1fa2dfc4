-- A process that writes has a session, and says again and again that it lives. One that was taken for dead stays dead:
-- its process opens another one.
CREATE FUNCTION lives(which uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = reseller, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM sessions s WHERE s.id = which AND s.ended IS NULL AND s.until > clock_timestamp());
END $$;

CREATE FUNCTION lease() RETURNS interval LANGUAGE sql STABLE SECURITY DEFINER SET search_path = reseller, pg_temp AS
    $$ SELECT make_interval(secs => lease_seconds) FROM meta $$;

CREATE FUNCTION hello(claims jsonb) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = reseller, pg_temp AS $$
DECLARE made uuid;
BEGIN
    DELETE FROM sessions s WHERE s.until < clock_timestamp() - interval '30 days'
        AND NOT EXISTS (SELECT FROM open_operations o WHERE o.session = s.id);
    INSERT INTO sessions (role, who, address, until)
        VALUES (session_user, claims, inet_client_addr(), clock_timestamp() + lease()) RETURNING id INTO made;
    RETURN made;
END $$;

CREATE FUNCTION beat(mine uuid) RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = reseller, pg_temp AS $$
    WITH done AS (UPDATE sessions SET until = clock_timestamp() + lease()
        WHERE id = mine AND role = session_user AND ended IS NULL AND until > clock_timestamp() RETURNING 1)
    SELECT EXISTS (SELECT FROM done)
$$;

CREATE FUNCTION bye(mine uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = reseller, pg_temp AS
    $$ UPDATE sessions SET ended = clock_timestamp() WHERE id = mine AND role = session_user AND ended IS NULL $$;

CREATE FUNCTION refuse_dead(mine uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM reseller.sessions s WHERE s.id = mine AND s.role = session_user AND s.ended IS NULL
        AND s.until > clock_timestamp();
    IF NOT FOUND THEN RAISE EXCEPTION 'the session is over' USING ERRCODE = 'TR001'; END IF;
END $$;

CREATE FUNCTION lock_of(which text) RETURNS bigint LANGUAGE sql IMMUTABLE AS
    $$ SELECT hashtextextended('tui-reseller account ' || which, 0) $$;

-- Who holds the lock of an account just now: role and number of the process of PostgreSQL.
CREATE FUNCTION holder(which text) RETURNS TABLE (role name, pid integer) LANGUAGE sql SECURITY DEFINER
    SET search_path = reseller, pg_temp AS $$
    SELECT a.usename, a.pid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE may(which, 'read') AND l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (l.classid::bigint << 32 | l.objid::bigint) = lock_of(which)
$$;

GRANT EXECUTE ON FUNCTION lives(uuid), lease(), lock_of(text), holder(text) TO reseller_auditor;
GRANT EXECUTE ON FUNCTION hello(jsonb), beat(uuid), bye(uuid) TO reseller_operator;
