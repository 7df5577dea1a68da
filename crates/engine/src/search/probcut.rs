//! How well a search of less depth foretells the value of a deeper one.

use crate::evaluate::{Score, UNITS_PER_DISC};

/// How sure a search is when it cuts off a line that a search of less depth says is decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Confidence {
    /// The bound of the error in its standard deviations, in hundredths; 0 cuts nothing off.
    hundredths: u16,
}

/// What would cut a node off.
pub(super) struct ProbCut {
    /// Plies of the search that foretells the value.
    pub(super) depth: u32,
    /// How far from the bound its value has to be.
    pub(super) margin: Score,
}

impl Confidence {
    /// The levels there are, in percent, and the two-sided quantiles of the normal distribution that belong to them, in hundredths.
    const LEVELS: [(u8, u16); 5] = [(73, 110), (87, 151), (95, 196), (98, 233), (99, 258)];

    /// The confidences that [`percent`](Self::percent) knows.
    pub const PERCENT: [u8; 6] = [73, 87, 95, 98, 99, 100];

    /// The confidence that the true value is within the bound; 100 for the full width, without any cut. None if it is none of
    /// [`PERCENT`](Self::PERCENT).
    pub fn percent(percent: u8) -> Option<Self> {
        if percent == 100 {
            return Some(Self::default());
        }
        let level = Self::LEVELS.iter().find(|(known, _)| *known == percent);
        level.map(|&(_, hundredths)| Self { hundredths })
    }

    /// The cut to try at a node of `depth` plies with `empties` empty squares; none where it would not pay.
    #[inline(always)]
    pub(super) fn probcut(self, depth: u32, empties: u32) -> Option<ProbCut> {
        if self.hundredths == 0 || depth < MIN_DEPTH {
            return None;
        }
        let margin = Score::from(self.hundredths) * deviation(empties) / 100;
        Some(ProbCut { depth: shallow_depth(depth), margin })
    }
}

/// Below this depth a search costs little more than what foretells it.
const MIN_DEPTH: u32 = 4;

/// The depth of the search that foretells one of `depth` plies: about half of it, and the same side moves last, since evaluations after a
/// move of one side and of the other differ.
const fn shallow_depth(depth: u32) -> u32 {
    depth / 4 * 2 + depth % 2
}

/// The standard deviation of what is foretold, round 0: a line through what `scripts/probcut_errors.py` measured with a model of 200,000
/// games, 5.4 discs with 14 empty squares, 3.8 with 30, 2.7 with 46. A weaker model errs by more.
const fn deviation(empties: u32) -> Score {
    (132 - empties as Score * 17 / 10) * UNITS_PER_DISC / 20
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
    fn the_full_width_cuts_nothing_and_less_confidence_cuts_sooner() {
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
    fn the_same_side_moves_last_in_the_deep_and_the_shallow_search() {
        for depth in MIN_DEPTH..60 {
            let shallow = shallow_depth(depth);
            assert!(shallow >= 1 && shallow < depth && shallow % 2 == depth % 2, "{depth}: {shallow}");
        }
    }
}
