-- What a run solves beside the records of its round: the run whose snapshot is
-- edited, the edits one a line, and the run whose plan is kept where it can be.
ALTER TABLE run ADD COLUMN forked_from_key TEXT;
ALTER TABLE run ADD COLUMN edits TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN baseline_key TEXT;
