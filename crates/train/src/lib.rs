//! Self-play training of Othello pattern weights: TD(λ) with Adam.
