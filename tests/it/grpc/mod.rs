//! The gRPC service as its clients see it.

mod analysis;
mod availability;
mod changes;
mod hostile;
mod lists;
mod once;
mod operation;
mod people;
mod programs;
mod publishing;
mod reasons;
mod rosters;
mod round_parts;
mod round_refusals;
mod round_story;
mod rounds;
pub(crate) mod runs;
mod schedule;
mod trainee_rows;
mod twins;
