//! Memory for moments, which comes zeroed from the operating system.

#![allow(unsafe_code, reason = "no safe function allocates zeroed memory and reports a lack of it")]

use crate::learn::adam::Moments;
use shirokuro_engine::OutOfMemory;
use std::alloc::{Layout, alloc_zeroed};
use std::ptr::slice_from_raw_parts_mut;

/// Allocates the moments of `entries` entries, at least one, which are zero. A page becomes resident when it is first
/// written.
pub(crate) fn zeroed_moments(entries: usize) -> Result<Vec<Moments>, OutOfMemory> {
    let bytes = entries.saturating_mul(size_of::<Moments>());
    let out_of_memory = OutOfMemory { purpose: "Adam's moments", bytes };
    let Some(layout) = Layout::array::<Moments>(entries).ok().filter(|layout| layout.size() > 0) else {
        return Err(out_of_memory);
    };
    // SAFETY: the size of the layout is not zero.
    let memory = unsafe { alloc_zeroed(layout) };
    if memory.is_null() {
        return Err(out_of_memory);
    }
    #[expect(clippy::cast_ptr_alignment, reason = "the layout has the alignment")]
    let moments = memory.cast::<Moments>();
    // SAFETY: the global allocator has just allocated it with the layout of that many moments, and zeros are the f32 0.0.
    Ok(unsafe { Box::from_raw(slice_from_raw_parts_mut(moments, entries)) }.into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRIES: usize = 28_868_400;

    #[test]
    fn moments_are_zero_and_can_be_written_and_freed() {
        let mut moments = zeroed_moments(ENTRIES).unwrap();
        assert_eq!((moments.len(), moments.capacity()), (ENTRIES, ENTRIES));
        assert!(moments.iter().step_by(1009).all(|&moments| moments == [0.0, 0.0]));
        moments[ENTRIES - 1] = [1.0, 2.0];
        moments.push([3.0, 4.0]);
        assert_eq!(moments[ENTRIES - 1..], [[1.0, 2.0], [3.0, 4.0]]);
    }
}
