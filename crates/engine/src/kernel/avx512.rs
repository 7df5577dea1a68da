//! x86-64 with AVX-512 (F, VL, BW, CD): the eight directions in the eight lanes of a register, with leading zeros
//! counted per lane.

use std::arch::x86_64::{
    __m256i, __m512i, _mm_cvtsi128_si64, _mm_or_si128, _mm_unpackhi_epi64, _mm256_add_epi64, _mm256_and_si256,
    _mm256_andnot_si256, _mm256_castsi256_si128, _mm256_extracti128_si256, _mm256_lzcnt_epi64,
    _mm256_maskz_ternarylogic_epi64, _mm256_or_si256, _mm256_set1_epi64x, _mm256_setr_epi64x, _mm256_setzero_si256,
    _mm256_srlv_epi64, _mm256_sub_epi64, _mm256_ternarylogic_epi64, _mm256_test_epi64_mask, _mm512_and_si512,
    _mm512_castsi512_si256, _mm512_extracti64x4_epi64, _mm512_rolv_epi64, _mm512_set1_epi64, _mm512_setr_epi64,
    _mm512_ternarylogic_epi64, _pext_u64,
};

use super::last_flips::{DIAGONALS, LAST_FLIPS};
use super::{Kernel, RAYS, Rays, Task};
use crate::square::Square;

/// Proof that the processor has the instructions: only [`Avx512::detect`] creates one.
#[derive(Clone, Copy, Debug)]
pub struct Avx512(());

impl Avx512 {
    /// Returns the kernel if this processor can run it.
    #[inline]
    pub fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512cd")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt"))
        .then_some(Self(()))
    }
}

impl Kernel for Avx512 {
    const NAME: &'static str = "avx512";

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
    fn count_last_flips(self, discs: u64, square: Square) -> i32 {
        // SAFETY: as above.
        unsafe { count_last_flips(discs, square) }
    }

    #[inline(always)]
    fn run<T: Task>(self, task: T) -> T::Output {
        // SAFETY: as above.
        unsafe { run(self, task) }
    }
}

#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512cd,bmi1,bmi2,lzcnt,popcnt")]
fn run<T: Task>(kernel: Avx512, task: T) -> T::Output {
    task.run(kernel)
}

/// Returns a register with one value per lane.
#[target_feature(enable = "avx2")]
#[inline]
fn lanes(values: [u64; 4]) -> __m256i {
    _mm256_setr_epi64x(values[0] as i64, values[1] as i64, values[2] as i64, values[3] as i64)
}

/// Returns a register with one value per axis for each of the two ways along it.
#[target_feature(enable = "avx512f")]
#[inline]
fn both_ways(up: [u64; 4], down: [u64; 4]) -> __m512i {
    let ([a, b, c, d], [e, f, g, h]) = (up.map(|value| value as i64), down.map(|value| value as i64));
    _mm512_setr_epi64(a, b, c, d, e, f, g, h)
}

/// Returns the union of the four lanes.
#[target_feature(enable = "avx2")]
#[inline]
fn union(lanes: __m256i) -> u64 {
    let pair = _mm_or_si128(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256::<1>(lanes));
    _mm_cvtsi128_si64(_mm_or_si128(pair, _mm_unpackhi_epi64(pair, pair))) as u64
}

/// a | (b & c), as a truth table for `vpternlog`.
const OR_AND: i32 = 0xf8;

