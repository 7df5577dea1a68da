//! Stochastic rounding: a step smaller than a unit moves the weight with the corresponding probability.
//!
//! A weight has 16 bits, and a step is often a small part of its unit (1/256 disc). Rounding to nearest would lose
//! every such step. Rounding up with a probability equal to the fraction keeps the expected weight exact (Gupta et al.,
//! "Deep Learning with Limited Numerical Precision", ICML 2015, §3.1).

use crate::random::{mix, nth};

/// The rounding decisions of one generation. They depend on (seed, generation, entry) alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rounding {
    key: u64,
}

impl Rounding {
    /// Creates the decisions of this generation of the run with this seed.
    pub fn new(seed: u64, generation: u64) -> Self {
        // The complement separates these numbers from those of the games, which start at mix(seed).
        Self { key: nth(mix(!seed), generation) }
    }

    /// Returns `weight + step`, rounded up or down to a unit by this entry's random number and clamped to the range of
    /// a weight.
    ///
    /// `step` is in units (1/256 disc) and finite; a step beyond ±65536 saturates.
    #[inline]
    pub fn apply(self, weight: u16, step: f32, entry: u32) -> u16 {
        let step = step.clamp(-65_536.0, 65_536.0);
        // An explicit floor: without SSE 4.1 the compiler would call a function for it.
        let truncated = step as i32;
        let floor = truncated - i32::from(truncated as f32 > step);
        // Exact: step and its floor are both multiples of the step's last bit, and 2^24 only changes the exponent.
        let fraction = ((step - floor as f32) * 16_777_216.0) as u32;
        let random = (nth(self.key, u64::from(entry)) >> 40) as u32;
        let up = i32::from(random < fraction);
        (i32::from(weight) + floor + up).clamp(0, 65_535) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rounding_is_unbiased() {
        let rounding = Rounding::new(5, 9);
        for step in [0.5, 0.125, -0.25, 3.75, -7.0625, 0.003] {
            let n = 200_000;
            let sum: i64 = (0..n).map(|entry| i64::from(rounding.apply(30_000, step, entry)) - 30_000).sum();
            let mean = sum as f64 / f64::from(n);
            // The standard deviation of the mean is at most 0.5 / sqrt(200,000) = 0.0011.
            assert!((mean - f64::from(step)).abs() < 0.005, "step {step}: mean {mean}");
        }
    }

    #[test]
    fn seed_and_generation_each_change_the_decisions() {
        let decide = |seed, generation| {
            let rounding = Rounding::new(seed, generation);
            (0..64).map(|entry| rounding.apply(100, 0.5, entry)).collect::<Vec<_>>()
        };
        assert_eq!(decide(1, 1), decide(1, 1));
        assert_ne!(decide(1, 1), decide(2, 1));
        assert_ne!(decide(1, 1), decide(1, 2));
    }

    proptest! {
        #[test]
        fn whole_steps_are_exact(weight: u16, step in -70_000i32..70_000, entry: u32) {
            let expected = (i32::from(weight) + step.clamp(-65_536, 65_536)).clamp(0, 65_535) as u16;
            prop_assert_eq!(Rounding::new(0, 0).apply(weight, step as f32, entry), expected);
        }

        #[test]
        fn the_result_is_one_of_the_two_neighbours(weight: u16, step in -1000.0f32..1000.0, entry: u32) {
            let rounded = i64::from(Rounding::new(3, 4).apply(weight, step, entry));
            let exact = f64::from(weight) + f64::from(step);
            let low = (exact.floor() as i64).clamp(0, 65_535);
            let high = (exact.ceil() as i64).clamp(0, 65_535);
            prop_assert!(low <= rounded && rounded <= high, "{exact} became {rounded}");
        }
    }
}
