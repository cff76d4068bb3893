//! The contest: ours and its peers take turns, round by round, in an order that turns too; medians, ranges, noisy rounds set aside.

use async_trait::async_trait;
use serde::Serialize;

use crate::failure::Failure;
use crate::measure::Sample;

/// A round in which other programs kept more processors busy than this is set aside where there are quieter ones.
pub(crate) const QUIET: f64 = 0.35;

/// One side of a contest.
#[async_trait]
pub(crate) trait Contender: Send {
    /// What it is, for the report.
    fn name(&self) -> String;

    /// Takes its turn.
    async fn run(&mut self, round: u32) -> Result<Sample, Failure>;
}

/// One side's numbers: medians of the rounds that count.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Side {
    /// What it is.
    pub(crate) name: String,
    /// Operations a second.
    pub(crate) ops_s: f64,
    /// Of the slowest round, and of the fastest.
    pub(crate) ops_s_range: [f64; 2],
    /// Half of the operations took no longer.
    pub(crate) p50_us: Option<f64>,
    /// One of a hundred took longer.
    pub(crate) p99_us: Option<f64>,
    /// Processor time of client and server for each operation.
    pub(crate) cpu_us_op: f64,
    /// The client's part of it.
    pub(crate) client_us_op: f64,
    /// The server's part, where it could be seen.
    pub(crate) server_us_op: Option<f64>,
    /// Bytes written for each operation.
    pub(crate) bytes_op: Option<f64>,
    /// Rounds that count, and rounds in all.
    pub(crate) rounds: [usize; 2],
    /// Processors that other programs kept busy in the rounds that count, at most.
    pub(crate) others: f64,
}

impl Side {
    /// The numbers of some rounds.
    pub(crate) fn of(name: String, samples: &[Sample]) -> Self {
        let quiet: Vec<&Sample> = samples.iter().filter(|sample| sample.spent.others <= QUIET).collect();
        let counted = if quiet.is_empty() { samples.iter().collect() } else { quiet };
        let all = |value: &dyn Fn(&Sample) -> f64| counted.iter().map(|sample| value(sample)).collect::<Vec<_>>();
        let some = |value: &dyn Fn(&Sample) -> Option<f64>| {
            let known: Vec<f64> = counted.iter().filter_map(|sample| value(sample)).collect();
            (!known.is_empty()).then(|| median(known))
        };
        let rates = all(&Sample::rate);
        Self {
            name,
            ops_s_range: [rates.iter().copied().fold(f64::INFINITY, f64::min), rates.iter().copied().fold(0.0, f64::max)],
            ops_s: median(rates),
            p50_us: some(&|sample| sample.p50_us),
            p99_us: some(&|sample| sample.p99_us),
            cpu_us_op: median(all(&|sample| sample.each(sample.spent.processor_us()))),
            client_us_op: median(all(&|sample| sample.each(sample.spent.client_us))),
            server_us_op: some(&|sample| sample.spent.server_us.map(|micros| sample.each(micros))),
            bytes_op: some(&|sample| sample.spent.bytes.map(|bytes| sample.each(bytes))),
            rounds: [counted.len(), samples.len()],
            others: all(&|sample| sample.spent.others).into_iter().fold(0.0, f64::max),
        }
    }

    /// Whether no round was quiet.
    pub(crate) fn is_noisy(&self) -> bool {
        self.others > QUIET
    }
}

/// Ours and its peers, measured side by side.
pub(crate) struct Contest {
    pub(crate) ours: Side,
    pub(crate) peers: Vec<Side>,
}

impl Contest {
    /// Lets everybody take their turns.
    pub(crate) async fn held(what: &str, rounds: u32, contenders: &mut [&mut dyn Contender]) -> Result<Self, Failure> {
        let mut samples: Vec<Vec<Sample>> = contenders.iter().map(|_| Vec::new()).collect();
        for round in 0..rounds {
            eprintln!("{what}: round {} of {rounds}", round + 1);
            let mut turns: Vec<_> = contenders.iter_mut().zip(&mut samples).collect();
            // Who goes first finds the disk and the caches as the other left them: nobody goes first twice in a row.
            if round % 2 == 1 {
                turns.reverse();
            }
            for (contender, samples) in turns {
                samples.push(contender.run(round).await?);
            }
        }
        let mut sides = contenders.iter().zip(samples).map(|(contender, samples)| Side::of(contender.name(), &samples));
        let ours = sides.next().ok_or_else(|| Failure::because("a contest of nobody"))?;
        Ok(Self { ours, peers: sides.collect() })
    }

    /// The peer that did most in a second.
    pub(crate) fn best_peer(&self) -> Option<&Side> {
        self.peers.iter().max_by(|left, right| left.ops_s.total_cmp(&right.ops_s))
    }
}

/// The one in the middle; between the two in the middle where their number is even.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let at = |place: usize| values.get(place).copied().unwrap_or_default();
    if values.len().is_multiple_of(2) { (at(middle.saturating_sub(1)) + at(middle)) / 2.0 } else { at(middle) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gauges::Spent;

    fn sample(ops: u64, others: f64) -> Sample {
        let spent = Spent { seconds: 1.0, client_us: 100.0, server_us: Some(300.0), others, bytes: Some(1_000.0) };
        Sample { ops, seconds: 1.0, p50_us: Some(1.0), p99_us: Some(2.0), spent }
    }

    #[test]
    fn noisy_rounds_are_set_aside_where_there_are_quiet_ones() {
        let side = Side::of("x".to_owned(), &[sample(100, 0.0), sample(10, 1.0), sample(200, 0.1), sample(300, 0.3)]);
        assert_eq!((side.ops_s, side.ops_s_range, side.rounds), (200.0, [100.0, 300.0], [3, 4]));
        let noisy = Side::of("x".to_owned(), &[sample(100, 1.0)]);
        assert!(noisy.is_noisy() && noisy.rounds == [1, 1]);
        assert_eq!((noisy.cpu_us_op, noisy.server_us_op, noisy.bytes_op), (4.0, Some(3.0), Some(10.0)));
    }

    #[test]
    fn the_median_stands_in_the_middle() {
        assert_eq!((median(vec![3.0, 1.0, 2.0]), median(vec![4.0, 1.0, 2.0, 3.0]), median(Vec::new())), (2.0, 2.5, 0.0));
    }
}
