-- Who may sign in. Users and keys belong to a program, or to this row, which
-- is no program: its users have their role in every program, and its chain of
-- events is theirs. Its key is no key of a program and sorts behind all keys.
INSERT INTO program (program_id, key, version, created_at, updated_at, name, time_zone,
    event_sequence, event_sha256)
VALUES (x'00000000000000000000000000000000', '~every-program', 1, 0, 0, '', 'UTC', 0, '');

-- A user is never removed: the name in an event must stay that of one person
-- or system. Scopes are permissions with semicolons between them.
CREATE TABLE user_account (
    program_id BLOB NOT NULL REFERENCES program (program_id),
    key TEXT NOT NULL,
    id BLOB NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    revoked_at INTEGER,
    role TEXT NOT NULL CHECK (role IN ('admin', 'coordinator', 'partner', 'supervisor', 'viewer')),
    scopes TEXT NOT NULL CHECK ((role = 'partner') = (scopes <> '')),
    supervisor_key TEXT CHECK ((role = 'supervisor') = (supervisor_key IS NOT NULL)),
    PRIMARY KEY (program_id, key),
    UNIQUE (program_id, id),
    FOREIGN KEY (program_id, supervisor_key) REFERENCES supervisor (program_id, key)
) STRICT;

-- A token names a user by key alone.
CREATE INDEX user_account_by_key ON user_account (key);

-- Keys, of whose secrets the SHA-256 alone is kept: 256 random bits cannot be
-- guessed from it.
CREATE TABLE api_key (
    program_id BLOB NOT NULL,
    id BLOB NOT NULL,
    user_key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    secret_sha256 TEXT NOT NULL CHECK (length(secret_sha256) = 64),
    PRIMARY KEY (program_id, id),
    FOREIGN KEY (program_id, user_key) REFERENCES user_account (program_id, key)
) STRICT;

CREATE UNIQUE INDEX api_key_by_id ON api_key (id);
CREATE INDEX api_key_by_user ON api_key (program_id, user_key, id);

-- The events of one kind are found however rare they are.
CREATE INDEX event_by_kind ON event (program_id, kind, sequence);
