//! Enrich contacts from a terminal.

fn main() {}
