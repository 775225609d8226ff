//! JSON pointers.

use std::fmt::{self, Write};

/// Returns the JSON pointer of a member, by its name, or of an element, by its index.
pub fn child(pointer: &str, segment: impl fmt::Display) -> String {
    let mut child = String::with_capacity(pointer.len() + 24);
    child.push_str(pointer);
    push(&mut child, segment);
    child
}

/// Appends a member name or an index to a JSON pointer.
pub fn push(pointer: &mut String, segment: impl fmt::Display) {
    let at = pointer.len() + 1;
    // Writing to a string can't fail.
    let _ = write!(pointer, "/{segment}");
    let segment = &pointer[at..];
    if segment.contains(['~', '/']) {
        let escaped = segment.replace('~', "~0").replace('/', "~1");
        pointer.replace_range(at.., &escaped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_escaped() {
        assert_eq!(child("/paths", "/a/{b~c}"), "/paths/~1a~1{b~0c}");
        assert_eq!(child("", 3), "/3");
    }
}
