-- A list of keys comes in as one JSON array of texts. Like SQLite's, json_each
-- gives each element as a text as well.
DROP FUNCTION json_each(TEXT);

CREATE FUNCTION json_each(elements TEXT) RETURNS TABLE (value JSONB, atom TEXT)
    LANGUAGE SQL IMMUTABLE STRICT ROWS 20
    AS 'SELECT e, e #>> ''{}'' FROM jsonb_array_elements(elements::jsonb) AS e';
