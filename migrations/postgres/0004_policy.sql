-- The objectives of a round, in the order in which they are solved, with
-- semicolons between them.
ALTER TABLE round ADD COLUMN policy TEXT NOT NULL
    DEFAULT 'matched_priority;matched;contact_short_minutes;site_rank';
