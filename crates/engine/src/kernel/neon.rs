//! aarch64: two axes of the board in the two lanes of a NEON register. Every processor of the architecture has it.

use std::arch::aarch64::{
    int64x2_t, uint64x2_t, vaddq_u64, vandq_u64, vbicq_u64, vceqzq_u64, vcombine_s64, vcombine_u64, vcreate_s64,
    vcreate_u64, vdupq_n_u64, vgetq_lane_u64, vornq_u64, vorrq_u64, vshlq_u64,
};

use super::{Kernel, RAYS, Task};
use crate::square::Square;

/// A kernel that every aarch64 processor can run.
#[derive(Clone, Copy, Debug)]
pub struct Neon;

/// The steps of the axes, in pairs that share a register.
const AXES: [[i64; 2]; 2] = [[1, 8], [7, 9]];

#[target_feature(enable = "neon")]
#[inline]
fn lanes(values: [u64; 2]) -> uint64x2_t {
    vcombine_u64(vcreate_u64(values[0]), vcreate_u64(values[1]))
}

/// Returns the distances of a shift, upwards if positive.
#[target_feature(enable = "neon")]
#[inline]
fn distances(axes: [i64; 2], times: i64) -> int64x2_t {
    vcombine_s64(vcreate_s64((axes[0] * times) as u64), vcreate_s64((axes[1] * times) as u64))
}

/// Returns the union of the two lanes.
#[target_feature(enable = "neon")]
#[inline]
fn union(lanes: uint64x2_t) -> u64 {
    vgetq_lane_u64::<0>(lanes) | vgetq_lane_u64::<1>(lanes)
}

impl Kernel for Neon {
    const NAME: &'static str = "neon";

    #[inline(always)]
    fn moves(self, player: u64, opponent: u64) -> u64 {
        // SAFETY: every aarch64 processor has NEON, and Rust's aarch64 targets enable it.
        unsafe { moves(player, opponent) }
    }

    #[inline(always)]
    fn flips(self, player: u64, opponent: u64, square: Square) -> u64 {
        // SAFETY: as above.
        unsafe { flips(player, opponent, square) }
    }

    #[inline]
    fn run<T: Task>(self, task: T) -> T::Output {
        task.run(self)
    }
}

#[target_feature(enable = "neon")]
#[inline]
fn moves(player: u64, opponent: u64) -> u64 {
    const INNER: u64 = 0x7e7e_7e7e_7e7e_7e7e;
    let discs = vdupq_n_u64(player);
    let mut reached = vdupq_n_u64(0);
    for axes in AXES {
        let flippable = lanes(axes.map(|step| if step == 8 { opponent } else { opponent & INNER }));
        let (up_one, down_one) = (distances(axes, 1), distances(axes, -1));
        let (up_two, down_two) = (distances(axes, 2), distances(axes, -2));
        let mut up = vandq_u64(flippable, vshlq_u64(discs, up_one));
        let mut down = vandq_u64(flippable, vshlq_u64(discs, down_one));
        up = vorrq_u64(up, vandq_u64(flippable, vshlq_u64(up, up_one)));
        down = vorrq_u64(down, vandq_u64(flippable, vshlq_u64(down, down_one)));
        let pairs_up = vandq_u64(flippable, vshlq_u64(flippable, up_one));
        let pairs_down = vshlq_u64(pairs_up, down_one);
        for _ in 0..2 {
            up = vorrq_u64(up, vandq_u64(pairs_up, vshlq_u64(up, up_two)));
            down = vorrq_u64(down, vandq_u64(pairs_down, vshlq_u64(down, down_two)));
        }
        reached = vorrq_u64(reached, vorrq_u64(vshlq_u64(up, up_one), vshlq_u64(down, down_one)));
    }
    union(reached) & !(player | opponent)
}

#[target_feature(enable = "neon")]
#[inline]
fn flips(player: u64, opponent: u64, square: Square) -> u64 {
    let rays = &RAYS[square.index()];
    let player = vdupq_n_u64(player);
    let opponent = vdupq_n_u64(opponent);
    let first = vdupq_n_u64(square.bit() << 1);
    let minus_one = vdupq_n_u64(u64::MAX);
    let mut flipped = vdupq_n_u64(0);
    for (pair, axes) in AXES.into_iter().enumerate() {
        // Upwards, a carry runs through the opponent's discs to the first square without one.
        let ray = lanes([rays.up[2 * pair], rays.up[2 * pair + 1]]);
        let beyond = vaddq_u64(vornq_u64(opponent, ray), first);
        let end = vandq_u64(vandq_u64(beyond, ray), player);
        let below_end = vandq_u64(vaddq_u64(end, minus_one), ray);
        flipped = vorrq_u64(flipped, vbicq_u64(below_end, vceqzq_u64(end)));

        // Downwards, all squares from the first one without an opponent's disc to the ray's end are filled. The highest
        // filled square is that first one.
        let ray = lanes([rays.down[2 * pair], rays.down[2 * pair + 1]]);
        let mut far = vbicq_u64(ray, opponent);
        for times in [-1, -2, -4] {
            far = vorrq_u64(far, vshlq_u64(far, distances(axes, times)));
        }
        let end = vbicq_u64(far, vshlq_u64(far, distances(axes, -1)));
        let no_end = vceqzq_u64(vandq_u64(vandq_u64(end, ray), player));
        flipped = vorrq_u64(flipped, vbicq_u64(vbicq_u64(ray, far), no_end));
    }
    union(flipped)
}
