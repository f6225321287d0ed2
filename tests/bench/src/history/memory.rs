//! The most memory that this process has had, as Linux tells it.

use std::fs;

/// Begins anew to look for the most.
pub(crate) fn forget_the_most() {
    // Where this is not to be had, neither is the most.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// The most since then, in MiB.
pub(crate) fn most_mib() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1_024.0)
}
