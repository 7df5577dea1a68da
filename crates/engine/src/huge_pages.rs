//! Large pages for large tables.
//!
//! Weights, moments and transposition tables are read at random. With pages of 4 KiB many such reads also miss the processor's
//! cache of page addresses; with pages of 2 MiB hardly any does. On an x86-64 machine (Zen 5)
//! evaluating the positions of games in the order of play, each with another stage's tables, took 148 ns a position without and
//! 127 with the call (`cargo bench -p shirokuro-engine evaluate_from_nothing`): two separate runs on a busy machine, not a paired
//! comparison, so an indication only.

#![cfg_attr(
    target_os = "linux",
    allow(unsafe_code, reason = "the system call has no safe form for memory of the allocator")
)]

/// Asks the system to back the memory with large pages. A hint: where it can't be followed, nothing happens.
///
/// Call it before the memory is first written, e.g. with the spare capacity of a vector.
#[cfg(target_os = "linux")]
pub fn prefer_huge_pages<T>(memory: &[T]) {
    const PAGE: usize = 4096;
    let start = (memory.as_ptr() as usize).next_multiple_of(PAGE);
    let end = (memory.as_ptr() as usize + size_of_val(memory)) / PAGE * PAGE;
    if end > start {
        // SAFETY: the range lies in `memory`, which is borrowed, and the advice changes no byte of it. A system with larger
        // pages than PAGE refuses a start that is not one of its own, and an error leaves everything as it was.
        unsafe { libc::madvise(start as *mut libc::c_void, end - start, libc::MADV_HUGEPAGE) };
    }
}

/// Asks the system to back the memory with large pages; here it is not asked.
#[cfg(not(target_os = "linux"))]
pub fn prefer_huge_pages<T>(_memory: &[T]) {}
