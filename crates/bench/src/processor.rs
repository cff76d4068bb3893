//! Processor time as Linux counts it: of this process, of the database's processes, of the whole machine.

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

use nix::time::ClockId;
use nix::unistd::Pid;

/// What one tick of `/proc` is, on every architecture that Linux runs on.
const TICK: Duration = Duration::from_millis(10);

/// Where the fields of `/proc/PID/stat` stand, counted from the state that follows the name.
const PARENT: usize = 1;
const USER_OF_ENDED_CHILDREN: usize = 13;
const SYSTEM_OF_ENDED_CHILDREN: usize = 14;

/// One process, as `/proc/PID/stat` tells of it.
struct Process {
    name: String,
    fields: Vec<u64>,
}

impl Process {
    fn read(id: &str) -> Option<Self> {
        // A process that is gone meanwhile is counted by its parent.
        let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        let (front, rest) = text.rsplit_once(')')?;
        let name = front.split_once('(')?.1.to_owned();
        Some(Self { name, fields: rest.split_whitespace().map(|field| field.parse().unwrap_or_default()).collect() })
    }

    fn field(&self, at: usize) -> u64 {
        self.fields.get(at).copied().unwrap_or_default()
    }

    fn ended_children(&self) -> Duration {
        ticks(self.field(USER_OF_ENDED_CHILDREN) + self.field(SYSTEM_OF_ENDED_CHILDREN))
    }
}

/// What this process has used, all its threads together.
pub(crate) fn of_this_process() -> Duration {
    of_process(std::process::id())
}

/// What one process has used: its own clock, as a short run is over within a tick; nothing where the process is gone.
pub(crate) fn of_process(id: u32) -> Duration {
    // A process that is gone has no clock.
    let clock = i32::try_from(id).ok().and_then(|id| ClockId::pid_cpu_clock_id(Pid::from_raw(id)).ok());
    // Its clock stops when it goes.
    clock.and_then(|clock| clock.now().ok()).map(Duration::from).unwrap_or_default()
}

/// What a process and its children have used, those that ended included.
pub(crate) fn of_family(id: u32) -> Duration {
    let mut family = processes();
    family.retain(|each, process| *each == id || process.field(PARENT) == u64::from(id));
    family.into_iter().map(|(each, process)| of_process(each) + process.ended_children()).sum()
}

/// What every program of the machine has used together.
pub(crate) fn of_the_machine() -> Duration {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let line = text.lines().next().unwrap_or_default();
    let fields: Vec<u64> = line.split_whitespace().skip(1).map(|field| field.parse().unwrap_or_default()).collect();
    // user, nice, system, (idle, iowait,) irq, softirq; what was stolen by other machines is nobody's here.
    ticks([0, 1, 2, 5, 6].into_iter().filter_map(|at: usize| fields.get(at)).sum())
}

/// The parent of a process on this machine, if its name starts so.
pub(crate) fn parent_named(id: u32, name: &str) -> Option<u32> {
    // A field that is no number names no process.
    let parent = u32::try_from(Process::read(&id.to_string())?.field(PARENT)).ok()?;
    Process::read(&parent.to_string())?.name.starts_with(name).then_some(parent)
}

fn processes() -> HashMap<u32, Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    // Most entries of the folder are no processes.
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter_map(|id| Some((id, Process::read(&id.to_string())?))).collect()
}

fn ticks(count: u64) -> Duration {
    TICK * u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_seen_in_this_process_and_in_the_machine() {
        let (own, all) = (of_this_process(), of_the_machine());
        let mut spent = 0_u64;
        while of_this_process() < own + 3 * TICK {
            spent = std::hint::black_box(spent.wrapping_add(1));
        }
        assert!(of_the_machine() > all);
        let alone = of_process(std::process::id());
        assert!(of_family(std::process::id()) >= alone);
    }

    #[test]
    fn work_shorter_than_a_tick_is_seen() {
        let before = of_this_process();
        assert!((0..1_000).map(std::hint::black_box).sum::<u64>() > 0);
        let spent = of_this_process() - before;
        assert!(spent > Duration::ZERO && spent < TICK, "{spent:?}");
    }

    #[test]
    fn a_parent_is_found_by_its_name_only() {
        let own = std::process::id();
        let parent = Process::read("self").unwrap().field(PARENT);
        assert_eq!(parent_named(own, "").map(u64::from), Some(parent));
        assert_eq!(parent_named(own, "no such program"), None);
    }
}
