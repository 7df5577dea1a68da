//! The C library of shirokuro: evaluation and search with a trained model. `include/shirokuro.h` is its header.
//!
//! - [`exports`]: the functions that C calls, and the only unsafe code: pointers become references, panics become errors.
//! - [`error`]: the status codes, and the message of the last error of each thread.
//! - [`position`]: boards and moves in C's terms.
//! - [`model`]: loading and evaluating.
//! - [`search`]: limits, searching, results.

pub mod error;
pub mod exports;
pub mod model;
pub mod position;
pub mod search;
