"""The benchmark suite: what is measured, what it should be, and whether it has become worse."""
