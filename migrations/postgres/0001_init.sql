-- The first schema; the same tables and columns as in migrations/sqlite.
-- Instants are whole UTC seconds, days YYYY-MM-DD, wall times HH:MM, zones IANA
-- names, durations minutes. Every key starts with the program.

-- Two functions that SQLite has and PostgreSQL lacks, so that a statement that
-- writes many rows is the same text on both: the rows come in as one JSON array
-- of arrays, and an identifier in it is written in hexadecimal.
CREATE FUNCTION json_each(elements TEXT) RETURNS TABLE (value JSONB)
    LANGUAGE SQL IMMUTABLE STRICT ROWS 1000
    AS 'SELECT * FROM jsonb_array_elements(elements::jsonb)';

CREATE FUNCTION unhex(hexadecimal TEXT) RETURNS UUID
    LANGUAGE SQL IMMUTABLE STRICT
    AS 'SELECT hexadecimal::uuid';

-- Programs. The sequence and the head of a program's chain of events are kept
-- here: taking the next number locks the row, so that writers of one program
-- follow one another.
CREATE TABLE program (
    program_id UUID NOT NULL PRIMARY KEY,
    key TEXT COLLATE "C" NOT NULL UNIQUE,
    version BIGINT NOT NULL CHECK (version > 0),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    name TEXT COLLATE "C" NOT NULL,
    time_zone TEXT COLLATE "C" NOT NULL,
    event_sequence BIGINT NOT NULL CHECK (event_sequence >= 0),
    event_sha256 TEXT COLLATE "C" NOT NULL
);

-- What was done, by whom: a chain of hashes. The hash covers payload_sha256,
-- so that a payload can be erased and the chain still holds.
CREATE TABLE event (
    program_id UUID NOT NULL REFERENCES program (program_id),
    sequence BIGINT NOT NULL CHECK (sequence > 0),
    at BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    payload TEXT COLLATE "C",
    payload_sha256 TEXT COLLATE "C" NOT NULL,
    previous_sha256 TEXT COLLATE "C" NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (program_id, sequence)
);

-- Requests that took effect, so that a repeat has none.
CREATE TABLE idempotency (
    program_id UUID NOT NULL REFERENCES program (program_id),
    actor TEXT COLLATE "C" NOT NULL,
    request_id UUID NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    body_sha256 TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (program_id, actor, request_id)
);

CREATE TABLE site (
    program_id UUID NOT NULL REFERENCES program (program_id),
    key TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    name TEXT COLLATE "C" NOT NULL,
    time_zone TEXT COLLATE "C" NOT NULL,
    jurisdiction TEXT COLLATE "C" NOT NULL,
    setting TEXT COLLATE "C" NOT NULL,
    capacity_min BIGINT NOT NULL CHECK (capacity_min >= 0),
    capacity BIGINT NOT NULL CHECK (capacity >= 0),
    contact_minutes_per_week BIGINT NOT NULL CHECK (contact_minutes_per_week >= 0),
    contact_minutes_min BIGINT NOT NULL CHECK (contact_minutes_min >= 0),
    contact_minutes_max BIGINT NOT NULL CHECK (contact_minutes_max >= contact_minutes_min),
    agreement_from TEXT COLLATE "C" NOT NULL,
    agreement_until TEXT COLLATE "C" NOT NULL CHECK (agreement_until >= agreement_from),
    PRIMARY KEY (program_id, key),
    UNIQUE (program_id, id)
);

CREATE TABLE site_modality (
    program_id UUID NOT NULL,
    site_key TEXT COLLATE "C" NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (program_id, site_key, word),
    FOREIGN KEY (program_id, site_key) REFERENCES site (program_id, key)
);

CREATE TABLE site_language (
    program_id UUID NOT NULL,
    site_key TEXT COLLATE "C" NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (program_id, site_key, word),
    FOREIGN KEY (program_id, site_key) REFERENCES site (program_id, key)
);

