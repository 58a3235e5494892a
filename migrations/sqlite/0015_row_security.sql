-- Nothing: a SQLite file has no row-level security. PostgreSQL has a second
-- wall between programs from this migration on.
SELECT 1;
