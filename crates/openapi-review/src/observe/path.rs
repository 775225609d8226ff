//! Builds JSON paths in the notation of reports.

/// Returns the path of a field.
pub(super) fn field(path: &str, name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !name.is_empty() && name.chars().all(is_plain) && !name.as_bytes()[0].is_ascii_digit() {
        return format!("{path}.{name}");
    }
    let escaped = name.replace('\\', "\\\\").replace('\'', "\\'");
    format!("{path}['{escaped}']")
}

/// Returns the path of the members of a map.
pub(super) fn any_field(path: &str) -> String {
    format!("{path}.*")
}

/// Returns the path of the elements of an array.
pub(super) fn element(path: &str) -> String {
    format!("{path}[*]")
}
