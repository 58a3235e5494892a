//! The gRPC service as its clients see it.

mod analysis;
mod availability;
mod hostile;
mod lists;
mod once;
mod operation;
mod people;
mod programs;
mod reasons;
mod rosters;
mod round_parts;
mod round_refusals;
mod round_story;
mod rounds;
pub(crate) mod runs;
mod trainee_rows;
mod twins;
