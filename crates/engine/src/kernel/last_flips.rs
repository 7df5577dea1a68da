//! Counting the discs that a move to the last empty square flips.

use crate::square::Square;

/// Counts the discs that the side with these `discs` flips by a move to the last empty square.
#[inline(always)]
pub(super) fn count_last_flips(discs: u64, square: Square) -> i32 {
    const FILE_A: u64 = 0x0101_0101_0101_0101;
    let index = square.index();
    let (file, rank) = (index % 8, index / 8);
    let [rising, falling] = DIAGONALS[index];
    // The discs of each line as eight bits, by file; for the column by rank.
    let row = discs >> (8 * rank) & 0xff;
    let column = ((discs >> file & FILE_A).wrapping_mul(0x0102_0408_1020_4080)) >> 56;
    let rising = (discs & rising).wrapping_mul(FILE_A) >> 56;
    let falling = (discs & falling).wrapping_mul(FILE_A) >> 56;
    let by_file = &LAST_FLIPS[file];
    i32::from(by_file[row as usize])
        + i32::from(LAST_FLIPS[rank][column as usize])
        + i32::from(by_file[rising as usize])
        + i32::from(by_file[falling as usize])
}

/// `[place][discs]`: the number of discs flipped in a line of eight squares, full except for `place`, by the side that
/// has `discs`. In a shorter line, the missing squares count as the other side's: they enclose nothing.
pub(super) static LAST_FLIPS: [[u8; 256]; 8] = {
    let mut table = [[0; 256]; 8];
    let mut place = 0;
    while place < 8 {
        let mut discs = 0;
        while discs < 256 {
            let mut total = 0;
            let mut step = -1;
            while step <= 1 {
                let mut at = place as i32 + step;
                let mut run = 0;
                while at >= 0 && at < 8 && discs >> at & 1 == 0 {
                    run += 1;
                    at += step;
                }
                if at >= 0 && at < 8 {
                    total += run;
                }
                step += 2;
            }
            table[place][discs] = total;
            discs += 1;
        }
        place += 1;
    }
    table
};

/// For each square, its two diagonals.
pub(super) static DIAGONALS: [[u64; 2]; 64] = {
    let mut diagonals = [[0; 2]; 64];
    let mut from = 0;
    while from < 64 {
        let mut to = 0;
        while to < 64 {
            let (files, ranks) = (to % 8 - from % 8, to / 8 - from / 8);
            if files == ranks {
                diagonals[from as usize][0] |= 1 << to;
            }
            if files == -ranks {
                diagonals[from as usize][1] |= 1 << to;
            }
            to += 1;
        }
        from += 1_i32;
    }
    diagonals
};
