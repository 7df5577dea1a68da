//! The resident part of a piece of memory.

use std::fs;
use std::io::{Read, Seek, SeekFrom};

/// The flag of a page in memory, in `/proc/self/pagemap`.
const PRESENT: u64 = 1 << 63;
/// The flag of a page that belongs to this process alone. It is not set for the system's shared page of zeros, which
/// stands for every page that was read but never written.
const EXCLUSIVE: u64 = 1 << 56;

/// Returns the bytes that have their own pages, that is, that were ever written; `None` where the system does not
/// report it (everywhere except Linux). Pages shared with a forked process do not count.
pub(crate) fn resident_bytes<T>(memory: &[T]) -> Option<usize> {
    let page = page_size()?;
    let start = (memory.as_ptr() as usize).next_multiple_of(page);
    let end = (memory.as_ptr() as usize + size_of_val(memory)) / page * page;
    if end <= start {
        return Some(size_of_val(memory));
    }
    let mut file = fs::File::open("/proc/self/pagemap").ok()?;
    file.seek(SeekFrom::Start((start / page * size_of::<u64>()) as u64)).ok()?;
    let mut flags = vec![0; (end - start) / page * size_of::<u64>()];
    file.read_exact(&mut flags).ok()?;
    let flags = flags.as_chunks().0.iter().map(|&flags| u64::from_ne_bytes(flags));
    let own = flags.filter(|flags| flags & PRESENT != 0 && flags & EXCLUSIVE != 0).count();
    // Partial pages count as resident, because they hold other data as well.
    Some(own * page + size_of_val(memory) - (end - start))
}

/// Returns the page size that the system passed to the process at its start.
fn page_size() -> Option<usize> {
    const AT_PAGESZ: usize = 6;
    const WORD: usize = size_of::<usize>();
    let vector = fs::read("/proc/self/auxv").ok()?;
    let words: Vec<usize> = vector.as_chunks::<WORD>().0.iter().map(|&word| usize::from_ne_bytes(word)).collect();
    words.as_chunks::<2>().0.iter().find(|[key, _]| *key == AT_PAGESZ).map(|[_, size]| *size)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn memory_is_resident_once_it_is_written_and_not_when_it_is_read() {
        const SIZE: usize = 64 << 20;
        let mut memory = vec![0_u8; SIZE];
        let before = resident_bytes(&memory).unwrap();
        assert!(before < 4 << 20, "{before}");
        assert!(memory.iter().all(|&byte| byte == 0));
        assert_eq!(resident_bytes(&memory), Some(before));
        memory[SIZE / 2..].fill(1);
        let half = resident_bytes(&memory).unwrap();
        assert!((SIZE / 2..SIZE / 2 + (4 << 20)).contains(&half), "{half}");
        assert_eq!(resident_bytes(&memory[..3]), Some(3));
    }
}
