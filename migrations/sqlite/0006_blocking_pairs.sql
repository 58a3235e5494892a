-- Whether a trainee and a site may both rather have each other than what a plan
-- gives them.
ALTER TABLE round ADD COLUMN blocking_pairs TEXT NOT NULL
    DEFAULT 'allowed' CHECK (blocking_pairs IN ('allowed', 'forbidden'));
