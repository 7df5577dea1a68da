//! Stage sharing: a position also teaches the tables of neighbouring stages.
//!
//! A table of one stage sees few positions in a short run, and tables of neighbouring stages hold similar weights. With
//! sharing, an entry's gradient is the weighted mean of the errors of its own stage's positions and of those of the
//! stages around it. The error of a position is always its target minus its evaluation *by the tables that it teaches*.

use shirokuro_engine::STAGES;

/// The weight of a position in the tables of its own stage, if it teaches others too.
///
/// Weights are integers, so their sums are exact in any order. Without sharing the weight is 1: the sums are then
/// those of plain counts.
const OWN_UNITS: u32 = 256;

/// The weights with which positions teach the tables around their own stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sharing {
    /// By distance in stages.
    units: [u32; Self::MAX_STAGES + 1],
    reach: usize,
}

impl Sharing {
    /// The largest distance.
    pub const MAX_STAGES: usize = 8;

    /// Creates the sharing up to this distance. The weight at distance d is `weight` to the power of d; distances at
    /// which it rounds to zero are left out.
    pub fn new(stages: u32, weight: f32) -> Self {
        let mut units = [0; Self::MAX_STAGES + 1];
        let (mut reach, mut power) = (0, 1.0f64);
        for (distance, units) in units.iter_mut().enumerate().take(1 + stages as usize) {
            *units = (power * f64::from(OWN_UNITS)).round() as u32;
            if *units > 0 {
                reach = distance;
            }
            power *= f64::from(weight);
        }
        if reach == 0 {
            units[0] = 1;
        }
        Self { units, reach }
    }

    /// Returns the weight of a position in the tables of its own stage.
    pub fn own_units(self) -> u32 {
        self.units[0]
    }

    /// Returns the weight of a position of one stage in the tables of another one.
    pub fn units(self, source: usize, stage: usize) -> u32 {
        self.units[source.abs_diff(stage)]
    }

    /// Returns the number of stages besides its own that a position teaches.
    pub fn width(self) -> usize {
        2 * self.reach
    }

    /// Returns the other stages whose positions teach this stage's tables, which are also those that its own positions
    /// teach, in ascending order.
    pub fn neighbours(self, stage: usize) -> impl Iterator<Item = usize> {
        (stage.saturating_sub(self.reach)..=(stage + self.reach).min(STAGES - 1)).filter(move |&other| other != stage)
    }

    /// Returns the place of a stage among the `width` errors of a position of `source`.
    pub fn place(self, source: usize, stage: usize) -> usize {
        let place = stage + self.reach - source;
        place - usize::from(stage > source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_fall_with_the_distance_and_end_where_they_round_to_zero() {
        let sharing = Sharing::new(2, 0.7);
        assert_eq!((sharing.own_units(), sharing.units(10, 11), sharing.units(12, 10)), (256, 179, 125));
        assert_eq!(sharing.width(), 4);
        assert_eq!(Sharing::new(8, 0.1).width(), 4);
        for alone in [Sharing::new(0, 0.7), Sharing::new(4, 0.0)] {
            assert_eq!((alone.own_units(), alone.width(), alone.neighbours(5).count()), (1, 0, 0));
        }
    }

    #[test]
    fn the_errors_of_a_position_have_places_of_their_own() {
        let sharing = Sharing::new(3, 0.5);
        for source in 0..STAGES {
            let places: Vec<usize> = sharing.neighbours(source).map(|stage| sharing.place(source, stage)).collect();
            assert!(places.windows(2).all(|pair| pair[0] < pair[1]));
            assert!(places.iter().all(|&place| place < sharing.width()));
        }
        assert_eq!(sharing.neighbours(0).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(sharing.neighbours(30).collect::<Vec<_>>(), [27, 28, 29, 31, 32, 33]);
        assert_eq!(sharing.neighbours(59).collect::<Vec<_>>(), [56, 57, 58]);
    }
}
