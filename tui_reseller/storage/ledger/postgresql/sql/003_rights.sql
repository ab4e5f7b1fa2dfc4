-- People read what they may, and write by functions alone. Who somebody is says session_user: no SET ROLE changes it.
-- What a function does for others (SECURITY DEFINER) sets its own search path; the others are called by these only.
-- Functions in SQL that are no mere expression are planned at every call: those that are called for each row are not.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION refuse_change() FROM PUBLIC;

CREATE FUNCTION may(which text, what text) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = reseller, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM members m WHERE m.role = session_user AND m.account IN ('*', which)
        AND (m.may IN ('admin', what) OR (what = 'read' AND m.may = 'write')));
END $$;

CREATE FUNCTION readable() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = reseller, pg_temp AS
    $$ SELECT coalesce(array_agg(a.name), '{}') FROM accounts a WHERE may(a.name, 'read') $$;

ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON accounts FOR SELECT USING (name = ANY (ARRAY(SELECT unnest(readable()))));
ALTER TABLE rows ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON rows FOR SELECT USING (account = ANY (ARRAY(SELECT unnest(readable()))));
ALTER TABLE open_operations ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON open_operations FOR SELECT USING (account = ANY (ARRAY(SELECT unnest(readable()))));
ALTER TABLE members ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON members FOR SELECT USING (role = session_user OR may('*', 'admin') OR may(account, 'admin'));

GRANT USAGE ON SCHEMA reseller TO reseller_auditor;
GRANT SELECT ON meta, rules, outcomes, accounts, members, rows, open_operations TO reseller_auditor;
GRANT EXECUTE ON FUNCTION may(text, text), readable() TO reseller_auditor;
