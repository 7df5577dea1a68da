//! The Python module of shirokuro.
