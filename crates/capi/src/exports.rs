//! The functions that C calls. They turn pointers into references and do nothing else.
//!
//! The header states the rules for the pointers once, in its preface: each is null, which is an error, or valid as C
//! understands it for the length of the call.

#![allow(unsafe_code, reason = "C passes pointers")]
#![allow(clippy::missing_safety_doc, reason = "the header's preface states the rules for all pointers")]

use crate::error::{Error, SkStatus, guard, last_error};
use crate::model::SkModel;
use crate::position::{SkPosition, of_diagram, of_moves};
use crate::search::{SkLimits, SkResult, SkSearcher};
use shirokuro_engine::Position;
use std::ffi::{CStr, OsStr, c_char};
use std::path::Path;
use std::ptr::NonNull;

/// A place for a result, which need not be initialised.
struct Out<T>(NonNull<T>);

impl<T> Out<T> {
    /// Wraps a pointer.
    ///
    /// # Safety
    /// The pointer is null, or valid for writing until the wrapper is used.
    unsafe fn new(pointer: *mut T, name: &str) -> Result<Self, Error> {
        NonNull::new(pointer).map(Self).ok_or_else(|| null(name))
    }

    fn set(self, value: T) {
        // SAFETY: whoever wrapped the pointer promised that it is valid for writing.
        unsafe { self.0.write(value) }
    }
}

/// Borrows what a pointer points to.
///
/// # Safety
/// The pointer is null, or points to a value that nothing writes to for the length of `'a`.
unsafe fn borrow<'a, T>(pointer: *const T, name: &str) -> Result<&'a T, Error> {
    // SAFETY: the caller passes on the promise.
    unsafe { pointer.as_ref() }.ok_or_else(|| null(name))
}

/// Borrows a text.
///
/// # Safety
/// The pointer is null, or points to a text with a zero at its end that nothing writes to for the length of `'a`.
unsafe fn text<'a>(pointer: *const c_char, name: &str) -> Result<&'a CStr, Error> {
    if pointer.is_null() {
        return Err(null(name));
    }
    // SAFETY: the pointer is not null, and the caller passes on the rest of the promise.
    Ok(unsafe { CStr::from_ptr(pointer) })
}

/// Frees what `Box::into_raw` returned.
///
/// # Safety
/// The pointer is null, or came from `Box::into_raw` and is not used again.
unsafe fn free<T>(pointer: *mut T) {
    if !pointer.is_null() {
        // SAFETY: the pointer is not null, and the caller passes on the rest of the promise.
        drop(unsafe { Box::from_raw(pointer) });
    }
}

fn null(name: &str) -> Error {
    Error::new(SkStatus::NullPointer, format_args!("{name} is null"))
}

fn utf8<'a>(text: &'a CStr, name: &str) -> Result<&'a str, Error> {
    text.to_str().map_err(|_| Error::new(SkStatus::InvalidArgument, format_args!("{name} is not UTF-8")))
}

/// Returns the version of the library.
#[unsafe(no_mangle)]
pub extern "C" fn sk_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// Returns the message of the last call on this thread that failed; empty before the first one. The text is valid until
/// the next failure on this thread, or the thread's end.
#[unsafe(no_mangle)]
pub extern "C" fn sk_last_error() -> *const c_char {
    last_error(CStr::as_ptr)
}

/// Reads a model file (`.shiro`), with or without training state. Free the model with `sk_model_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sk_model_load(path: *const c_char, model: *mut *mut SkModel) -> SkStatus {
    guard(|| {
        // SAFETY: the header's preface.
        let (path, model) = unsafe { (text(path, "path")?, Out::new(model, "model")?) };
        #[cfg(unix)]
        let path: &OsStr = std::os::unix::ffi::OsStrExt::from_bytes(path.to_bytes());
        #[cfg(not(unix))]
        let path = OsStr::new(utf8(path, "path")?);
        model.set(Box::into_raw(Box::new(SkModel::load(Path::new(path))?)));
        Ok(())
    })
}

/// Frees a model that no call is using. Null is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sk_model_free(model: *mut SkModel) {
    // SAFETY: the header's preface.
    unsafe { free(model) }
}

/// Evaluates a position: the expected final disc difference for the side to move, within ±64. Does not search.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sk_evaluate(model: *const SkModel, position: *const SkPosition, discs: *mut f32) -> SkStatus {
    guard(|| {
        // SAFETY: the header's preface.
        let (model, position, discs) =
            unsafe { (borrow(model, "model")?, borrow(position, "position")?, Out::new(discs, "discs")?) };
        discs.set(model.evaluate(position)?);
        Ok(())
    })
}

