-- The first schema; the same tables and columns as in migrations/postgres.
-- Instants are whole UTC seconds, days YYYY-MM-DD, wall times HH:MM, zones IANA
-- names, durations minutes. Every key starts with the program.

-- Programs. The sequence and the head of a program's chain of events are kept
-- here: taking the next number locks the row, so that writers of one program
-- follow one another.
CREATE TABLE program (
    program_id BLOB NOT NULL PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL CHECK (version > 0),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    name TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    event_sequence INTEGER NOT NULL CHECK (event_sequence >= 0),
    event_sha256 TEXT NOT NULL
) STRICT;

-- What was done, by whom: a chain of hashes. The hash covers payload_sha256,
-- so that a payload can be erased and the chain still holds.
CREATE TABLE event (
    program_id BLOB NOT NULL REFERENCES program (program_id),
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    payload TEXT,
    payload_sha256 TEXT NOT NULL,
    previous_sha256 TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (program_id, sequence)
) STRICT;

-- Requests that took effect, so that a repeat has none.
CREATE TABLE idempotency (
    program_id BLOB NOT NULL REFERENCES program (program_id),
    actor TEXT NOT NULL,
    request_id BLOB NOT NULL,
    method TEXT NOT NULL,
    body_sha256 TEXT NOT NULL,
    subject TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (program_id, actor, request_id)
) STRICT;

CREATE TABLE site (
    program_id BLOB NOT NULL REFERENCES program (program_id),
    key TEXT NOT NULL,
    id BLOB NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    name TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    jurisdiction TEXT NOT NULL,
    setting TEXT NOT NULL,
    capacity_min INTEGER NOT NULL CHECK (capacity_min >= 0),
    capacity INTEGER NOT NULL CHECK (capacity >= 0),
    contact_minutes_per_week INTEGER NOT NULL CHECK (contact_minutes_per_week >= 0),
    contact_minutes_min INTEGER NOT NULL CHECK (contact_minutes_min >= 0),
    contact_minutes_max INTEGER NOT NULL CHECK (contact_minutes_max >= contact_minutes_min),
    agreement_from TEXT NOT NULL,
    agreement_until TEXT NOT NULL CHECK (agreement_until >= agreement_from),
    PRIMARY KEY (program_id, key),
    UNIQUE (program_id, id)
) STRICT;

