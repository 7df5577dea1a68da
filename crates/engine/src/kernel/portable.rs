//! Plain 64-bit integer code for any processor, also the reference for the vector kernels.

use super::{Kernel, RAYS, STEPS, Task};
use crate::square::Square;

/// A kernel that every processor can run.
#[derive(Clone, Copy, Debug)]
pub struct Portable;

/// All squares except those of the a- and h-file. Only discs on these can be flipped along a row or a diagonal.
const INNER_FILES: u64 = 0x7e7e_7e7e_7e7e_7e7e;

impl Kernel for Portable {
    const NAME: &'static str = "portable";

    /// Fills along each direction by parallel prefix (Kogge-Stone).
    #[inline(always)]
    fn moves(self, player: u64, opponent: u64) -> u64 {
        let mut moves = 0;
        for step in STEPS {
            let flippable = if step == 8 { opponent } else { opponent & INNER_FILES };
            let mut up = flippable & (player << step);
            let mut down = flippable & (player >> step);
            up |= flippable & (up << step);
            down |= flippable & (down >> step);
            let pairs_up = flippable & (flippable << step);
            let pairs_down = flippable & (flippable >> step);
            for _ in 0..2 {
                up |= pairs_up & (up << (2 * step));
                down |= pairs_down & (down >> (2 * step));
            }
            moves |= (up << step) | (down >> step);
        }
        moves & !(player | opponent)
    }

    #[inline(always)]
    fn flips(self, player: u64, opponent: u64, square: Square) -> u64 {
        let rays = &RAYS[square.index()];
        let mut flips = 0;
        for direction in 0..4 {
            // Upwards, a carry runs through the opponent's discs to the first square without one.
            let ray = rays.up[direction];
            let end = (opponent | !ray).wrapping_add(square.bit() << 1) & ray & player;
            if end != 0 {
                flips |= (end - 1) & ray;
            }
            // Downwards, that square is the highest bit.
            let ray = rays.down[direction];
            let others = ray & !opponent;
            if others != 0 {
                let end = 1 << others.ilog2();
                if end & player != 0 {
                    flips |= ray & !(end | (end - 1));
                }
            }
        }
        flips
    }

    #[inline]
    fn run<T: Task>(self, task: T) -> T::Output {
        task.run(self)
    }
}
