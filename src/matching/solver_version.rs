//! The solver that is linked in, by name and version.

/// Name of the solver.
pub const SOLVER_NAME: &str = "HiGHS";

/// Returns the version of the solver, such as `1.15.0`: that of the sources
/// which were compiled and linked into this binary.
pub fn solver_version() -> String {
    format!(
        "{}.{}.{}",
        highs_sys::HIGHS_VERSION_MAJOR,
        highs_sys::HIGHS_VERSION_MINOR,
        highs_sys::HIGHS_VERSION_PATCH
    )
}
