-- What becomes of a round after matching. All of these tables are only ever
-- added to: who was told what, and when, stays on record.

-- The states that a round went through, numbered from 1. A round without any
-- is a draft.
CREATE TABLE round_state (
    program_id UUID NOT NULL REFERENCES program (program_id),
    round_key TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL CHECK (number > 0),
    state TEXT COLLATE "C" NOT NULL
        CHECK (state IN ('collecting', 'matching', 'published', 'repaired', 'closed')),
    at BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (program_id, round_key, number)
);

-- The plans that were published of a round, numbered from 1; the last one
-- holds. replaces_run_key: the plan that held until then.
CREATE TABLE publication (
    program_id UUID NOT NULL,
    round_key TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL CHECK (number > 0),
    run_key TEXT COLLATE "C" NOT NULL,
    replaces_run_key TEXT COLLATE "C",
    at BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (program_id, round_key, number),
    UNIQUE (program_id, run_key),
    FOREIGN KEY (program_id, run_key) REFERENCES plan (program_id, run_key),
    FOREIGN KEY (program_id, replaces_run_key) REFERENCES plan (program_id, run_key),
    CHECK ((number = 1) = (replaces_run_key IS NULL))
);

-- What supervisors say to a published plan, for each trainee whom it gives
-- them, numbered from 1; the last one counts.
CREATE TABLE response (
    program_id UUID NOT NULL,
    round_key TEXT COLLATE "C" NOT NULL,
    publication_number BIGINT NOT NULL,
    supervisor_key TEXT COLLATE "C" NOT NULL,
    trainee_key TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL CHECK (number > 0),
    answer TEXT COLLATE "C" NOT NULL CHECK (answer IN ('accepted', 'declined')),
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (program_id, round_key, publication_number, supervisor_key, trainee_key, number),
    FOREIGN KEY (program_id, round_key, publication_number)
        REFERENCES publication (program_id, round_key, number)
);

-- What partners are told of, in the order in which it happened. The sequence
-- is that of the event that records it, so that a change keeps its name.
CREATE TABLE change (
    program_id UUID NOT NULL REFERENCES program (program_id),
    sequence BIGINT NOT NULL CHECK (sequence > 0),
    at BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('preferences_opened', 'plan_published',
        'plan_repaired', 'round_closed', 'response_given')),
    round_key TEXT COLLATE "C" NOT NULL,
    run_key TEXT COLLATE "C",
    supervisor_key TEXT COLLATE "C",
    trainee_key TEXT COLLATE "C",
    answer TEXT COLLATE "C" CHECK (answer IN ('accepted', 'declined')),
    PRIMARY KEY (program_id, sequence)
);

-- Whom a supervisor meets in a plan, and with whom a trainee is.
CREATE INDEX session_by_supervisor ON session (program_id, run_key, supervisor_key);
CREATE INDEX session_member_by_trainee ON session_member (program_id, run_key, trainee_key);