CREATE TABLE site_modality (
    program_id BLOB NOT NULL,
    site_key TEXT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (program_id, site_key, word),
    FOREIGN KEY (program_id, site_key) REFERENCES site (program_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE site_language (
    program_id BLOB NOT NULL,
    site_key TEXT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (program_id, site_key, word),
    FOREIGN KEY (program_id, site_key) REFERENCES site (program_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE supervisor (
    program_id BLOB NOT NULL REFERENCES program (program_id),
    key TEXT NOT NULL,
    id BLOB NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('site', 'faculty')),
    delivery TEXT NOT NULL CHECK (delivery IN ('in_person', 'video', 'both')),
    caseload_min INTEGER NOT NULL CHECK (caseload_min >= 0),
    caseload_max INTEGER NOT NULL CHECK (caseload_max >= 0),
    caseload_current INTEGER NOT NULL CHECK (caseload_current >= 0),
    minutes_per_week_max INTEGER NOT NULL CHECK (minutes_per_week_max >= 0),
    group_size_max INTEGER NOT NULL CHECK (group_size_max >= 0),
    PRIMARY KEY (program_id, key),
    UNIQUE (program_id, id)
) STRICT;

CREATE TABLE supervisor_site (
    program_id BLOB NOT NULL,
    supervisor_key TEXT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (program_id, supervisor_key, word),
    FOREIGN KEY (program_id, supervisor_key) REFERENCES supervisor (program_id, key),
    FOREIGN KEY (program_id, word) REFERENCES site (program_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE supervisor_kind (
    program_id BLOB NOT NULL,
    supervisor_key TEXT NOT NULL,
    word TEXT NOT NULL CHECK (word IN ('individual', 'triadic', 'group')),
    PRIMARY KEY (program_id, supervisor_key, word),
    FOREIGN KEY (program_id, supervisor_key) REFERENCES supervisor (program_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE supervisor_language (
    program_id BLOB NOT NULL,
    supervisor_key TEXT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (program_id, supervisor_key, word),
    FOREIGN KEY (program_id, supervisor_key) REFERENCES supervisor (program_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE licence (
    program_id BLOB NOT NULL,
    supervisor_key TEXT NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    jurisdiction TEXT NOT NULL,
    credential TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_until TEXT NOT NULL CHECK (valid_until >= valid_from),
    PRIMARY KEY (program_id, supervisor_key, position),
    FOREIGN KEY (program_id, supervisor_key) REFERENCES supervisor (program_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE trainee (
    program_id BLOB NOT NULL REFERENCES program (program_id),
    key TEXT NOT NULL,
    id BLOB NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    level TEXT NOT NULL,
    jurisdiction TEXT NOT NULL,
    priority INTEGER NOT NULL CHECK (priority >= 1),
    contact_minutes_min INTEGER NOT NULL CHECK (contact_minutes_min >= 0),
    contact_minutes_target INTEGER CHECK (contact_minutes_target >= 0),
    contact_minutes_max INTEGER NOT NULL CHECK (contact_minutes_max >= contact_minutes_min),
    PRIMARY KEY (program_id, key),
    UNIQUE (program_id, id)
) STRICT;

CREATE TABLE trainee_modality (
    program_id BLOB NOT NULL,
    trainee_key TEXT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (program_id, trainee_key, word),
    FOREIGN KEY (program_id, trainee_key) REFERENCES trainee (program_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE trainee_language (
    program_id BLOB NOT NULL,
    trainee_key TEXT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (program_id, trainee_key, word),
    FOREIGN KEY (program_id, trainee_key) REFERENCES trainee (program_id, key)
) STRICT, WITHOUT ROWID;

-- Weekly windows in the owner's own zone. The days between which a window
-- holds are open where they are absent.
CREATE TABLE weekly_window (
    program_id BLOB NOT NULL REFERENCES program (program_id),
    owner TEXT NOT NULL CHECK (owner IN ('site', 'supervisor', 'trainee')),
    owner_key TEXT NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    weekday TEXT NOT NULL CHECK (weekday IN ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')),
    start_local TEXT NOT NULL,
    end_local TEXT NOT NULL CHECK (end_local > start_local),
    from_day TEXT,
    until_day TEXT CHECK (until_day >= from_day),
    PRIMARY KEY (program_id, owner, owner_key, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE away (
    program_id BLOB NOT NULL REFERENCES program (program_id),
    owner TEXT NOT NULL CHECK (owner IN ('site', 'supervisor', 'trainee')),
    owner_key TEXT NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL CHECK (last_day >= first_day),
    reason TEXT NOT NULL,
    PRIMARY KEY (program_id, owner, owner_key, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE exclusion (
    program_id BLOB NOT NULL,
    trainee_key TEXT NOT NULL,
    target TEXT NOT NULL CHECK (target IN ('site', 'supervisor')),
    target_key TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (program_id, trainee_key, target, target_key),
    FOREIGN KEY (program_id, trainee_key) REFERENCES trainee (program_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE requirement (
    program_id BLOB NOT NULL,
    trainee_key TEXT NOT NULL,
    category TEXT NOT NULL CHECK (category IN ('contact', 'individual', 'triadic', 'group', 'other')),
    due_day TEXT NOT NULL,
    minutes_required INTEGER NOT NULL CHECK (minutes_required >= 0),
    minutes_completed INTEGER NOT NULL CHECK (minutes_completed >= 0),
    PRIMARY KEY (program_id, trainee_key, category, due_day),
    FOREIGN KEY (program_id, trainee_key) REFERENCES trainee (program_id, key)
) STRICT, WITHOUT ROWID;

-- key_is_given: whether the folder names the round; else its key was made of
-- the first day, and an export leaves it out again.
CREATE TABLE round (
    program_id BLOB NOT NULL REFERENCES program (program_id),
    key TEXT NOT NULL,
    id BLOB NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    key_is_given INTEGER NOT NULL CHECK (key_is_given IN (0, 1)),
    name TEXT NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL CHECK (last_day >= first_day),
    session_start_step_minutes INTEGER NOT NULL CHECK (session_start_step_minutes > 0),
    missed_sessions_max INTEGER NOT NULL CHECK (missed_sessions_max >= 0),
    unranked_sites TEXT NOT NULL CHECK (unranked_sites IN ('forbidden', 'last')),
    excluded_supervisor_closes_sites INTEGER NOT NULL CHECK (excluded_supervisor_closes_sites IN (0, 1)),
    contact_per_supervision_max_thousandths INTEGER,
    group_credit_thousandths INTEGER,
    has_availability INTEGER NOT NULL CHECK (has_availability IN (0, 1)),
    PRIMARY KEY (program_id, key),
    UNIQUE (program_id, id)
) STRICT;

CREATE TABLE participant (
    program_id BLOB NOT NULL,
    round_key TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('site', 'supervisor', 'trainee')),
    participant_key TEXT NOT NULL,
    PRIMARY KEY (program_id, round_key, kind, participant_key),
    FOREIGN KEY (program_id, round_key) REFERENCES round (program_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE supervision_line (
    program_id BLOB NOT NULL,
    round_key TEXT NOT NULL,
    level TEXT NOT NULL,
    line TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('site', 'faculty')),
    minutes_per_week INTEGER NOT NULL CHECK (minutes_per_week >= 0),
    licence TEXT NOT NULL CHECK (licence IN ('jurisdiction', 'any')),
    PRIMARY KEY (program_id, round_key, level, line),
    FOREIGN KEY (program_id, round_key) REFERENCES round (program_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE supervision_line_kind (
    program_id BLOB NOT NULL,
    round_key TEXT NOT NULL,
    level TEXT NOT NULL,
    line TEXT NOT NULL,
    word TEXT NOT NULL CHECK (word IN ('individual', 'triadic', 'group')),
    PRIMARY KEY (program_id, round_key, level, line, word),
    FOREIGN KEY (program_id, round_key, level, line)
        REFERENCES supervision_line (program_id, round_key, level, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE preference (
    program_id BLOB NOT NULL,
    round_key TEXT NOT NULL,
    trainee_key TEXT NOT NULL,
    target TEXT NOT NULL CHECK (target IN ('site', 'supervisor')),
    target_key TEXT NOT NULL,
    rank INTEGER NOT NULL CHECK (rank >= 1),
    PRIMARY KEY (program_id, round_key, trainee_key, target, target_key),
    FOREIGN KEY (program_id, round_key) REFERENCES round (program_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE pin (
    program_id BLOB NOT NULL,
    round_key TEXT NOT NULL,
    trainee_key TEXT NOT NULL,
    target TEXT NOT NULL CHECK (target IN ('site', 'supervisor')),
    target_key TEXT NOT NULL,
    PRIMARY KEY (program_id, round_key, trainee_key, target, target_key),
    FOREIGN KEY (program_id, round_key) REFERENCES round (program_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE forbid (
    program_id BLOB NOT NULL,
    round_key TEXT NOT NULL,
    trainee_key TEXT NOT NULL,
    target TEXT NOT NULL CHECK (target IN ('site', 'supervisor')),
    target_key TEXT NOT NULL,
    PRIMARY KEY (program_id, round_key, trainee_key, target, target_key),
    FOREIGN KEY (program_id, round_key) REFERENCES round (program_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE site_ranking (
    program_id BLOB NOT NULL,
    round_key TEXT NOT NULL,
    site_key TEXT NOT NULL,
    trainee_key TEXT NOT NULL,
    rank INTEGER NOT NULL CHECK (rank >= 1),
    PRIMARY KEY (program_id, round_key, site_key, trainee_key),
    FOREIGN KEY (program_id, round_key) REFERENCES round (program_id, key)
) STRICT, WITHOUT ROWID;

-- What a run solves: the canonical roster in keys, without names, addresses
-- and free text. Append-only.
CREATE TABLE snapshot (
    program_id BLOB NOT NULL REFERENCES program (program_id),
    sha256 TEXT NOT NULL,
    format_version INTEGER NOT NULL CHECK (format_version > 0),
    bytes BLOB NOT NULL,
    PRIMARY KEY (program_id, sha256)
) STRICT;

-- A run is held by one worker at a time: until lease_until, under the number
-- fencing_token, which grows each time that a worker takes the run up.
CREATE TABLE run (
    program_id BLOB NOT NULL,
    key TEXT NOT NULL,
    id BLOB NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    round_key TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'cancelled', 'failed')),
    snapshot_sha256 TEXT NOT NULL,
    limit_seconds INTEGER NOT NULL CHECK (limit_seconds > 0),
    limit_memory_bytes INTEGER NOT NULL CHECK (limit_memory_bytes > 0),
    cancel_requested INTEGER NOT NULL CHECK (cancel_requested IN (0, 1)),
    lease_until INTEGER,
    fencing_token INTEGER NOT NULL CHECK (fencing_token >= 0),
    has_plan INTEGER NOT NULL CHECK (has_plan IN (0, 1)),
    failure TEXT,
    started_at INTEGER,
    ended_at INTEGER,
    event_sequence INTEGER NOT NULL CHECK (event_sequence >= 0),
    PRIMARY KEY (program_id, key),
    UNIQUE (program_id, id),
    FOREIGN KEY (program_id, round_key) REFERENCES round (program_id, key),
    FOREIGN KEY (program_id, snapshot_sha256) REFERENCES snapshot (program_id, sha256)
) STRICT;

CREATE INDEX run_by_state ON run (state, created_at);

CREATE TABLE run_event (
    program_id BLOB NOT NULL,
    run_key TEXT NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    at INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('state', 'progress', 'better_plan')),
    stage TEXT NOT NULL,
    best INTEGER,
    bound INTEGER,
    text TEXT NOT NULL,
    PRIMARY KEY (program_id, run_key, sequence),
    FOREIGN KEY (program_id, run_key) REFERENCES run (program_id, key)
) STRICT, WITHOUT ROWID;

-- Plans are made of keys, refer to nothing that can change, and are written
-- once, by the transaction that ends the run. The key of a plan is the run's.
CREATE TABLE plan (
    program_id BLOB NOT NULL REFERENCES program (program_id),
    run_key TEXT NOT NULL,
    round_key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    roster_sha256 TEXT NOT NULL,
    solver TEXT NOT NULL,
    solver_version TEXT NOT NULL,
    tzdb_version TEXT NOT NULL,
    PRIMARY KEY (program_id, run_key)
) STRICT;

CREATE TABLE plan_rule_set (
    program_id BLOB NOT NULL,
    run_key TEXT NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    rule_set TEXT NOT NULL,
    PRIMARY KEY (program_id, run_key, position),
    FOREIGN KEY (program_id, run_key) REFERENCES plan (program_id, run_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE plan_level (
    program_id BLOB NOT NULL,
    run_key TEXT NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    level TEXT NOT NULL,
    value INTEGER NOT NULL,
    bound INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('proved', 'within_gap', 'time_limit')),
    PRIMARY KEY (program_id, run_key, position),
    FOREIGN KEY (program_id, run_key) REFERENCES plan (program_id, run_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE placement (
    program_id BLOB NOT NULL,
    run_key TEXT NOT NULL,
    trainee_key TEXT NOT NULL,
    site_key TEXT NOT NULL,
    contact_minutes_per_week INTEGER NOT NULL CHECK (contact_minutes_per_week >= 0),
    preference_rank INTEGER NOT NULL CHECK (preference_rank >= 1),
    PRIMARY KEY (program_id, run_key, trainee_key),
    FOREIGN KEY (program_id, run_key) REFERENCES plan (program_id, run_key)
) STRICT, WITHOUT ROWID;

-- site_key: only of sessions in person. weekday and start_local: absent for a
-- line of zero minutes, which assigns a supervisor without a meeting.
CREATE TABLE session (
    program_id BLOB NOT NULL,
    run_key TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number > 0),
    supervisor_key TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('individual', 'triadic', 'group')),
    weekday TEXT,
    start_local TEXT,
    minutes INTEGER NOT NULL CHECK (minutes >= 0),
    time_zone TEXT NOT NULL,
    site_key TEXT,
    PRIMARY KEY (program_id, run_key, number),
    FOREIGN KEY (program_id, run_key) REFERENCES plan (program_id, run_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE session_member (
    program_id BLOB NOT NULL,
    run_key TEXT NOT NULL,
    number INTEGER NOT NULL,
    trainee_key TEXT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (program_id, run_key, number, trainee_key, line),
    FOREIGN KEY (program_id, run_key, number) REFERENCES session (program_id, run_key, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE unmatched (
    program_id BLOB NOT NULL,
    run_key TEXT NOT NULL,
    trainee_key TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    action TEXT NOT NULL,
    PRIMARY KEY (program_id, run_key, trainee_key),
    FOREIGN KEY (program_id, run_key) REFERENCES plan (program_id, run_key)
) STRICT, WITHOUT ROWID;