CREATE TABLE supervisor (
    program_id UUID NOT NULL REFERENCES program (program_id),
    key TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    name TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C" NOT NULL,
    time_zone TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL CHECK (role IN ('site', 'faculty')),
    delivery TEXT COLLATE "C" NOT NULL CHECK (delivery IN ('in_person', 'video', 'both')),
    caseload_min BIGINT NOT NULL CHECK (caseload_min >= 0),
    caseload_max BIGINT NOT NULL CHECK (caseload_max >= 0),
    caseload_current BIGINT NOT NULL CHECK (caseload_current >= 0),
    minutes_per_week_max BIGINT NOT NULL CHECK (minutes_per_week_max >= 0),
    group_size_max BIGINT NOT NULL CHECK (group_size_max >= 0),
    PRIMARY KEY (program_id, key),
    UNIQUE (program_id, id)
);

CREATE TABLE supervisor_site (
    program_id UUID NOT NULL,
    supervisor_key TEXT COLLATE "C" NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (program_id, supervisor_key, word),
    FOREIGN KEY (program_id, supervisor_key) REFERENCES supervisor (program_id, key),
    FOREIGN KEY (program_id, word) REFERENCES site (program_id, key)
);

CREATE TABLE supervisor_kind (
    program_id UUID NOT NULL,
    supervisor_key TEXT COLLATE "C" NOT NULL,
    word TEXT COLLATE "C" NOT NULL CHECK (word IN ('individual', 'triadic', 'group')),
    PRIMARY KEY (program_id, supervisor_key, word),
    FOREIGN KEY (program_id, supervisor_key) REFERENCES supervisor (program_id, key)
);

CREATE TABLE supervisor_language (
    program_id UUID NOT NULL,
    supervisor_key TEXT COLLATE "C" NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (program_id, supervisor_key, word),
    FOREIGN KEY (program_id, supervisor_key) REFERENCES supervisor (program_id, key)
);

CREATE TABLE licence (
    program_id UUID NOT NULL,
    supervisor_key TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL CHECK (position >= 0),
    jurisdiction TEXT COLLATE "C" NOT NULL,
    credential TEXT COLLATE "C" NOT NULL,
    valid_from TEXT COLLATE "C" NOT NULL,
    valid_until TEXT COLLATE "C" NOT NULL CHECK (valid_until >= valid_from),
    PRIMARY KEY (program_id, supervisor_key, position),
    FOREIGN KEY (program_id, supervisor_key) REFERENCES supervisor (program_id, key)
);

CREATE TABLE trainee (
    program_id UUID NOT NULL REFERENCES program (program_id),
    key TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    name TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C" NOT NULL,
    time_zone TEXT COLLATE "C" NOT NULL,
    level TEXT COLLATE "C" NOT NULL,
    jurisdiction TEXT COLLATE "C" NOT NULL,
    priority BIGINT NOT NULL CHECK (priority >= 1),
    contact_minutes_min BIGINT NOT NULL CHECK (contact_minutes_min >= 0),
    contact_minutes_target BIGINT CHECK (contact_minutes_target >= 0),
    contact_minutes_max BIGINT NOT NULL CHECK (contact_minutes_max >= contact_minutes_min),
    PRIMARY KEY (program_id, key),
    UNIQUE (program_id, id)
);

CREATE TABLE trainee_modality (
    program_id UUID NOT NULL,
    trainee_key TEXT COLLATE "C" NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (program_id, trainee_key, word),
    FOREIGN KEY (program_id, trainee_key) REFERENCES trainee (program_id, key)
);

CREATE TABLE trainee_language (
    program_id UUID NOT NULL,
    trainee_key TEXT COLLATE "C" NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (program_id, trainee_key, word),
    FOREIGN KEY (program_id, trainee_key) REFERENCES trainee (program_id, key)
);

