//! Large allocations that fail with an error. Rust's collections end the process when they get no memory.

use std::hint::black_box;

/// Memory that [`require_memory`] leaves for small allocations, which cannot fail with an error.
///
/// It is more than 32 MiB, up to which glibc takes a freed block as a sign to keep later ones of that size.
const RESERVE: usize = 40_000_000;

/// There is not enough memory.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not enough memory for {purpose}: {} MB", bytes.div_ceil(1_000_000))]
pub struct OutOfMemory {
    /// What the memory is for.
    pub purpose: &'static str,
    /// The requested size.
    pub bytes: usize,
}

/// Creates an empty vector with room for exactly `len` elements.
///
/// # Errors
/// There is not enough memory.
pub fn try_with_capacity<T>(len: usize, purpose: &'static str) -> Result<Vec<T>, OutOfMemory> {
    let mut elements = Vec::new();
    let bytes = len.saturating_mul(size_of::<T>());
    elements.try_reserve_exact(len).map_err(|_| OutOfMemory { purpose, bytes })?;
    Ok(elements)
}

/// Checks that memory of this size, and some more for small allocations, can be allocated now.
///
/// Call it before work that makes many small allocations. Nothing stays allocated, so other threads may still take the
/// memory first.
///
/// # Errors
/// There is not enough memory.
pub fn require_memory(bytes: usize, purpose: &'static str) -> Result<(), OutOfMemory> {
    // Without the black box, the compiler removes an allocation that is not used.
    black_box(try_with_capacity::<u8>(bytes.saturating_add(RESERVE), purpose)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_no_machine_has_is_an_error_that_names_purpose_and_size() {
        let error = try_with_capacity::<u64>(1 << 58, "a test").unwrap_err();
        assert_eq!(error.to_string(), "not enough memory for a test: 2305843009214 MB");
        assert_eq!(require_memory(usize::MAX / 3, "a test").unwrap_err().purpose, "a test");
        assert_eq!(require_memory(usize::MAX, "a test").unwrap_err().bytes, usize::MAX);
        require_memory(0, "a test").unwrap();
        assert_eq!(try_with_capacity::<u64>(3, "a test").unwrap().capacity(), 3);
    }
}
