//! The table on the screen: a line a measurement, below it what is worth a look.

use super::row::{Bar, Bound, Row};
use crate::contest::Side;

const HEAD: [&str; 10] = ["bench", "at", "ours/s", "range", "peer/s", "ratio", "p50 us", "p99 us", "CPU us/op", "B/op"];

/// Prints the rows.
pub(crate) fn print(rows: &[Row]) {
    let lines: Vec<[String; 10]> = rows.iter().map(cells).collect();
    let mut widths = HEAD.map(|title| title.chars().count());
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    println!("{}", aligned(&HEAD.map(str::to_owned), &widths));
    for (row, line) in rows.iter().zip(&lines) {
        println!("{}", aligned(line, &widths));
        notes(row).into_iter().for_each(|note| println!("    {note}"));
    }
    println!("Numbers of ours | the peer's. * other programs were at work in every round: take such a line for the ratio at most.");
}

fn aligned(cells: &[String], widths: &[usize]) -> String {
    let padded = cells.iter().zip(widths).enumerate().map(
        |(column, (cell, width))| {
            if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        },
    );
    padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

fn cells(row: &Row) -> [String; 10] {
    let Row { ours, peer, .. } = row;
    let at = match (row.callers, row.batch) {
        (Some(callers), Some(batch)) => format!("{callers} x {batch}"),
        (Some(callers), None) => callers.to_string(),
        (None, Some(batch)) => batch.to_string(),
        (None, None) => String::new(),
    };
    let both = |value: &dyn Fn(&Side) -> Option<f64>| {
        let told = |side: &Side| value(side).map_or_else(|| "-".to_owned(), short);
        peer.as_ref().map_or_else(|| told(ours), |peer| format!("{} | {}", told(ours), told(peer)))
    };
    [
        row.bench.to_owned(),
        at,
        format!("{}{}", short(ours.ops_s), if ours.is_noisy() { "*" } else { "" }),
        ours.ops_s_range.map(short).join("-"),
        peer.as_ref().map_or_else(String::new, |peer| format!("{}{}", short(peer.ops_s), if peer.is_noisy() { "*" } else { "" })),
        row.ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}x")),
        both(&|side| side.p50_us),
        both(&|side| side.p99_us),
        both(&|side| Some(side.cpu_us_op)),
        both(&|side| side.bytes_op),
    ]
}

fn notes(row: &Row) -> Vec<String> {
    let against = row
        .peer
        .as_ref()
        .map(|peer| format!(" against {} ({} to {}/s)", peer.name, short(peer.ops_s_range[0]), short(peer.ops_s_range[1])));
    let mut notes = vec![format!("{}: {}{}", row.what, row.ours.name, against.unwrap_or_default())];
    notes.extend(row.others.iter().map(|side| format!("also {}: {}/s", side.name, short(side.ops_s))));
    notes.extend(row.bars.iter().map(verdict));
    notes.extend(row.sizes.iter().map(|(relation, bytes)| format!("{relation}: {bytes:.0} B an event")));
    if let (Some([_, first]), Some([seconds, last])) = (row.memory.first(), row.memory.last()) {
        let most = row.memory.iter().map(|[_, mebibytes]| *mebibytes).fold(0.0, f64::max);
        notes.push(format!("memory: {first:.0} MiB at the begin, {last:.0} after {seconds:.0} s, {most:.0} at most"));
    }
    notes
}

fn verdict(bar: &Bar) -> String {
    let (sign, bound) = match bar.bound {
        Bound::AtLeast(bound) => (">=", bound),
        Bound::AtMost(bound) => ("<=", bound),
        Bound::Below(bound) => ("<", bound),
    };
    let word = if bar.met { "met" } else { "MISSED" };
    format!("{word}: {} {} (bar {sign} {})", bar.what, short(bar.measured), short(bound))
}

/// A number in as many digits as are worth reading.
fn short(number: f64) -> String {
    if number.abs() < 10.0 {
        return format!("{number:.2}");
    }
    let digits = format!("{number:.0}");
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!([0.25, 9.5, 12.0, 123_456.7].map(short), ["0.25", "9.50", "12", "123 457"]);
    }
}
