//! Pointers with wildcards.

/// Whether a pointer is what a pattern describes: a segment `*` stands for any one.
pub(crate) fn matches(pattern: &str, pointer: &str) -> bool {
    let (mut left, mut right) = (pattern.split('/'), pointer.split('/'));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == "*" || a == b => {}
            _ => return false,
        }
    }
}
