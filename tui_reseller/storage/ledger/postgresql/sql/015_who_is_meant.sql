-- What repeats an open operation is let through only where it is on the same customer: a username that was given to
-- somebody else meanwhile locks. Texts are compared as they are escaped, in `meant` and in the body of a row alike: as
-- JSON, PostgreSQL would refuse zero bytes and halves of characters. A quotation mark within a text has a backslash.
CREATE FUNCTION written(body text, what text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT substring(body FROM '"' || what || '":("(?:[^"\\]|\\.)*")')
$$;

CREATE FUNCTION is_on_another(of text, meant jsonb) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE had text; its_id text;
BEGIN
    SELECT coalesce(substring(r.body FROM '"fingerprint":\{(?:[^"}]|"(?:[^"\\]|\\.)*")*'),
                    substring(r.body FROM '"before":\{(?:[^"}]|"(?:[^"\\]|\\.)*")*')) INTO had
        FROM rows r WHERE r.entry = of AND r.kind = 'intent';
    its_id := nullif(written(had, 'id'), '""');
    IF its_id IS NOT NULL AND nullif(meant->>'id', '""') IS NOT NULL THEN RETURN its_id <> meant->>'id'; END IF;
    RETURN coalesce((SELECT bool_and(written(had, m.key) <> m.value) FROM jsonb_each_text(meant) m
        WHERE m.key <> 'id'), false);
END $$;

CREATE OR REPLACE FUNCTION begin_one(which text, mine uuid, op jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE r rows; blocked text := blocking(which, op->>'operation', op->>'username', op->>'target');
BEGIN
    IF blocked IS NULL THEN
        blocked := (SELECT min(o.entry) FROM open_operations o WHERE o.account = which AND o.username = op->>'username'
            AND o.operation = op->>'operation' AND locks(which, o.operation) AND is_on_another(o.entry, op->'meant'));
    END IF;
    IF blocked IS NOT NULL THEN RETURN jsonb_build_object('open', blocked); END IF;
    r.account := which; r.session := mine; r.kind := 'intent'; r.entry := next_entry(which); r.profile := op->>'profile';
    r.operation := op->>'operation'; r.username := op->>'username'; r.target := op->>'target'; r.batch := op->>'batch';
    r.body := op->>'body'; r.undoes := op->>'undoes';
    IF op ? 'item' AND NOT claim_item(which, mine, op->'item', r.entry) THEN RETURN '{"taken": true}'; END IF;
    PERFORM append(r);
    INSERT INTO open_operations VALUES (r.entry, which, r.username, r.target, r.operation, mine, NULL);
    RETURN jsonb_build_object('entry', r.entry);
END $$;
