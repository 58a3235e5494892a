-- Nothing: json_each of SQLite gives each element as a text already.
SELECT 1;
