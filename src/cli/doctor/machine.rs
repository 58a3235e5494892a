//! What the machine offers: cores, memory, and child processes.

use std::process::{Command, Stdio};

/// Returns the number of cores that this process may use.
pub(super) fn cores() -> Option<usize> {
    std::thread::available_parallelism().ok().map(usize::from)
}

/// Returns the bytes of memory that can still be taken: what the system has,
/// or less where a control group allows less. `None` where neither is told.
pub(super) fn memory_available() -> Option<u64> {
    let system = std::fs::read_to_string("/proc/meminfo")
        .ok()
        .and_then(|text| available_in(&text));
    let number = |path| -> Option<u64> { std::fs::read_to_string(path).ok()?.trim().parse().ok() };
    let group = number("/sys/fs/cgroup/memory.max")
        .zip(number("/sys/fs/cgroup/memory.current"))
        .map(|(most, taken)| most.saturating_sub(taken));
    [system, group].into_iter().flatten().min()
}

/// Reads the line `MemAvailable:   12345 kB`.
fn available_in(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// Starts this binary as a child process, as a match does, and says why where
/// that fails.
pub(super) fn start_child() -> Result<(), String> {
    let binary = std::env::current_exe().map_err(|error| error.to_string())?;
    let child = Command::new(&binary)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{}: {error}", binary.display()))?;
    let said = String::from_utf8_lossy(&child.stdout);
    let expected = concat!("practicum ", env!("CARGO_PKG_VERSION"));
    if child.status.success() && said.trim() == expected {
        return Ok(());
    }
    Err(format!(
        "{} --version ended with {} and said {:?} instead of {expected:?}",
        binary.display(),
        child.status,
        said.trim()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_available_memory_and_nothing_else() {
        let text = "MemTotal:       100 kB\nMemAvailable:   64 kB\nSwapFree:  7 kB\n";
        assert_eq!(available_in(text), Some(65_536));
        assert_eq!(available_in("MemTotal: 100 kB\n"), None);
        assert_eq!(available_in("MemAvailable: many kB\n"), None);
    }
}
