"""What looks at Imprint from outside, in Python; the tests in Rust are beside it."""
