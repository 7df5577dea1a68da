//! Random numbers that depend on the seed and on where they are used, never on the order of events.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// The increment of `SplitMix64`: 2^64 divided by the golden ratio.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The output function of `SplitMix64` (Steele, Lea & Flood, "Fast splittable pseudorandom number generators", 2014):
/// a bijection in which every input bit changes every output bit with probability about one half.
#[inline]
pub(crate) fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Returns number `index` of the `SplitMix64` sequence that starts at `key`.
#[inline]
pub(crate) fn nth(key: u64, index: u64) -> u64 {
    mix(key.wrapping_add(index.wrapping_add(1).wrapping_mul(GOLDEN)))
}

/// A game's random numbers: xoshiro256++ seeded by (seed, game).
#[derive(Clone, Debug)]
pub struct GameRandom(Xoshiro256PlusPlus);

impl GameRandom {
    /// Creates the generator of game number `game` in the run with this seed.
    pub fn new(seed: u64, game: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(nth(mix(seed), game)))
    }

    /// Returns a number from `0..n`, each equally likely to within n / 2^64. `n` must not be 0.
    pub fn below(&mut self, n: u32) -> u32 {
        debug_assert!(n > 0);
        ((u128::from(self.0.next_u64()) * u128::from(n)) >> 64) as u32
    }

    /// Returns true with this probability: never at 0, always at 1.
    pub fn chance(&mut self, probability: f64) -> bool {
        // 53 random bits: the equally spaced numbers in [0, 1) that f64 represents exactly.
        let unit = (self.0.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64);
        unit < probability
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_game_give_the_same_numbers_and_others_do_not() {
        let draw = |seed, game| {
            let mut random = GameRandom::new(seed, game);
            std::array::from_fn::<u32, 8, _>(|_| random.below(u32::MAX))
        };
        assert_eq!(draw(7, 3), draw(7, 3));
        assert_ne!(draw(7, 3), draw(7, 4));
        assert_ne!(draw(7, 3), draw(3, 7));
    }

    #[test]
    fn below_is_even_over_its_range() {
        let mut random = GameRandom::new(1, 0);
        let mut counts = [0u32; 10];
        for _ in 0..100_000 {
            counts[random.below(10) as usize] += 1;
        }
        // 10,000 expected each, standard deviation 95.
        assert!(counts.iter().all(|&count| (9_500..=10_500).contains(&count)), "{counts:?}");
    }

    #[test]
    fn chance_has_its_probability_and_is_certain_at_0_and_1() {
        let mut random = GameRandom::new(2, 0);
        let hits = (0..100_000).filter(|_| random.chance(0.1)).count();
        assert!((9_500..=10_500).contains(&hits), "{hits}");
        assert!((0..1_000).all(|_| random.chance(1.0) && !random.chance(0.0)));
    }
}
