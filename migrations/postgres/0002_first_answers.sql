-- Requests that took effect, each with the bytes of its first answer, so that
-- a repeat has no effect and gets the same answer. What was remembered without
-- an answer is forgotten.
DROP TABLE idempotency;

CREATE TABLE idempotency (
    program_id UUID NOT NULL REFERENCES program (program_id),
    actor TEXT COLLATE "C" NOT NULL,
    request_id UUID NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    body_sha256 TEXT COLLATE "C" NOT NULL,
    answer BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (program_id, actor, request_id)
);

CREATE INDEX idempotency_by_caller ON idempotency (actor, request_id);
CREATE INDEX idempotency_by_expiry ON idempotency (program_id, expires_at);