-- Weekly windows in the owner's own zone. The days between which a window
-- holds are open where they are absent.
CREATE TABLE weekly_window (
    program_id UUID NOT NULL REFERENCES program (program_id),
    owner TEXT COLLATE "C" NOT NULL CHECK (owner IN ('site', 'supervisor', 'trainee')),
    owner_key TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL CHECK (position >= 0),
    weekday TEXT COLLATE "C" NOT NULL CHECK (weekday IN ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')),
    start_local TEXT COLLATE "C" NOT NULL,
    end_local TEXT COLLATE "C" NOT NULL CHECK (end_local > start_local),
    from_day TEXT COLLATE "C",
    until_day TEXT COLLATE "C" CHECK (until_day >= from_day),
    PRIMARY KEY (program_id, owner, owner_key, position)
);

CREATE TABLE away (
    program_id UUID NOT NULL REFERENCES program (program_id),
    owner TEXT COLLATE "C" NOT NULL CHECK (owner IN ('site', 'supervisor', 'trainee')),
    owner_key TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL CHECK (position >= 0),
    first_day TEXT COLLATE "C" NOT NULL,
    last_day TEXT COLLATE "C" NOT NULL CHECK (last_day >= first_day),
    reason TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (program_id, owner, owner_key, position)
);

CREATE TABLE exclusion (
    program_id UUID NOT NULL,
    trainee_key TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL CHECK (target IN ('site', 'supervisor')),
    target_key TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (program_id, trainee_key, target, target_key),
    FOREIGN KEY (program_id, trainee_key) REFERENCES trainee (program_id, key)
);

CREATE TABLE requirement (
    program_id UUID NOT NULL,
    trainee_key TEXT COLLATE "C" NOT NULL,
    category TEXT COLLATE "C" NOT NULL CHECK (category IN ('contact', 'individual', 'triadic', 'group', 'other')),
    due_day TEXT COLLATE "C" NOT NULL,
    minutes_required BIGINT NOT NULL CHECK (minutes_required >= 0),
    minutes_completed BIGINT NOT NULL CHECK (minutes_completed >= 0),
    PRIMARY KEY (program_id, trainee_key, category, due_day),
    FOREIGN KEY (program_id, trainee_key) REFERENCES trainee (program_id, key)
);

-- key_is_given: whether the folder names the round; else its key was made of
-- the first day, and an export leaves it out again.
CREATE TABLE round (
    program_id UUID NOT NULL REFERENCES program (program_id),
    key TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    key_is_given BOOLEAN NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    first_day TEXT COLLATE "C" NOT NULL,
    last_day TEXT COLLATE "C" NOT NULL CHECK (last_day >= first_day),
    session_start_step_minutes BIGINT NOT NULL CHECK (session_start_step_minutes > 0),
    missed_sessions_max BIGINT NOT NULL CHECK (missed_sessions_max >= 0),
    unranked_sites TEXT COLLATE "C" NOT NULL CHECK (unranked_sites IN ('forbidden', 'last')),
    excluded_supervisor_closes_sites BOOLEAN NOT NULL,
    contact_per_supervision_max_thousandths BIGINT,
    group_credit_thousandths BIGINT,
    has_availability BOOLEAN NOT NULL,
    PRIMARY KEY (program_id, key),
    UNIQUE (program_id, id)
);

CREATE TABLE participant (
    program_id UUID NOT NULL,
    round_key TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('site', 'supervisor', 'trainee')),
    participant_key TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (program_id, round_key, kind, participant_key),
    FOREIGN KEY (program_id, round_key) REFERENCES round (program_id, key)
);

CREATE TABLE supervision_line (
    program_id UUID NOT NULL,
    round_key TEXT COLLATE "C" NOT NULL,
    level TEXT COLLATE "C" NOT NULL,
    line TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL CHECK (role IN ('site', 'faculty')),
    minutes_per_week BIGINT NOT NULL CHECK (minutes_per_week >= 0),
    licence TEXT COLLATE "C" NOT NULL CHECK (licence IN ('jurisdiction', 'any')),
    PRIMARY KEY (program_id, round_key, level, line),
    FOREIGN KEY (program_id, round_key) REFERENCES round (program_id, key)
);

