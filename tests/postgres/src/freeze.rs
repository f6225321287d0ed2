//! The processes of a server, to be stopped in the midst of whatever they do.

use std::{fs, process::Command};

/// A process that is there, as the system lists it.
struct Listed {
    id: u32,
    parent: u32,
    is_dead: bool,
}

impl Listed {
    /// Zombies are dead, and stay listed for as long as nobody asks how they ended.
    fn new(id: u32, state: &str, parent: &str) -> Option<Self> {
        Some(Self { id, parent: parent.parse().ok()?, is_dead: state.starts_with(['Z', 'X']) })
    }
}

/// The children of a process, as they are now.
pub(crate) fn children_of(parent: u32) -> Vec<u32> {
    listed().into_iter().filter(|process| process.parent == parent).map(|process| process.id).collect()
}

/// Whether any of these still lives.
pub(crate) fn are_alive(processes: &[u32]) -> bool {
    listed().iter().any(|process| processes.contains(&process.id) && !process.is_dead)
}

/// Linux always has `/proc`, and small systems lack `ps`; with the others it is the other way round.
fn listed() -> Vec<Listed> {
    if fs::exists("/proc/self/stat").unwrap_or_default() { listed_by_proc() } else { listed_by_ps() }
}

fn listed_by_proc() -> Vec<Listed> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let listed = processes.filter_map(|id: u32| {
        let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The id, the name in parentheses, the state, the parent. The name may hold anything.
        let (_, after_name) = text.rsplit_once(')')?;
        let mut words = after_name.split_whitespace();
        Listed::new(id, words.next()?, words.next()?)
    });
    listed.collect()
}

fn listed_by_ps() -> Vec<Listed> {
    let output = Command::new("ps").args(["-A", "-o", "pid=,state=,ppid="]).output();
    let output = output.expect("every Unix without /proc has ps");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let listed = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Listed::new(words.next()?.parse().ok()?, words.next()?, words.next()?)
    });
    listed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_is_listed_until_it_is_dead() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        assert!(children_of(std::process::id()).contains(&child.id()));
        assert!(are_alive(&[child.id()]));
        child.kill().unwrap();
        while are_alive(&[child.id()]) {
            std::thread::yield_now();
        }
        child.wait().unwrap();
    }
}
