//! Huge pages for large tables.
//!
//! Weights, moments and transposition tables are accessed at random. With pages of 4 KiB, many accesses also miss the
//! TLB; with pages of 2 MiB, hardly any does. On an x86-64 machine (Zen 5), evaluating the positions of games in the
//! order of play, each with the tables of a different stage, took 148 ns per position without and 127 ns with the call
//! (`cargo bench -p shirokuro-engine evaluate_from_scratch`). These were two separate runs on a busy machine, not a
//! paired comparison, so they are only an indication.

#![cfg_attr(
    target_os = "linux",
    allow(unsafe_code, reason = "the system call has no safe form for memory of the allocator")
)]

/// Asks the system to back the memory with huge pages. This is a hint: where the system can't follow it, nothing
/// happens.
///
/// Call it before the memory is first written, e.g. with the spare capacity of a vector.
#[cfg(target_os = "linux")]
pub fn prefer_huge_pages<T>(memory: &[T]) {
    const PAGE: usize = 4096;
    let start = (memory.as_ptr() as usize).next_multiple_of(PAGE);
    let end = (memory.as_ptr() as usize + size_of_val(memory)) / PAGE * PAGE;
    if end > start {
        // SAFETY: the range lies in `memory`, which is borrowed, and the advice does not change its contents. A system
        // with pages larger than PAGE rejects a start that is not aligned to them, and an error has no effect.
        unsafe { libc::madvise(start as *mut libc::c_void, end - start, libc::MADV_HUGEPAGE) };
    }
}

/// Does nothing: this system is not asked for huge pages.
#[cfg(not(target_os = "linux"))]
pub fn prefer_huge_pages<T>(_memory: &[T]) {}
