-- What holds for all who work in an account: how many others must approve, and how many calls a second all machines
-- together may send (NULL: as many as the service bears).
ALTER TABLE accounts ADD COLUMN approvals integer NOT NULL DEFAULT 0 CHECK (approvals BETWEEN 0 AND 9);
ALTER TABLE accounts ADD COLUMN per_second real CHECK (per_second BETWEEN 0.001 AND 100000);

-- One row, also of an account that is not there yet, or is not for the caller's eyes: then what holds where nothing was set.
CREATE FUNCTION account_settings(which text) RETURNS TABLE (approvals integer, per_second real)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = reseller, pg_temp AS $$
    SELECT coalesce(max(a.approvals), 0), max(a.per_second) FROM accounts a WHERE a.name = which AND may(which, 'read')
$$;

-- Set what is named in wanted (approvals, per_second; 0 takes a rate away); what was set is a row of the account's chain.
CREATE FUNCTION account_set(which text, mine uuid, wanted jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = reseller, pg_temp SET lock_timeout = '5s' AS $$
DECLARE a accounts; r rows;
BEGIN
    PERFORM refuse_unless_admin(which);
    PERFORM lock_account(which, mine);
    UPDATE accounts x SET approvals = coalesce((wanted->>'approvals')::integer, x.approvals),
        per_second = CASE WHEN wanted ? 'per_second' THEN nullif((wanted->>'per_second')::real, 0) ELSE x.per_second END
        WHERE x.name = which RETURNING * INTO a;
    r.account := which; r.session := mine; r.kind := 'account'; r.entry := 'settings';
    r.body := format('{"approvals":%s,"per_second":%s}', a.approvals, coalesce(a.per_second::text, 'null'));
    PERFORM append(r);
    PERFORM pg_notify('reseller', '');  -- others look
END $$;

GRANT EXECUTE ON FUNCTION account_settings(text) TO reseller_auditor;
GRANT EXECUTE ON FUNCTION account_set(text, uuid, jsonb) TO reseller_admin;
