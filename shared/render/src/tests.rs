//! Whole renderings.
