//! `ProbCut`: predicting a deep search from a shallow one.

use crate::evaluate::{Score, UNITS_PER_DISC};

/// The confidence required to cut off a line because a shallower search finds it decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Confidence {
    /// The error margin in hundredths of its standard deviation; 0 disables cuts.
    hundredths: u16,
}

/// The shallow search that may cut a node off.
pub(super) struct ProbCut {
    /// Depth of the shallow search in plies.
    pub(super) depth: u32,
    /// Required distance of its score from the bound.
    pub(super) margin: Score,
}

impl Confidence {
    /// The levels in percent, and their two-sided quantiles of the normal distribution in hundredths.
    const LEVELS: [(u8, u16); 5] = [(73, 110), (87, 151), (95, 196), (98, 233), (99, 258)];

    /// The levels that [`percent`](Self::percent) accepts.
    pub const PERCENT: [u8; 6] = [73, 87, 95, 98, 99, 100];

    /// Returns the confidence for a probability in percent that a cut is right; 100 disables cuts. `None` if the level
    /// is not in [`PERCENT`](Self::PERCENT).
    pub fn percent(percent: u8) -> Option<Self> {
        if percent == 100 {
            return Some(Self::default());
        }
        let level = Self::LEVELS.iter().find(|(known, _)| *known == percent);
        level.map(|&(_, hundredths)| Self { hundredths })
    }

    /// Returns the cut to try at a node of `depth` plies with `empties` empty squares; `None` where it would not pay.
    #[inline(always)]
    pub(super) fn probcut(self, depth: u32, empties: u32) -> Option<ProbCut> {
        if self.hundredths == 0 || depth < MIN_DEPTH {
            return None;
        }
        let shallow = shallow_depth(depth);
        let margin = Score::from(self.hundredths) * error_deviation(depth, shallow, empties) / 100;
        Some(ProbCut { depth: shallow, margin })
    }
}

/// The lowest depth that a search of lower depth and the same parity can predict.
const MIN_DEPTH: u32 = 3;

/// Returns the depth of the search that predicts one of `depth` plies: about half, and of the same parity. The same
/// side then moves last in both, which matters because evaluations differ systematically by who moved last.
const fn shallow_depth(depth: u32) -> u32 {
    depth / 4 * 2 + depth % 2
}

/// Returns the standard deviation of the error with which a search of `shallow` plies predicts one of `depth` plies; its
/// mean is about 0. The plane is fitted to measurements of `scripts/probcut_errors.py` with the model in the box. A
/// weaker model has larger errors.
const fn error_deviation(depth: u32, shallow: u32, empties: u32) -> Score {
    let thousandths = 4920 - 62 * empties as Score + 324 * depth as Score - 635 * shallow as Score;
    thousandths * UNITS_PER_DISC / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_quantiles_of_the_normal_distribution() {
        // Abramowitz and Stegun, "Handbook of Mathematical Functions", table 26.1.
        let two_sided = |x: f64| {
            let (steps, width) = (100_000, x / 100_000.0);
            let density = |t: f64| (-t * t / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
            (0..steps).map(|k| density((f64::from(k) + 0.5) * width) * width).sum::<f64>() * 2.0
        };
        for (percent, hundredths) in Confidence::LEVELS {
            let chance = two_sided(f64::from(hundredths) / 100.0);
            assert!((chance * 100.0 - f64::from(percent)).abs() < 0.25, "{percent} %: {chance}");
        }
    }

    #[test]
    fn full_confidence_cuts_nothing_and_less_confidence_cuts_sooner() {
        assert!(Confidence::default().probcut(20, 30).is_none());
        assert_eq!(Confidence::percent(100), Some(Confidence::default()));
        assert_eq!(Confidence::percent(50), None);
        let margins = Confidence::PERCENT[..5].iter().map(|&percent| {
            let cut = Confidence::percent(percent).and_then(|confidence| confidence.probcut(10, 30)).unwrap();
            assert_eq!(cut.depth, 4);
            cut.margin
        });
        assert!(margins.is_sorted_by(|lower, higher| lower < higher));
        assert!(Confidence::percent(73).and_then(|confidence| confidence.probcut(MIN_DEPTH - 1, 30)).is_none());
    }

    #[test]
    fn a_search_is_predicted_better_by_a_deeper_one_and_earlier_in_the_game() {
        assert_eq!(error_deviation(10, 4, 28), 3884 * UNITS_PER_DISC / 1000);
        assert!(error_deviation(10, 6, 28) < error_deviation(10, 4, 28));
        assert!(error_deviation(10, 4, 40) < error_deviation(10, 4, 28));
        for depth in MIN_DEPTH..60 {
            assert!((depth..=60).all(|empties| error_deviation(depth, shallow_depth(depth), empties) > 0), "{depth}");
        }
    }

    #[test]
    fn the_same_side_moves_last_in_the_deep_and_the_shallow_search() {
        for depth in MIN_DEPTH..60 {
            let shallow = shallow_depth(depth);
            assert!(shallow >= 1 && shallow < depth && shallow % 2 == depth % 2, "{depth}: {shallow}");
        }
    }
}
