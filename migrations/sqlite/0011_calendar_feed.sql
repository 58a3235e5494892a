-- The calendar feeds of supervisors. Whoever holds the token of a feed reads
-- it; only its hash is kept, and a new token revokes the one before.
CREATE TABLE calendar_feed (
    program_id BLOB NOT NULL REFERENCES program (program_id),
    supervisor_key TEXT NOT NULL,
    token_sha256 TEXT NOT NULL,
    rotated_at INTEGER NOT NULL,
    rotations INTEGER NOT NULL CHECK (rotations > 0),
    PRIMARY KEY (program_id, supervisor_key),
    UNIQUE (program_id, token_sha256)
) STRICT, WITHOUT ROWID;

-- Who meets at a site in a plan.
CREATE INDEX session_by_site ON session (program_id, run_key, site_key);
