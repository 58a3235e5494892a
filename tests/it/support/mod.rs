//! What several tests share: tiny rosters, plans written by hand, and a solver
//! that tries everything.

pub(crate) mod brute_force;
pub(crate) mod certificates;
pub(crate) mod collected;
pub(crate) mod command;
pub(crate) mod contents;
pub(crate) mod dice;
pub(crate) mod ics;
pub(crate) mod instances;
pub(crate) mod layers;
pub(crate) mod mps;
pub(crate) mod plain;
pub(crate) mod plain_http2;
pub(crate) mod plans;
pub(crate) mod random_policy;
pub(crate) mod random_rules;
pub(crate) mod random_world;
pub(crate) mod raw_http2;
pub(crate) mod rules;
pub(crate) mod server;
pub(crate) mod service;
pub(crate) mod solving;
pub(crate) mod tokens;
pub(crate) mod tz_cases;
pub(crate) mod world;
pub(crate) mod worth;
