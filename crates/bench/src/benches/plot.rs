//! The curves of the plot: throughput and latency of single commands against callers, out of rows that were measured now or before.

use serde_json::Value;

use crate::failure::Failure;
use crate::report::{self, Row};
use crate::svg::{Curves, Point};

/// Callers that are drawn.
pub(crate) const CALLERS: [usize; 9] = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/// The curves of these rows.
pub(crate) fn curves(rows: &[Row]) -> Result<Curves, Failure> {
    curves_of_json(&report::json(rows)?)
}

/// The curves of the `commands` in a file that the bench wrote.
pub(crate) fn curves_of_json(text: &str) -> Result<Curves, Failure> {
    let rows: Vec<Value> = serde_json::from_str(text)?;
    let commands: Vec<&Value> = rows.iter().filter(|row| row.get("bench").and_then(Value::as_str) == Some("commands")).collect();
    let side = |name: &str| commands.iter().filter_map(|row| point(row, name)).collect::<Vec<Point>>();
    let curves = Curves { ours: side("ours"), peer: side("peer") };
    if curves.ours.is_empty() { Err(Failure::because("no commands to draw")) } else { Ok(curves) }
}

fn point(row: &Value, side: &str) -> Option<Point> {
    let number = |name: &str| row.get(side)?.get(name)?.as_f64();
    Some(Point { callers: row.get("callers")?.as_f64()?, ops_s: number("ops_s")?, p99_us: number("p99_us")? })
}
