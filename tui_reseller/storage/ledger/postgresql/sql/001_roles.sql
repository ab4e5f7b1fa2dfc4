-- Who there is, beside the people: an owner whom nobody can be, and three kinds of people. Run by a role that may
-- create roles, and a schema in this database. Roles belong to the whole cluster: they may be there already.
DO $$
DECLARE wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['reseller_owner', 'reseller_auditor', 'reseller_operator', 'reseller_admin'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
    END LOOP;
END $$;
GRANT reseller_auditor TO reseller_operator;
GRANT reseller_operator TO reseller_admin;
GRANT reseller_auditor, reseller_operator, reseller_admin TO reseller_owner WITH ADMIN OPTION;
GRANT reseller_owner TO CURRENT_USER;  -- until the end of the migration
CREATE SCHEMA reseller AUTHORIZATION reseller_owner;
