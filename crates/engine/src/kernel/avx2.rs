//! x86-64 with AVX2, BMI and POPCNT: the four axes of the board in the four lanes of a register.

use std::arch::x86_64::{
    __m256i, _mm_cvtsi128_si64, _mm_or_si128, _mm_unpackhi_epi64, _mm256_add_epi64, _mm256_and_si256,
    _mm256_andnot_si256, _mm256_castsi256_si128, _mm256_cmpeq_epi64, _mm256_extracti128_si256, _mm256_or_si256,
    _mm256_set1_epi64x, _mm256_setr_epi64x, _mm256_setzero_si256, _mm256_sllv_epi64, _mm256_srlv_epi64,
};

use super::{Kernel, RAYS, Rays, Task};
use crate::square::Square;

/// Proof that the processor has AVX2, BMI1, BMI2, LZCNT and POPCNT: only [`Avx2::detect`] creates one.
#[derive(Clone, Copy, Debug)]
pub struct Avx2(());

impl Avx2 {
    /// Returns the kernel if this processor can run it.
    #[inline]
    pub fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt"))
        .then_some(Self(()))
    }
}

impl Kernel for Avx2 {
    const NAME: &'static str = "avx2";

    #[inline(always)]
    fn moves(self, player: u64, opponent: u64) -> u64 {
        // SAFETY: `self` proves that the processor has the features for which the function is compiled.
        unsafe { moves(player, opponent) }
    }

    #[inline(always)]
    fn flips(self, player: u64, opponent: u64, square: Square) -> u64 {
        // SAFETY: as above.
        unsafe { flips(player, opponent, square) }
    }

    #[inline(always)]
    fn run<T: Task>(self, task: T) -> T::Output {
        // SAFETY: as above.
        unsafe { run(self, task) }
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn run<T: Task>(kernel: Avx2, task: T) -> T::Output {
    task.run(kernel)
}

/// Returns a register with one value per lane.
#[target_feature(enable = "avx2")]
#[inline]
fn lanes(values: [u64; 4]) -> __m256i {
    _mm256_setr_epi64x(values[0] as i64, values[1] as i64, values[2] as i64, values[3] as i64)
}

/// Returns the union of the four lanes.
#[target_feature(enable = "avx2")]
#[inline]
fn union(lanes: __m256i) -> u64 {
    let pair = _mm_or_si128(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256::<1>(lanes));
    _mm_cvtsi128_si64(_mm_or_si128(pair, _mm_unpackhi_epi64(pair, pair))) as u64
}

#[target_feature(enable = "avx2")]
#[inline]
fn moves(player: u64, opponent: u64) -> u64 {
    const INNER: u64 = 0x7e7e_7e7e_7e7e_7e7e;
    let step = lanes([1, 8, 7, 9]);
    let two_steps = lanes([2, 16, 14, 18]);
    let flippable = _mm256_and_si256(_mm256_set1_epi64x(opponent as i64), lanes([INNER, u64::MAX, INNER, INNER]));
    let discs = _mm256_set1_epi64x(player as i64);

    let mut up = _mm256_and_si256(flippable, _mm256_sllv_epi64(discs, step));
    let mut down = _mm256_and_si256(flippable, _mm256_srlv_epi64(discs, step));
    up = _mm256_or_si256(up, _mm256_and_si256(flippable, _mm256_sllv_epi64(up, step)));
    down = _mm256_or_si256(down, _mm256_and_si256(flippable, _mm256_srlv_epi64(down, step)));
    let pairs_up = _mm256_and_si256(flippable, _mm256_sllv_epi64(flippable, step));
    let pairs_down = _mm256_srlv_epi64(pairs_up, step);
    for _ in 0..2 {
        up = _mm256_or_si256(up, _mm256_and_si256(pairs_up, _mm256_sllv_epi64(up, two_steps)));
        down = _mm256_or_si256(down, _mm256_and_si256(pairs_down, _mm256_srlv_epi64(down, two_steps)));
    }
    let reached = _mm256_or_si256(_mm256_sllv_epi64(up, step), _mm256_srlv_epi64(down, step));
    union(reached) & !(player | opponent)
}

#[target_feature(enable = "avx2")]
#[inline]
fn flips(player: u64, opponent: u64, square: Square) -> u64 {
    let Rays { up, down } = &RAYS[square.index()];
    let player = _mm256_set1_epi64x(player as i64);
    let opponent = _mm256_set1_epi64x(opponent as i64);
    let zero = _mm256_setzero_si256();
    let ones = _mm256_cmpeq_epi64(zero, zero);

    // Upwards, a carry runs through the opponent's discs to the first square without one.
    let ray = lanes(*up);
    let first = _mm256_set1_epi64x((square.bit() << 1) as i64);
    let beyond = _mm256_add_epi64(_mm256_or_si256(opponent, _mm256_andnot_si256(ray, ones)), first);
    let end = _mm256_and_si256(_mm256_and_si256(beyond, ray), player);
    let below_end = _mm256_and_si256(_mm256_add_epi64(end, ones), ray);
    let flipped_up = _mm256_andnot_si256(_mm256_cmpeq_epi64(end, zero), below_end);

    // Downwards, all squares from the first one without an opponent's disc to the ray's end are filled. The highest
    // filled square is that first one.
    let ray = lanes(*down);
    let step = lanes([1, 8, 7, 9]);
    let mut far = _mm256_andnot_si256(opponent, ray);
    far = _mm256_or_si256(far, _mm256_srlv_epi64(far, step));
    far = _mm256_or_si256(far, _mm256_srlv_epi64(far, lanes([2, 16, 14, 18])));
    far = _mm256_or_si256(far, _mm256_srlv_epi64(far, lanes([4, 32, 28, 36])));
    let end = _mm256_andnot_si256(_mm256_srlv_epi64(far, step), far);
    let no_end = _mm256_cmpeq_epi64(_mm256_and_si256(_mm256_and_si256(end, ray), player), zero);
    let flipped_down = _mm256_andnot_si256(no_end, _mm256_andnot_si256(far, ray));

    union(_mm256_or_si256(flipped_up, flipped_down))
}