CREATE TABLE supervision_line_kind (
    program_id UUID NOT NULL,
    round_key TEXT COLLATE "C" NOT NULL,
    level TEXT COLLATE "C" NOT NULL,
    line TEXT COLLATE "C" NOT NULL,
    word TEXT COLLATE "C" NOT NULL CHECK (word IN ('individual', 'triadic', 'group')),
    PRIMARY KEY (program_id, round_key, level, line, word),
    FOREIGN KEY (program_id, round_key, level, line)
        REFERENCES supervision_line (program_id, round_key, level, line)
);

CREATE TABLE preference (
    program_id UUID NOT NULL,
    round_key TEXT COLLATE "C" NOT NULL,
    trainee_key TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL CHECK (target IN ('site', 'supervisor')),
    target_key TEXT COLLATE "C" NOT NULL,
    rank BIGINT NOT NULL CHECK (rank >= 1),
    PRIMARY KEY (program_id, round_key, trainee_key, target, target_key),
    FOREIGN KEY (program_id, round_key) REFERENCES round (program_id, key)
);

CREATE TABLE pin (
    program_id UUID NOT NULL,
    round_key TEXT COLLATE "C" NOT NULL,
    trainee_key TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL CHECK (target IN ('site', 'supervisor')),
    target_key TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (program_id, round_key, trainee_key, target, target_key),
    FOREIGN KEY (program_id, round_key) REFERENCES round (program_id, key)
);

CREATE TABLE forbid (
    program_id UUID NOT NULL,
    round_key TEXT COLLATE "C" NOT NULL,
    trainee_key TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL CHECK (target IN ('site', 'supervisor')),
    target_key TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (program_id, round_key, trainee_key, target, target_key),
    FOREIGN KEY (program_id, round_key) REFERENCES round (program_id, key)
);

CREATE TABLE site_ranking (
    program_id UUID NOT NULL,
    round_key TEXT COLLATE "C" NOT NULL,
    site_key TEXT COLLATE "C" NOT NULL,
    trainee_key TEXT COLLATE "C" NOT NULL,
    rank BIGINT NOT NULL CHECK (rank >= 1),
    PRIMARY KEY (program_id, round_key, site_key, trainee_key),
    FOREIGN KEY (program_id, round_key) REFERENCES round (program_id, key)
);

-- What a run solves: the canonical roster in keys, without names, addresses
-- and free text. Append-only.
CREATE TABLE snapshot (
    program_id UUID NOT NULL REFERENCES program (program_id),
    sha256 TEXT COLLATE "C" NOT NULL,
    format_version BIGINT NOT NULL CHECK (format_version > 0),
    bytes BYTEA NOT NULL,
    PRIMARY KEY (program_id, sha256)
);

-- A run is held by one worker at a time: until lease_until, under the number
-- fencing_token, which grows each time that a worker takes the run up.
CREATE TABLE run (
    program_id UUID NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    round_key TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'cancelled', 'failed')),
    snapshot_sha256 TEXT COLLATE "C" NOT NULL,
    limit_seconds BIGINT NOT NULL CHECK (limit_seconds > 0),
    limit_memory_bytes BIGINT NOT NULL CHECK (limit_memory_bytes > 0),
    cancel_requested BOOLEAN NOT NULL,
    lease_until BIGINT,
    fencing_token BIGINT NOT NULL CHECK (fencing_token >= 0),
    has_plan BOOLEAN NOT NULL,
    failure TEXT COLLATE "C",
    started_at BIGINT,
    ended_at BIGINT,
    event_sequence BIGINT NOT NULL CHECK (event_sequence >= 0),
    PRIMARY KEY (program_id, key),
    UNIQUE (program_id, id),
    FOREIGN KEY (program_id, round_key) REFERENCES round (program_id, key),
    FOREIGN KEY (program_id, snapshot_sha256) REFERENCES snapshot (program_id, sha256)
);

