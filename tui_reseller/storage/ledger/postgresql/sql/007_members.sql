-- People of the ledger: their rights here, and the one group role of PostgreSQL that these need.
CREATE FUNCTION refuse_unless_admin(which text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT may(which, 'admin') THEN
        RAISE EXCEPTION 'no right to say who may work here' USING ERRCODE = '42501';
    END IF;
END $$;

CREATE FUNCTION set_group(who name) RETURNS void LANGUAGE plpgsql AS $$
DECLARE wanted text; other text;
BEGIN
    SELECT CASE WHEN bool_or(m.may = 'admin') THEN 'reseller_admin' WHEN bool_or(m.may = 'write') THEN 'reseller_operator'
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

CREATE FUNCTION member_add(who name, which text, what text[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = reseller, pg_temp AS $$
BEGIN
    PERFORM refuse_unless_admin(which);
    INSERT INTO members SELECT which, who, word FROM unnest(what) word ON CONFLICT DO NOTHING;
    PERFORM set_group(who);
END $$;

-- Take all rights in an account from somebody; returns how many they were. The last one who may do this stays.
CREATE FUNCTION member_remove(who name, which text) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = reseller, pg_temp AS $$
DECLARE found integer;
BEGIN
    PERFORM refuse_unless_admin(which);
    DELETE FROM members m WHERE m.role = who AND m.account = which;
    GET DIAGNOSTICS found = ROW_COUNT;
    IF NOT EXISTS (SELECT FROM members m WHERE m.account = '*' AND m.may = 'admin') THEN
        RAISE EXCEPTION 'somebody must be able to say who may work here' USING ERRCODE = 'TR003';
    END IF;
    PERFORM set_group(who);
    RETURN found;
END $$;

GRANT EXECUTE ON FUNCTION member_add(name, text, text[]), member_remove(name, text) TO reseller_admin;
