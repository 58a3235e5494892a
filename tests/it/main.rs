//! The integration tests, in one binary.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a helper of a test fails by panicking, as the test itself does, and says what it skips"
)]

mod access;
mod brute_force;
mod check;
mod cli_baseline;
mod cli_config;
mod cli_database;
mod cli_doctor;
mod cli_match;
mod cli_plans;
mod cli_repair;
mod cli_round;
mod cli_rules;
mod cli_rules_stored;
mod cli_schedule;
mod cli_serve;
mod cli_serve_tls;
mod cli_serve_tokens;
mod cli_stored;
mod cli_time;
mod cli_trouble;
mod contract;
mod faults;
mod forecast;
mod grpc;
mod hang_up;
mod matching;
mod mutation;
mod preflight;
mod roster;
mod schedule;
mod solver_process;
mod store;
mod support;
mod tidy;
mod time;
mod zone_data;
