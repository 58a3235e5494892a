//! The gRPC service as its clients see it.

mod analysis;
mod availability;
mod forecasts;
mod hostile;
mod lists;
mod once;
mod operation;
mod people;
mod plan_files;
mod plan_questions;
mod planned;
mod programs;
mod rosters;
mod round_parts;
mod round_refusals;
mod round_story;
mod rounds;
pub(crate) mod runs;
mod trainee_rows;
mod twins;
