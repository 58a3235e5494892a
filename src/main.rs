//! The `practicum` command.

use std::process::ExitCode;

/// Rows go from the threads of the database to those that answer, and what one
/// thread allocates another frees; glibc's allocator takes a third more time
/// over that (docs/performance.md).
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    practicum::cli::main()
}
