//! The gRPC service as its clients see it.

mod analysis;
mod availability;
mod hostile;
mod lists;
mod once;
mod operation;
mod people;
mod programs;
mod rosters;
mod round_parts;
mod round_refusals;
mod round_rules;
mod round_story;
mod rounds;
mod rule_checks;
mod rule_sets;
pub(crate) mod runs;
mod trainee_rows;
mod twins;
