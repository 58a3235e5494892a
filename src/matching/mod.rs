//! The matcher: a roster goes in, a proved plan comes out.

pub mod check;
mod solver_version;

pub use solver_version::{SOLVER_NAME, solver_version};
