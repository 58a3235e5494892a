-- The calendar feeds of supervisors. Whoever holds the token of a feed reads
-- it; only its hash is kept, and a new token revokes the one before.
CREATE TABLE calendar_feed (
    program_id UUID NOT NULL REFERENCES program (program_id),
    supervisor_key TEXT COLLATE "C" NOT NULL,
    token_sha256 TEXT COLLATE "C" NOT NULL,
    rotated_at BIGINT NOT NULL,
    rotations BIGINT NOT NULL CHECK (rotations > 0),
    PRIMARY KEY (program_id, supervisor_key),
    UNIQUE (program_id, token_sha256)
);

-- Who meets at a site in a plan.
CREATE INDEX session_by_site ON session (program_id, run_key, site_key);
