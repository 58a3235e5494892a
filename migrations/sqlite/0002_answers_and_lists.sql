-- Requests that took effect, each with the bytes of its first answer, so that
-- a repeat has no effect and gets the same answer. What was remembered without
-- an answer is forgotten.
DROP TABLE idempotency;

CREATE TABLE idempotency (
    program_id BLOB NOT NULL REFERENCES program (program_id),
    actor TEXT NOT NULL,
    request_id BLOB NOT NULL,
    method TEXT NOT NULL,
    body_sha256 TEXT NOT NULL,
    answer BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (program_id, actor, request_id)
) STRICT;

CREATE INDEX idempotency_by_caller ON idempotency (actor, request_id);
CREATE INDEX idempotency_by_expiry ON idempotency (program_id, expires_at);

-- A page of a list is found by an index in every order, however far down.
CREATE INDEX site_by_name ON site (program_id, name, key);
CREATE INDEX site_by_update_time ON site (program_id, updated_at, key);
CREATE INDEX supervisor_by_name ON supervisor (program_id, name, key);
CREATE INDEX supervisor_by_update_time ON supervisor (program_id, updated_at, key);
CREATE INDEX trainee_by_name ON trainee (program_id, name, key);
CREATE INDEX trainee_by_update_time ON trainee (program_id, updated_at, key);
CREATE INDEX round_by_name ON round (program_id, name, key);
CREATE INDEX round_by_update_time ON round (program_id, updated_at, key);
CREATE INDEX run_by_round ON run (program_id, round_key, key);
CREATE INDEX run_by_update_time ON run (program_id, updated_at, key);
