//! The result of a demonstration: one JSON object, or a table that adds up.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::care_counts::CareCounts;

/// The counts at the end.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DemoReport {
    /// Persons invented.
    pub persons: u64,
    /// Their spaces, by the state they are in; adds up to `persons`.
    pub by_state: BTreeMap<String, u64>,
    /// What was counted of care.
    pub care: CareCounts,
    /// Events in the log.
    pub events: u64,
    /// How long it took.
    pub seconds: f64,
    /// The most memory that the process ever held; nothing where the system does not say.
    pub peak_memory_bytes: Option<u64>,
}

/// The states in the order of a life, as the table shows them.
const STATES: [(&str, &str); 11] = [
    ("created", "a notice is owed"),
    ("notified", "notice received; the six weeks run"),
    ("unreachable", "no notice received: never opened automatically"),
    ("opposed", "opposed to the opening"),
    ("blocked", "blocked for a technical reason"),
    ("open", "opened (ouvert), not activated"),
    ("active", "activated by the holder (titulaire)"),
    ("suspended", "suspended by CNAM"),
    ("closed", "closed, archived for ten years"),
    ("destroyed", "destroyed"),
    ("ended", "died before the opening"),
];

impl DemoReport {
    /// Whether every person is in one state and one only.
    pub fn adds_up(&self) -> bool {
        self.by_state.values().sum::<u64>() == self.persons
    }
}

impl fmt::Display for DemoReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = STATES.iter().filter_map(|(state, meaning)| Some((state, meaning, self.by_state.get(*state)?)));
        for (state, meaning, spaces) in shown {
            writeln!(formatter, "  {state:<12} {:>12}   {meaning}", grouped(*spaces))?;
        }
        let total: u64 = self.by_state.values().sum();
        writeln!(formatter, "  {:<12} {:>12}\n", "total", grouped(total))?;
        for (name, count, meaning) in self.care.lines() {
            writeln!(formatter, "  {name:<17} {:>7}   {meaning}", grouped(count))?;
        }
        let memory = self.peak_memory_bytes.map_or_else(String::new, |bytes| format!(", {} MiB at most", bytes / (1 << 20)));
        write!(formatter, "  {} events in {:.1} s{memory}", grouped(self.events), self.seconds)
    }
}

/// `1234567` as `1 234 567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// Seconds, to the millisecond.
pub(crate) fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1_000.0).round() / 1_000.0
}

/// The most memory that this process ever held (`VmHWM`), where the system says it.
pub(crate) fn peak_memory_bytes() -> Option<u64> {
    // Not every system has this file: then nothing is known, and nothing is said.
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    // A line of another form counts as none.
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1_024)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{CareCounts, DemoReport, grouped};

    #[test]
    fn the_table_adds_up() {
        let by_state = BTreeMap::from([("open".to_owned(), 1_200_u64), ("opposed".to_owned(), 34)]);
        let documents = BTreeMap::from([("application/pdf".to_owned(), 1_500)]);
        let care = CareCounts { attending_doctors: 12, documents, ..CareCounts::default() };
        let report = DemoReport { persons: 1_234, by_state, care, events: 9_876, seconds: 1.25, peak_memory_bytes: Some(3 << 20) };
        assert!(report.adds_up());
        let table = report.to_string();
        assert!(table.contains("total               1 234"), "{table}");
        assert!(table.contains("attending doctors      12 ") && table.contains("application/pdf     1 500 "), "{table}");
        assert!(table.contains("9 876 events in 1.2 s, 3 MiB at most"), "{table}");
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([grouped(0), grouped(999), grouped(1_000), grouped(12_345_678)], ["0", "999", "1 000", "12 345 678"]);
    }
}
