//! How much of a piece of memory is really there.

#![cfg_attr(target_os = "linux", allow(unsafe_code, reason = "the system call has no safe form"))]

/// Bytes of the memory that the system has given pages to, all others never having been written; `None` where it can't be
/// asked.
#[cfg(target_os = "linux")]
pub(crate) fn resident_bytes<T>(memory: &[T]) -> Option<usize> {
    // SAFETY: `sysconf` reads a constant of the system.
    let page = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).ok().filter(|&page| page > 0)?;
    let start = (memory.as_ptr() as usize).next_multiple_of(page);
    let end = (memory.as_ptr() as usize + size_of_val(memory)) / page * page;
    if end <= start {
        return Some(size_of_val(memory));
    }
    let mut pages = vec![0_u8; (end - start) / page];
    // SAFETY: the range lies in `memory`, which is borrowed, is whole pages, and `pages` has a byte for each of them.
    let error = unsafe { libc::mincore(start as *mut libc::c_void, end - start, pages.as_mut_ptr()) };
    let resident = pages.iter().filter(|&&flags| flags & 1 != 0).count() * page;
    // What is not a whole page counts as resident: its pages have other things on them.
    (error == 0).then(|| resident + size_of_val(memory) - (end - start))
}

/// Bytes of the memory that the system has given pages to; here it can't be asked.
#[cfg(not(target_os = "linux"))]
pub(crate) fn resident_bytes<T>(_memory: &[T]) -> Option<usize> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn memory_is_resident_once_it_is_written() {
        const SIZE: usize = 64 << 20;
        let mut memory = vec![0_u8; SIZE];
        let before = resident_bytes(&memory).unwrap();
        assert!(before < 4 << 20, "{before}");
        memory[SIZE / 2..].fill(1);
        let half = resident_bytes(&memory).unwrap();
        assert!((SIZE / 2..SIZE / 2 + (4 << 20)).contains(&half), "{half}");
        assert_eq!(resident_bytes(&memory[..3]), Some(3));
    }
}
