//! Move generation and flips in several instruction sets, selected at run time.
//!
//! A [`Kernel`] is a token: a value of its type proves that the processor has the kernel's instructions. [`dispatch`]
//! finds the best kernel and runs a [`Task`] with it. Everything that is inlined into the task is compiled for those
//! instructions. One binary therefore runs on any processor of its architecture, and the choice costs one branch per
//! task, not one per node.

mod last_flips;
mod portable;

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "calling a function compiled for a processor feature; the token proves the feature")]
mod avx2;

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "as for AVX2")]
mod avx512;

#[cfg(target_arch = "aarch64")]
#[allow(unsafe_code, reason = "calling a function that names NEON, which every aarch64 processor has")]
mod neon;

use crate::square::Square;
use last_flips::count_last_flips;
pub use portable::Portable;

#[cfg(target_arch = "x86_64")]
pub use avx2::Avx2;

#[cfg(target_arch = "x86_64")]
pub use avx512::Avx512;

#[cfg(target_arch = "aarch64")]
pub use neon::Neon;

/// The rules' two inner operations in one instruction set, and a way to compile more code for it.
pub trait Kernel: Copy + Send + Sync + 'static {
    /// The kernel's name in reports: `"avx512"`, `"avx2"`, `"neon"`, `"portable"`.
    const NAME: &'static str;

    /// Returns the legal moves of `player` as a bitboard.
    fn moves(self, player: u64, opponent: u64) -> u64;

    /// Returns the discs that `player` flips by a move to the empty square `square`; 0 if the move is not legal.
    fn flips(self, player: u64, opponent: u64, square: Square) -> u64;

    /// Counts the discs that the side with these `discs` flips by a move to `square`, the only empty one.
    #[inline(always)]
    fn count_last_flips(self, discs: u64, square: Square) -> i32 {
        count_last_flips(discs, square)
    }

    /// Runs the task in a function compiled for this instruction set.
    fn run<T: Task>(self, task: T) -> T::Output;
}

/// Work that is compiled once for each kernel. Recursive work calls [`Kernel::run`] with the task of the next level.
pub trait Task {
    /// The result of the work.
    type Output;

    /// Does the work. Implementations are `#[inline(always)]`: they are compiled for the instruction set of the
    /// function that they are inlined into.
    fn run<K: Kernel>(self, kernel: K) -> Self::Output;
}

/// Runs the task with the best kernel of this processor.
#[inline]
pub fn dispatch<T: Task>(task: T) -> T::Output {
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(kernel) = Avx512::detect() {
            return kernel.run(task);
        }
        if let Some(kernel) = Avx2::detect() {
            return kernel.run(task);
        }
    }
    #[cfg(target_arch = "aarch64")]
    return Neon.run(task);
    #[allow(unreachable_code, reason = "every aarch64 processor has NEON")]
    Portable.run(task)
}

/// Returns the name of the kernel that [`dispatch`] chooses on this processor.
pub fn kernel_name() -> &'static str {
    struct Name;
    impl Task for Name {
        type Output = &'static str;
        #[inline(always)]
        fn run<K: Kernel>(self, _: K) -> &'static str {
            K::NAME
        }
    }
    dispatch(Name)
}

/// The four ascending directions of a ray, as steps of the square's index. The descending directions are their
/// negatives.
const STEPS: [i32; 4] = [1, 8, 7, 9];

/// For each square, the squares on its rays in the four ascending directions of [`STEPS`] and in the four descending
/// ones.
static RAYS: [Rays; 64] = rays();

#[derive(Clone, Copy)]
#[repr(align(64))]
struct Rays {
    up: [u64; 4],
    down: [u64; 4],
}

const fn rays() -> [Rays; 64] {
    let mut all = [Rays { up: [0; 4], down: [0; 4] }; 64];
    // (file, rank) of one step, in the order of STEPS.
    let directions: [(i32, i32); 4] = [(1, 0), (0, 1), (-1, 1), (1, 1)];
    let mut square = 0;
    while square < 64 {
        let mut direction = 0;
        while direction < 4 {
            let (file_step, rank_step) = directions[direction];
            let mut sign = 1;
            while sign >= -1 {
                let mut file = square % 8 + sign * file_step;
                let mut rank = square / 8 + sign * rank_step;
                while file >= 0 && file < 8 && rank >= 0 && rank < 8 {
                    let bit = 1 << (rank * 8 + file);
                    if sign == 1 {
                        all[square as usize].up[direction] |= bit;
                    } else {
                        all[square as usize].down[direction] |= bit;
                    }
                    file += sign * file_step;
                    rank += sign * rank_step;
                }
                sign -= 2;
            }
            direction += 1;
        }
        square += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference;
    use proptest::prelude::*;

    /// Compares a kernel with the slow reference.
    struct Check {
        player: u64,
        opponent: u64,
    }

    impl Task for Check {
        type Output = Result<(), TestCaseError>;

        #[inline(always)]
        fn run<K: Kernel>(self, kernel: K) -> Self::Output {
            let Self { player, opponent } = self;
            let mut legal = 0;
            for square in crate::squares(!(player | opponent)) {
                let flips = reference::flips(player, opponent, square);
                prop_assert_eq!(kernel.flips(player, opponent, square), flips, "{} {}", K::NAME, square);
                legal |= if flips == 0 { 0 } else { square.bit() };
            }
            prop_assert_eq!(kernel.moves(player, opponent), legal, "{}", K::NAME);
            for square in crate::squares(!player) {
                let last = reference::flips(player, !player & !square.bit(), square).count_ones() as i32;
                prop_assert_eq!(kernel.count_last_flips(player, square), last, "{} {}", K::NAME, square);
            }
            Ok(())
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        /// Tests arbitrary pairs of disjoint sets, not only reachable boards.
        #[test]
        fn every_kernel_agrees_with_the_slow_reference(a: u64, b: u64, c: u64) {
            for (player, opponent) in [(a & !b, b), (a & b & !c, c & !a), (a & !b, b & c), (a & b & c, !(a & b & c) & (a | b))] {
                Portable.run(Check { player, opponent })?;
                #[cfg(target_arch = "x86_64")]
                if let Some(kernel) = Avx2::detect() {
                    kernel.run(Check { player, opponent })?;
                }
                dispatch(Check { player, opponent })?;
            }
        }
    }
}
