-- The texts of the rule sets of a round, as a JSON list of TOML files.
ALTER TABLE round ADD COLUMN rule_sets TEXT NOT NULL DEFAULT '[]';
