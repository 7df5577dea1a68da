//! Othello rules, pattern evaluation and search.
