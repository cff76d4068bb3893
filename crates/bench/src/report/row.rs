//! A row of the report: one measurement beside its peers, with the bars that it must reach.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::contest::{Contest, Side};

/// One measurement.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    /// Which bench.
    pub(crate) bench: &'static str,
    /// What was measured, in a few words.
    pub(crate) what: String,
    /// How many callers at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) callers: Option<usize>,
    /// How many operations together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) batch: Option<usize>,
    /// Ours.
    pub(crate) ours: Side,
    /// The peer or the bare limit; the better one where there are several.
    pub(crate) peer: Option<Side>,
    /// The others of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) others: Vec<Side>,
    /// Ours to the peer, in operations a second.
    pub(crate) ratio: Option<f64>,
    /// What must hold.
    pub(crate) bars: Vec<Bar>,
    /// Whether all of it does; nothing where no bar is set.
    pub(crate) met: Option<bool>,
    /// Bytes for each event, by relation.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) sizes: BTreeMap<String, f64>,
    /// Seconds since the load began, and mebibytes of the serving process then.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) memory: Vec<[f64; 2]>,
}

/// Something that must hold.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Bar {
    /// What is looked at.
    pub(crate) what: String,
    /// What it is.
    pub(crate) measured: f64,
    /// What it must be.
    pub(crate) bound: Bound,
    /// Whether it is.
    pub(crate) met: bool,
}

/// On which side of a number it must be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
    Below(f64),
}

impl Bound {
    fn holds(self, measured: f64) -> bool {
        match self {
            Self::AtLeast(bound) => measured >= bound,
            Self::AtMost(bound) => measured <= bound,
            Self::Below(bound) => measured < bound,
        }
    }
}

impl Row {
    /// A contest's numbers, the best peer beside ours.
    pub(crate) fn of(bench: &'static str, what: impl Into<String>, contest: Contest) -> Self {
        let peer = contest.best_peer().cloned();
        let others = contest.peers.into_iter().filter(|side| peer.as_ref().is_some_and(|peer| peer.name != side.name)).collect();
        let ratio = peer.as_ref().map(|peer| contest.ours.ops_s / peer.ops_s.max(f64::EPSILON));
        let (callers, batch, met) = (None, None, None);
        Self {
            bench,
            what: what.into(),
            callers,
            batch,
            ours: contest.ours,
            peer,
            others,
            ratio,
            bars: Vec::new(),
            met,
            sizes: BTreeMap::new(),
            memory: Vec::new(),
        }
    }

    /// At so many callers.
    #[must_use]
    pub(crate) fn at(mut self, callers: usize) -> Self {
        self.callers = Some(callers);
        self
    }

    /// So many operations together.
    #[must_use]
    pub(crate) fn in_batches_of(mut self, batch: usize) -> Self {
        self.batch = Some(batch);
        self
    }

    /// With something that must hold.
    #[must_use]
    pub(crate) fn bar(mut self, what: &str, measured: f64, bound: Bound) -> Self {
        let met = bound.holds(measured);
        self.bars.push(Bar { what: what.to_owned(), measured, bound, met });
        self.met = Some(self.met.unwrap_or(true) && met);
        self
    }

    /// With a ratio to the peer that must be reached.
    #[must_use]
    pub(crate) fn ratio_at_least(self, bound: f64) -> Self {
        let ratio = self.ratio.unwrap_or_default();
        self.bar("ratio", ratio, Bound::AtLeast(bound))
    }
}

/// The rows as a JSON array.
pub(crate) fn json(rows: &[Row]) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contest::Side;

    #[test]
    fn the_better_peer_is_the_one_that_counts() {
        let side = |name: &str, ops_s| Side { ops_s, ..Side::of(name.to_owned(), &[]) };
        let contest = Contest { ours: side("ours", 100.0), peers: vec![side("slow", 10.0), side("fast", 50.0)] };
        let row = Row::of("commands", "lives", contest).at(32).ratio_at_least(3.0).bar("p99", 1.0, Bound::AtMost(1.0));
        assert_eq!((row.ratio, row.met, row.others.len()), (Some(2.0), Some(false), 1));
        assert_eq!(row.peer.map(|peer| peer.name).as_deref(), Some("fast"));
        assert!(row.bars.iter().map(|bar| bar.met).eq([false, true]));
    }
}
