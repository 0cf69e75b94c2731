//! Repeated measurements of several peers, which take turns.

use anyhow::Result;
use serde::Serialize;

/// Number of measurements of each peer.
pub(super) const ROUNDS: usize = 3;

/// The values of all peers in each round. The peers take turns, so that other load on the machine affects all of them.
#[derive(Debug, Default, Serialize)]
pub(super) struct Rounds(Vec<Vec<f64>>);

impl Rounds {
    /// Calls `turn` for each peer, by number, in each round.
    ///
    /// # Errors
    /// Those of `turn`.
    pub(super) fn measure(peers: usize, mut turn: impl FnMut(usize) -> Result<f64>) -> Result<Self> {
        let mut rounds = Self::default();
        while !rounds.are_complete() {
            rounds.push((0..peers).map(&mut turn).collect::<Result<_>>()?);
        }
        Ok(rounds)
    }

    /// Adds the values of a round, one for each peer.
    pub(super) fn push(&mut self, values: Vec<f64>) {
        self.0.push(values);
    }

    /// Whether there are [`ROUNDS`].
    pub(super) fn are_complete(&self) -> bool {
        self.0.len() >= ROUNDS
    }

    /// The median of a peer's values.
    pub(super) fn median(&self, peer: usize) -> f64 {
        median(self.0.iter().map(|round| round[peer]))
    }

    /// The median of the ratio of two peers within each round.
    pub(super) fn ratio(&self, peer: usize, other: usize) -> f64 {
        median(self.0.iter().map(|round| round[peer] / round[other]))
    }
}

/// The median of the values.
pub(super) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_compares_values_of_the_same_round() {
        // The second peer always has twice the value of the first, while the machine gets faster.
        let mut turns = 0;
        let rounds = Rounds::measure(2, |peer| {
            turns += 1;
            Ok(f64::from(turns) * if peer == 1 { 2.0 } else { 1.0 })
        });
        let rounds = rounds.unwrap();
        assert_eq!(turns, 6);
        assert!((rounds.median(0) - 3.0).abs() < 1e-9, "{rounds:?}");
        assert!((rounds.ratio(1, 0) - 8.0 / 3.0).abs() < 1e-9, "{rounds:?}");
        Rounds::measure(1, |_| anyhow::bail!("no value")).unwrap_err();
    }
}
