//! Memory for moments, which comes zeroed from the operating system.

#![allow(unsafe_code, reason = "no safe function allocates zeroed memory and reports a lack of it")]

use crate::learn::adam::Moments;
use shirokuro_engine::{ENTRIES, OutOfMemory};
use std::alloc::{Layout, alloc_zeroed};
use std::ptr::slice_from_raw_parts_mut;

/// Allocates the moments of all entries, which are zero. A page becomes resident when it is first written.
pub(crate) fn zeroed_moments() -> Result<Vec<Moments>, OutOfMemory> {
    let layout = Layout::new::<[Moments; ENTRIES]>();
    // SAFETY: the size of the layout is not zero.
    let memory = unsafe { alloc_zeroed(layout) };
    if memory.is_null() {
        return Err(OutOfMemory { purpose: "Adam's moments", bytes: layout.size() });
    }
    #[expect(clippy::cast_ptr_alignment, reason = "the layout has the alignment")]
    let moments = memory.cast::<Moments>();
    // SAFETY: the global allocator has just allocated it with the layout of ENTRIES moments, and zeros are the f32 0.0.
    Ok(unsafe { Box::from_raw(slice_from_raw_parts_mut(moments, ENTRIES)) }.into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_zero_and_can_be_written_and_freed() {
        let mut moments = zeroed_moments().unwrap();
        assert_eq!((moments.len(), moments.capacity()), (ENTRIES, ENTRIES));
        assert!(moments.iter().step_by(1009).all(|&moments| moments == [0.0, 0.0]));
        moments[ENTRIES - 1] = [1.0, 2.0];
        moments.push([3.0, 4.0]);
        assert_eq!(moments[ENTRIES - 1..], [[1.0, 2.0], [3.0, 4.0]]);
    }
}
