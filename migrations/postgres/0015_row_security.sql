-- A second wall between programs: a transaction sees and writes the rows of the
-- program that it entered, by practicum.program_id, and no others. The queue of
-- runs and the doctor look over every program, by practicum.every_program. What
-- is compared stands in sub-selects, so that it is read once for a statement.
-- The policy holds for the owner of the tables as well.
DO $$
DECLARE
    of_program TEXT;
BEGIN
    FOR of_program IN
        SELECT c.relname FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'program_id'
        WHERE c.relkind = 'r' AND c.relname <> 'program'
            AND c.relnamespace = CAST(current_schema() AS regnamespace)
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', of_program);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', of_program);
        EXECUTE format(
            'CREATE POLICY of_program ON %I USING ('
            'program_id = (SELECT CAST(NULLIF(current_setting(''practicum.program_id'', TRUE), '''') AS UUID)) '
            'OR (SELECT current_setting(''practicum.every_program'', TRUE)) = ''on'')',
            of_program
        );
    END LOOP;
END
$$;

-- A repeated request is found by its caller and its identifier, before it is
-- known which program it was for.
CREATE POLICY found_by_caller ON idempotency FOR SELECT USING (TRUE);
