-- The program's own rule sets: the TOML text of each, and of it what lists are
-- filtered by. Days and jurisdiction are empty where the text has none.
CREATE TABLE program_rule_set (
    program_id BLOB NOT NULL REFERENCES program (program_id),
    key TEXT NOT NULL,
    id BLOB NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    jurisdiction TEXT NOT NULL,
    effective_from TEXT NOT NULL,
    effective_until TEXT NOT NULL CHECK (effective_until = '' OR effective_until >= effective_from),
    text TEXT NOT NULL,
    PRIMARY KEY (program_id, key),
    UNIQUE (program_id, id)
) STRICT;
