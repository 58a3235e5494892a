//! The integration tests, in one binary.

mod support;
mod time;
mod zone_data;
