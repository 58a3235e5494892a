//! The integration tests, in one binary.

mod cli_time;
mod support;
mod time;
mod zone_data;
