//! The tests of the engine's public interface. They are one program, because each program compiles the search anew.

#[path = "../common/mod.rs"]
mod common;

mod evaluation;
mod parallel;
mod patterns;
mod probcut;
mod search;
