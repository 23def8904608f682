//! The benchmarks: `make bench`.

fn main() {}