/// Writes the start of a game, Black to move.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sk_position_start(position: *mut SkPosition) -> SkStatus {
    guard(|| {
        // SAFETY: the header's preface.
        let position = unsafe { Out::new(position, "position")? };
        position.set(Position::START.into());
        Ok(())
    })
}

/// Reads a position: 64 squares from a1, b1 … to h8 (`X` black, `O` white, `-` empty), then the side to move, with any
/// white space.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sk_position_of_diagram(diagram: *const c_char, position: *mut SkPosition) -> SkStatus {
    guard(|| {
        // SAFETY: the header's preface.
        let (diagram, position) = unsafe { (text(diagram, "diagram")?, Out::new(position, "position")?) };
        position.set(of_diagram(utf8(diagram, "diagram")?)?);
        Ok(())
    })
}

/// Writes the position after moves from the start, written like `f5d6c3`; passes are implied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sk_position_of_moves(moves: *const c_char, position: *mut SkPosition) -> SkStatus {
    guard(|| {
        // SAFETY: the header's preface.
        let (moves, position) = unsafe { (text(moves, "moves")?, Out::new(position, "position")?) };
        position.set(of_moves(utf8(moves, "moves")?)?);
        Ok(())
    })
}

/// Writes the set of legal moves; empty when the side to move must pass or the game is over.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sk_legal_moves(position: *const SkPosition, squares: *mut u64) -> SkStatus {
    guard(|| {
        // SAFETY: the header's preface.
        let (position, squares) = unsafe { (borrow(position, "position")?, Out::new(squares, "squares")?) };
        squares.set(position.checked()?.board.moves());
        Ok(())
    })
}

/// Plays a move, from 0 (a1) to 63 (h8), and the pass that it forces, if any: the side to move then has a move unless
/// the game is over. `SK_PASS` passes where that is legal, which only a position of yours may need. After an error the
/// position is unchanged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sk_play(position: *mut SkPosition, square: i32) -> SkStatus {
    guard(|| {
        // SAFETY: the header's preface.
        let (before, after) = unsafe { (*borrow(position, "position")?, Out::new(position, "position")?) };
        after.set(before.after(square)?);
        Ok(())
    })
}

/// Writes whether neither side has a move.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sk_is_over(position: *const SkPosition, over: *mut bool) -> SkStatus {
    guard(|| {
        // SAFETY: the header's preface.
        let (position, over) = unsafe { (borrow(position, "position")?, Out::new(over, "over")?) };
        over.set(position.checked()?.board.is_over());
        Ok(())
    })
}

/// Writes the disc difference for the side to move, with empty squares counted for the winner: the final score once the
/// game is over.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sk_score(position: *const SkPosition, discs: *mut i32) -> SkStatus {
    guard(|| {
        // SAFETY: the header's preface.
        let (position, discs) = unsafe { (borrow(position, "position")?, Out::new(discs, "discs")?) };
        discs.set(position.checked()?.board.final_score());
        Ok(())
    })
}

/// Creates a searcher with a table of at most this many bytes (16 MB are enough for short searches). Free it with
/// `sk_searcher_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sk_searcher_new(table_bytes: u64, searcher: *mut *mut SkSearcher) -> SkStatus {
    guard(|| {
        // SAFETY: the header's preface.
        let searcher = unsafe { Out::new(searcher, "searcher")? };
        searcher.set(Box::into_raw(Box::new(SkSearcher::new(table_bytes)?)));
        Ok(())
    })
}

/// Frees a searcher that no call is using. Null is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sk_searcher_free(searcher: *mut SkSearcher) {
    // SAFETY: the header's preface.
    unsafe { free(searcher) }
}

/// Searches a position by iterative deepening until the first of the limits is reached.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sk_search(
    searcher: *const SkSearcher,
    model: *const SkModel,
    position: *const SkPosition,
    limits: *const SkLimits,
    result: *mut SkResult,
) -> SkStatus {
    guard(|| {
        // SAFETY: the header's preface.
        let (searcher, model) = unsafe { (borrow(searcher, "searcher")?, borrow(model, "model")?) };
        // SAFETY: the header's preface.
        let (position, limits, result) =
            unsafe { (borrow(position, "position")?, borrow(limits, "limits")?, Out::new(result, "result")?) };
        result.set(searcher.search(model, position, limits)?);
        Ok(())
    })
}

/// Soon ends the search that another thread is making with this searcher; its result is that of the last complete
/// iteration. Has no effect on a search that starts later.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sk_searcher_stop(searcher: *const SkSearcher) -> SkStatus {
    guard(|| {
        // SAFETY: the header's preface.
        unsafe { borrow(searcher, "searcher")? }.stop();
        Ok(())
    })
}
