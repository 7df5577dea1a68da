//! Errors as codes, and the message of the last one.

use shirokuro_engine::OutOfMemory;
use shirokuro_train::{FileError, Reason};
use std::any::Any;
use std::cell::RefCell;
use std::ffi::{CStr, CString};
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The outcome of a call. `sk_last_error` has the details.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkStatus {
    /// The call did what it was asked for.
    Ok = 0,
    /// A pointer that must not be null is null.
    NullPointer = 1,
    /// A value is outside its range, or a text is not what it has to be.
    InvalidArgument = 2,
    /// The move is not legal; the position is unchanged.
    IllegalMove = 3,
    /// The operating system could not read the file.
    Io = 4,
    /// The file is not a model, is damaged, or has a version that this library does not read.
    BadModel = 5,
    /// There is not enough memory.
    OutOfMemory = 6,
    /// Another thread is using the searcher.
    Busy = 7,
    /// A fault of the library.
    Internal = 8,
}

/// A failed call: its code and its message.
#[derive(Debug)]
pub struct Error {
    /// The code.
    pub status: SkStatus,
    /// The message.
    pub message: String,
}

impl Error {
    /// Creates an error.
    pub fn new(status: SkStatus, message: impl Display) -> Self {
        Self { status, message: message.to_string() }
    }

    /// Creates the error for a parameter that is outside its range.
    pub fn argument(parameter: &str, value: impl Display, range: &str) -> Self {
        Self::new(SkStatus::InvalidArgument, format_args!("{parameter} = {value}: must be {range}"))
    }

    /// Creates the error for a panic.
    fn of_panic(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Self::new(SkStatus::Internal, format_args!("a fault of the library: {}", text.unwrap_or("unknown")))
    }
}

impl From<FileError> for Error {
    fn from(error: FileError) -> Self {
        let status = match error.reason {
            Reason::Io(_) | Reason::NotAFile { .. } => SkStatus::Io,
            Reason::Memory(_) => SkStatus::OutOfMemory,
            _ => SkStatus::BadModel,
        };
        Self::new(status, error)
    }
}

impl From<OutOfMemory> for Error {
    fn from(error: OutOfMemory) -> Self {
        Self::new(SkStatus::OutOfMemory, error)
    }
}

thread_local! {
    static LAST: RefCell<CString> = RefCell::default();
}

/// Makes a call and keeps the message of its error. A panic becomes an error.
pub fn guard(call: impl FnOnce() -> Result<(), Error>) -> SkStatus {
    let Err(error) = catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| Err(Error::of_panic(&*panic))) else {
        return SkStatus::Ok;
    };
    let message = CString::new(error.message.replace('\0', "\u{fffd}")).unwrap_or_default();
    LAST.with_borrow_mut(|last| *last = message);
    error.status
}

/// Passes on the message of this thread's last error; empty before the first one.
pub fn last_error<T>(read: impl FnOnce(&CStr) -> T) -> T {
    LAST.with_borrow(|last| read(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_with_its_message() {
        let number = std::hint::black_box(7);
        assert_eq!(guard(|| panic!("number {number}")), SkStatus::Internal);
        assert_eq!(last_error(CStr::to_owned).to_str(), Ok("a fault of the library: number 7"));
    }

    #[test]
    fn each_thread_has_its_own_last_error() {
        assert_eq!(guard(|| Err(Error::argument("depth", 61, "from 1 to 60"))), SkStatus::InvalidArgument);
        std::thread::spawn(|| assert!(last_error(CStr::to_owned).is_empty())).join().unwrap();
        assert_eq!(last_error(CStr::to_owned).to_str(), Ok("depth = 61: must be from 1 to 60"));
    }
}
