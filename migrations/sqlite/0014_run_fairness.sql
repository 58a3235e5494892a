-- Programs take turns: each time that a worker takes a run up, the run gets the
-- next number of all, so that the program whose last number is lowest is the
-- one that was served longest ago.
ALTER TABLE run ADD COLUMN turn INTEGER;

CREATE INDEX run_by_turn ON run (turn) WHERE turn IS NOT NULL;
CREATE INDEX run_by_turn_of_program ON run (program_id, turn) WHERE turn IS NOT NULL;

-- The runs that have not ended: few beside all that ever were.
CREATE INDEX run_to_do ON run (program_id, created_at, key)
    WHERE state IN ('queued', 'running');
CREATE INDEX run_held ON run (program_id, lease_until) WHERE state = 'running';

-- Its two uses have an index of their own now, without all that has ended.
DROP INDEX run_by_state;
