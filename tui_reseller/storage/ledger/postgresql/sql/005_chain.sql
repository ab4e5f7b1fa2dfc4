-- One chain of hashes for each account. What is hashed is the JSON of the columns without a space, as the program makes
-- it for a ledger of its own (storage/ledger/chain.py), with role and session behind it.
CREATE FUNCTION quoted(value text) RETURNS text LANGUAGE sql STABLE AS
    $$ SELECT coalesce(to_json(value)::text, 'null') $$;

CREATE FUNCTION content_of(r rows) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN '[' || concat_ws(',', r.number, quoted(r.kind), quoted(r.entry), quoted(r.time), quoted(r.profile),
        quoted(r.account), quoted(r.operation), quoted(r.username), quoted(r.target), quoted(r.batch),
        quoted(r.outcome), quoted(r.body), r.format, quoted(r.undoes), quoted(r.role), quoted(r.session::text)) || ']';
END $$;

-- What the first row of a chain has for the hash of the one before it: no row fits another ledger, or account.
CREATE FUNCTION beginning_of(which text) RETURNS bytea LANGUAGE sql STABLE AS
    $$ SELECT sha256(convert_to(m.id::text || E'\n' || which, 'UTF8')) FROM meta m $$;

-- Add a row. Only under the lock of the account.
CREATE FUNCTION append(r rows) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE last_number bigint; last_hash bytea;
BEGIN
    SELECT x.number, x.hash INTO last_number, last_hash FROM rows x
        WHERE x.account = r.account ORDER BY x.number DESC LIMIT 1;
    IF NOT FOUND THEN last_number := 0; last_hash := beginning_of(r.account); END IF;
    r.number := last_number + 1;
    r.time := to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
    r.format := 4;
    r.role := session_user;
    r.hash := sha256(convert_to(encode(last_hash, 'hex') || E'\n' || content_of(r), 'UTF8'));
    INSERT INTO rows SELECT r.*;
    RETURN r.number;
END $$;

CREATE FUNCTION entry_text(value bigint) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE made text := '';
BEGIN
    FOR place IN REVERSE 9..0 LOOP
        made := made || substr('0123456789abcdefghjkmnpqrstvwxyz', ((value >> (5 * place)) & 31)::integer + 1, 1);
    END LOOP;
    RETURN made;
END $$;
CREATE FUNCTION entry_number(value text) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE found bigint := 0;
BEGIN
    FOR place IN 1..10 LOOP
        found := found << 5 | strpos('0123456789abcdefghjkmnpqrstvwxyz', substr(value, place, 1)) - 1;
    END LOOP;
    RETURN found;
END $$;

-- The id of the next operation: milliseconds since 2025 and ten bits of a number that all accounts share, so that ids
-- sort by time and are unique; behind the last one of the account where a clock went back.
CREATE FUNCTION next_entry(which text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE last bigint; low bigint := nextval('entry_numbers') & 1023; made bigint;
BEGIN
    SELECT entry_number(max(r.entry)) INTO last FROM rows r WHERE r.account = which AND r.kind = 'intent';
    made := (extract(epoch FROM clock_timestamp()) * 1000)::bigint - 1735689600000 << 10 | low;
    IF made <= last THEN
        made := last >> 10 << 10 | low;
        IF made <= last THEN made := made + 1024; END IF;
    END IF;
    RETURN entry_text(made);
END $$;
