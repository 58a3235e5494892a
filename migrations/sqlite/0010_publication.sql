-- What becomes of a round after matching. All of these tables are only ever
-- added to: who was told what, and when, stays on record.

-- The states that a round went through, numbered from 1. A round without any
-- is a draft.
CREATE TABLE round_state (
    program_id BLOB NOT NULL REFERENCES program (program_id),
    round_key TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    state TEXT NOT NULL
        CHECK (state IN ('collecting', 'matching', 'published', 'repaired', 'closed')),
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (program_id, round_key, number)
) STRICT, WITHOUT ROWID;

-- The plans that were published of a round, numbered from 1; the last one
-- holds. replaces_run_key: the plan that held until then.
CREATE TABLE publication (
    program_id BLOB NOT NULL,
    round_key TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    run_key TEXT NOT NULL,
    replaces_run_key TEXT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (program_id, round_key, number),
    UNIQUE (program_id, run_key),
    FOREIGN KEY (program_id, run_key) REFERENCES plan (program_id, run_key),
    FOREIGN KEY (program_id, replaces_run_key) REFERENCES plan (program_id, run_key),
    CHECK ((number = 1) = (replaces_run_key IS NULL))
) STRICT, WITHOUT ROWID;

-- What supervisors say to a published plan, for each trainee whom it gives
-- them, numbered from 1; the last one counts.
CREATE TABLE response (
    program_id BLOB NOT NULL,
    round_key TEXT NOT NULL,
    publication_number INTEGER NOT NULL,
    supervisor_key TEXT NOT NULL,
    trainee_key TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    answer TEXT NOT NULL CHECK (answer IN ('accepted', 'declined')),
    reason TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (program_id, round_key, publication_number, supervisor_key, trainee_key, number),
    FOREIGN KEY (program_id, round_key, publication_number)
        REFERENCES publication (program_id, round_key, number)
) STRICT, WITHOUT ROWID;

-- What partners are told of, in the order in which it happened. The sequence
-- is that of the event that records it, so that a change keeps its name.
CREATE TABLE change (
    program_id BLOB NOT NULL REFERENCES program (program_id),
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    at INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('preferences_opened', 'plan_published',
        'plan_repaired', 'round_closed', 'response_given')),
    round_key TEXT NOT NULL,
    run_key TEXT,
    supervisor_key TEXT,
    trainee_key TEXT,
    answer TEXT CHECK (answer IN ('accepted', 'declined')),
    PRIMARY KEY (program_id, sequence)
) STRICT, WITHOUT ROWID;

-- Whom a supervisor meets in a plan, and with whom a trainee is.
CREATE INDEX session_by_supervisor ON session (program_id, run_key, supervisor_key);
CREATE INDEX session_member_by_trainee ON session_member (program_id, run_key, trainee_key);
