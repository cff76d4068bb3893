//! The memory of this process as Linux counts it, read again and again while work goes on.

use std::fs;
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// Seconds since the work began, and the mebibytes that were resident then.
pub(crate) type Readings = Vec<[f64; 2]>;

/// Does work, and reads meanwhile how much memory is resident: at its begin, then so often, and at its end.
pub(crate) async fn watched<T>(every: Duration, work: impl Future<Output = Result<T, Failure>>) -> Result<(T, Readings), Failure> {
    let (start, mut readings) = (Instant::now(), Readings::new());
    let mut ticks = tokio::time::interval(every);
    tokio::pin!(work);
    loop {
        let done = tokio::select! {
            done = &mut work => Some(done?),
            _ = ticks.tick() => None,
        };
        readings.push([start.elapsed().as_secs_f64(), resident()?]);
        if let Some(done) = done {
            return Ok((done, readings));
        }
    }
}

/// Mebibytes of this process that are resident.
fn resident() -> Result<f64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    // A line of another form is reported below as none.
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kibibytes.map(|kibibytes| kibibytes / 1_024.0).ok_or_else(|| Failure::because("the system does not say how much memory is resident"))
}

/// How much more memory was resident at the end than after so many seconds.
pub(crate) fn growth_since(after: Duration, readings: &[[f64; 2]]) -> Option<f64> {
    let [_, early] = readings.iter().find(|[at, _]| *at >= after.as_secs_f64())?;
    let [_, late] = readings.last()?;
    Some(late / early)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn memory_is_read_at_the_begin_and_at_the_end() {
        let work = async { Ok(vec![1_u8; 64 << 20]) };
        let (kept, readings) = watched(Duration::from_secs(3_600), work).await.unwrap();
        assert!(kept.len() > 1 << 20 && readings.last().unwrap()[1] > 64.0, "{readings:?}");
    }

    #[test]
    fn growth_counts_from_the_first_reading_after_the_time() {
        let readings = [[0.0, 50.0], [1.0, 100.0], [2.0, 90.0], [3.0, 110.0]];
        assert_eq!(growth_since(Duration::from_millis(900), &readings), Some(1.1));
        assert_eq!(growth_since(Duration::from_secs(4), &readings), None);
    }
}
