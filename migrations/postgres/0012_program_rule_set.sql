-- The program's own rule sets: the TOML text of each, and of it what lists are
-- filtered by. Days and jurisdiction are empty where the text has none.
CREATE TABLE program_rule_set (
    program_id UUID NOT NULL REFERENCES program (program_id),
    key TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    jurisdiction TEXT COLLATE "C" NOT NULL,
    effective_from TEXT COLLATE "C" NOT NULL,
    effective_until TEXT COLLATE "C" NOT NULL
        CHECK (effective_until = '' OR effective_until >= effective_from),
    text TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (program_id, key),
    UNIQUE (program_id, id)
);
