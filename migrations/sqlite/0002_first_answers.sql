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
