"""The benchmark suite: figures, their targets, and comparisons with earlier runs."""