CREATE INDEX run_by_state ON run (state, created_at);

CREATE TABLE run_event (
    program_id UUID NOT NULL,
    run_key TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL CHECK (sequence > 0),
    at BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('state', 'progress', 'better_plan')),
    stage TEXT COLLATE "C" NOT NULL,
    best BIGINT,
    bound BIGINT,
    text TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (program_id, run_key, sequence),
    FOREIGN KEY (program_id, run_key) REFERENCES run (program_id, key)
);

-- Plans are made of keys, refer to nothing that can change, and are written
-- once, by the transaction that ends the run. The key of a plan is the run's.
CREATE TABLE plan (
    program_id UUID NOT NULL REFERENCES program (program_id),
    run_key TEXT COLLATE "C" NOT NULL,
    round_key TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    roster_sha256 TEXT COLLATE "C" NOT NULL,
    solver TEXT COLLATE "C" NOT NULL,
    solver_version TEXT COLLATE "C" NOT NULL,
    tzdb_version TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (program_id, run_key)
);

CREATE TABLE plan_rule_set (
    program_id UUID NOT NULL,
    run_key TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL CHECK (position >= 0),
    rule_set TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (program_id, run_key, position),
    FOREIGN KEY (program_id, run_key) REFERENCES plan (program_id, run_key)
);

CREATE TABLE plan_level (
    program_id UUID NOT NULL,
    run_key TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL CHECK (position >= 0),
    level TEXT COLLATE "C" NOT NULL,
    value BIGINT NOT NULL,
    bound BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL CHECK (status IN ('proved', 'within_gap', 'time_limit')),
    PRIMARY KEY (program_id, run_key, position),
    FOREIGN KEY (program_id, run_key) REFERENCES plan (program_id, run_key)
);

CREATE TABLE placement (
    program_id UUID NOT NULL,
    run_key TEXT COLLATE "C" NOT NULL,
    trainee_key TEXT COLLATE "C" NOT NULL,
    site_key TEXT COLLATE "C" NOT NULL,
    contact_minutes_per_week BIGINT NOT NULL CHECK (contact_minutes_per_week >= 0),
    preference_rank BIGINT NOT NULL CHECK (preference_rank >= 1),
    PRIMARY KEY (program_id, run_key, trainee_key),
    FOREIGN KEY (program_id, run_key) REFERENCES plan (program_id, run_key)
);

-- site_key: only of sessions in person. weekday and start_local: absent for a
-- line of zero minutes, which assigns a supervisor without a meeting.
CREATE TABLE session (
    program_id UUID NOT NULL,
    run_key TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL CHECK (number > 0),
    supervisor_key TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('individual', 'triadic', 'group')),
    weekday TEXT COLLATE "C",
    start_local TEXT COLLATE "C",
    minutes BIGINT NOT NULL CHECK (minutes >= 0),
    time_zone TEXT COLLATE "C" NOT NULL,
    site_key TEXT COLLATE "C",
    PRIMARY KEY (program_id, run_key, number),
    FOREIGN KEY (program_id, run_key) REFERENCES plan (program_id, run_key)
);

CREATE TABLE session_member (
    program_id UUID NOT NULL,
    run_key TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    trainee_key TEXT COLLATE "C" NOT NULL,
    line TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (program_id, run_key, number, trainee_key, line),
    FOREIGN KEY (program_id, run_key, number) REFERENCES session (program_id, run_key, number)
);

CREATE TABLE unmatched (
    program_id UUID NOT NULL,
    run_key TEXT COLLATE "C" NOT NULL,
    trainee_key TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (program_id, run_key, trainee_key),
    FOREIGN KEY (program_id, run_key) REFERENCES plan (program_id, run_key)
);
