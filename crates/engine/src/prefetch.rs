//! Prefetching memory.
//!
//! Transposition tables and the training state of the weights are far larger than the caches. Reading them waits for
//! main memory unless they were prefetched while something else was computed.

#![cfg_attr(
    any(target_arch = "x86_64", target_arch = "aarch64"),
    allow(unsafe_code, reason = "the instruction has no safe form in the standard library")
)]

/// Asks the processor to bring the referenced memory into its caches. This is a hint that does not affect any result.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub fn prefetch<T>(place: &T) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: every x86-64 processor has the instruction; it changes nothing, and no address makes it fail.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(place).cast()) };
}

/// Asks the processor to bring the referenced memory into its caches. This is a hint that does not affect any result.
#[cfg(target_arch = "aarch64")]
#[inline(always)]
pub fn prefetch<T>(place: &T) {
    // SAFETY: every aarch64 processor has the instruction; it changes nothing, and no address makes it fail.
    unsafe {
        std::arch::asm!("prfm pldl1keep, [{0}]", in(reg) place, options(nostack, readonly, preserves_flags));
    }
}

/// Does nothing: prefetching is not implemented for this architecture.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
#[inline(always)]
pub fn prefetch<T>(_: &T) {}
