//! The integration tests, in one binary.

mod brute_force;
mod check;
mod support;
mod zone_data;
