//! The gRPC service as its clients see it.

mod availability;
mod hostile;
mod operation;
mod people;
mod programs;
mod rosters;
mod rounds;
pub(crate) mod runs;
