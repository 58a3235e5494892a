//! The integration tests, in one binary.

mod check;
mod support;
mod zone_data;
