//! Practicum places therapy and counselling trainees.
//!
//! It reads who can supervise and when, what each trainee still needs and what
//! each site offers, and assigns placements and weekly supervision sessions
//! that keep every caseload limit and every wall clock, with a proof of how
//! good the assignment is. ARCHITECTURE.md has the map.

pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod grpc;
pub mod matching;
pub mod roster;
pub mod solver_process;
pub mod store;
pub mod zone_data;
