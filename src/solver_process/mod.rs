//! Solves a roster in a child process of the same binary.
//!
//! A runaway, a crash or a full memory in the solver never touches whoever
//! asked. The child is `practicum solver-worker`: the roster and the zone
//! rules go in by its standard input; progress, every better plan and at last
//! the final one come out of its standard output (`message`). It limits its
//! own memory and ends when its input does. A cancel is a message; a child that
//! does not end in time is killed, and the best plan that it sent stands.
//!
//! Every plan that comes back is proved by [`crate::matching::check`] here, on
//! this side of the pipe, before anybody sees it.

mod child;
mod explanation;
mod following;
mod frame;
mod message;
mod parent;
mod prover;
mod worker;

pub use explanation::explain_in_child;
pub use message::StageSeconds;
pub use parent::{Ended, Follower, SolveFailure, SolveOptions, Solved, solve_in_child};
pub use worker::run_worker;

use crate::domain::time::ZoneTable;
use crate::matching::{SOLVER_NAME, solver_version};
use crate::roster::PlanContext;

/// Name of the hidden command that runs the child.
pub const WORKER_COMMAND: &str = "solver-worker";

/// Returns what a plan says of the roster, the rule sets (as
/// [`crate::roster::rule_set_marks`] gives them) and the tools that it was made
/// with.
pub fn plan_context(
    roster_sha256: String,
    rule_sets: Vec<String>,
    zones: &ZoneTable,
) -> PlanContext {
    PlanContext {
        roster_sha256,
        rule_sets,
        solver: SOLVER_NAME.to_owned(),
        solver_version: solver_version(),
        tzdb_version: zones.version().to_owned(),
    }
}
