//! The gRPC service as its clients see it.

mod availability;
mod lists;
mod once;
mod operation;
mod people;
mod programs;
mod rosters;
mod rounds;
mod runs;
mod twins;