#[target_feature(enable = "avx512f,avx512vl")]
#[inline]
fn moves(player: u64, opponent: u64) -> u64 {
    // A disc at the end of an axis can't be flipped along it. Without those, rotating by a step never wraps around the
    // edge of the board.
    const ROWS: u64 = 0x7e7e_7e7e_7e7e_7e7e;
    const FILES: u64 = 0x00ff_ffff_ffff_ff00;
    const INNER: [u64; 4] = [ROWS, FILES, ROWS & FILES, ROWS & FILES];
    let step = both_ways([1, 8, 7, 9], [63, 56, 57, 55]);
    let two_steps = both_ways([2, 16, 14, 18], [62, 48, 50, 46]);
    let flippable = _mm512_and_si512(_mm512_set1_epi64(opponent as i64), both_ways(INNER, INNER));
    let discs = _mm512_set1_epi64(player as i64);

    let mut run = _mm512_and_si512(flippable, _mm512_rolv_epi64(discs, step));
    run = _mm512_ternarylogic_epi64::<OR_AND>(run, flippable, _mm512_rolv_epi64(run, step));
    let pairs = _mm512_and_si512(flippable, _mm512_rolv_epi64(flippable, step));
    for _ in 0..2 {
        run = _mm512_ternarylogic_epi64::<OR_AND>(run, pairs, _mm512_rolv_epi64(run, two_steps));
    }
    let reached = _mm512_rolv_epi64(run, step);
    let halves = _mm256_or_si256(_mm512_castsi512_si256(reached), _mm512_extracti64x4_epi64::<1>(reached));
    union(halves) & !(player | opponent)
}

/// Truth tables for `vpternlog`: a | !b, a & !b & c.
const OR_NOT: i32 = 0xf3;
const AND_NOT_AND: i32 = 0x20;

#[target_feature(enable = "avx512f,avx512vl,avx512cd")]
#[inline]
fn flips(player: u64, opponent: u64, square: Square) -> u64 {
    let Rays { up, down } = &RAYS[square.index()];
    let player = _mm256_set1_epi64x(player as i64);
    let opponent = _mm256_set1_epi64x(opponent as i64);

    // Upwards, a carry runs from the lowest bit through all squares that are not on the ray, and through the opponent's
    // discs on it, to the first square without one.
    let ray = lanes(*up);
    let run = _mm256_ternarylogic_epi64::<OR_NOT>(opponent, ray, ray);
    let beyond = _mm256_add_epi64(run, _mm256_set1_epi64x(1));
    let ends = _mm256_test_epi64_mask(_mm256_and_si256(beyond, ray), player);
    let flipped_up = _mm256_maskz_ternarylogic_epi64::<AND_NOT_AND>(ends, run, beyond, ray);

    // Downwards, that square is the highest bit. The squares above it are the bits of -2 * end; without an end,
    // there are none.
    let ray = lanes(*down);
    let far = _mm256_andnot_si256(opponent, ray);
    let top = _mm256_srlv_epi64(_mm256_set1_epi64x(i64::MIN), _mm256_lzcnt_epi64(far));
    let end = _mm256_and_si256(top, player);
    let above_end = _mm256_sub_epi64(_mm256_setzero_si256(), _mm256_add_epi64(end, end));

    union(_mm256_ternarylogic_epi64::<OR_AND>(flipped_up, above_end, ray))
}

/// The four lines through a square, each with the row of [`LAST_FLIPS`] for the square's place in it.
#[repr(align(64))]
struct Lines([(u64, &'static [u8; 256]); 4]);

static LINES: [Lines; 64] = {
    let mut lines = [const { Lines([(0, &LAST_FLIPS[0]); 4]) }; 64];
    let mut square = 0;
    while square < 64 {
        let (file, rank) = (square % 8, square / 8);
        let [rising, falling] = DIAGONALS[square];
        let sets = [0xff << (8 * rank), 0x0101_0101_0101_0101 << file, rising, falling];
        let mut line = 0;
        while line < 4 {
            let place = (sets[line] & ((1 << square) - 1)).count_ones();
            lines[square].0[line] = (sets[line], &LAST_FLIPS[place as usize]);
            line += 1;
        }
        square += 1;
    }
    lines
};

/// The instruction gathers the bits of a line, which takes a shift and a multiplication elsewhere. Processors on which
/// it is slow do not have AVX-512.
#[target_feature(enable = "bmi2")]
#[inline]
fn count_last_flips(discs: u64, square: Square) -> i32 {
    let count = |(line, flips): (u64, &[u8; 256])| i32::from(flips[_pext_u64(discs, line) as usize & 0xff]);
    let [row, column, rising, falling] = LINES[square.index()].0;
    count(row) + count(column) + count(rising) + count(falling)
}
