//! The Rust names that typify and progenitor derive from a document's names.

use heck::{ToPascalCase, ToSnakeCase};
use unicode_ident::{is_xid_continue, is_xid_start};

/// Reserved words of Rust, current and future.
const KEYWORDS: [&str; 53] = [
    "Self", "_", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
    "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if",
    "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
    "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Returns the name of a type or of an enum's variant.
pub fn pascal(name: &str) -> String {
    identifier(name, str::to_pascal_case, "X")
}

/// Returns the name of a field.
pub fn snake(name: &str) -> String {
    identifier(name, str::to_snake_case, "x")
}

/// Returns the name of a method or of its argument.
pub fn method(name: &str) -> String {
    identifier(name, str::to_snake_case, "_")
}

fn identifier(name: &str, case: fn(&str) -> String, prefix: &str) -> String {
    let name = match name {
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        _ => case(&name.replace('\'', "").replace(|c: char| !is_xid_continue(c), "-")),
    };
    let name = match name.chars().next() {
        None => case("x"),
        Some(first) if is_xid_start(first) => name,
        Some(_) => format!("{prefix}{name}"),
    };
    if is_keyword(&name) { name + "_" } else { name }
}

/// Joins the words of a name, each with a capital; capitals within a word are kept. Types without a
/// name are named after their place in this way.
pub fn joined(name: &str) -> String {
    let mut joined = String::with_capacity(name.len());
    let mut upper = true;
    for c in name.chars() {
        if c.is_alphanumeric() {
            if upper {
                joined.extend(c.to_uppercase());
            } else {
                joined.push(c);
            }
        }
        upper = !c.is_alphanumeric();
    }
    joined
}

fn is_keyword(name: &str) -> bool {
    KEYWORDS.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_identifiers() {
        for (name, pascal_name, snake_name) in [
            ("two words", "TwoWords", "two_words"),
            ("type", "Type", "type_"),
            ("self", "Self_", "self_"),
            ("", "X", "x"),
            ("3d", "X3d", "x3d"),
            (">=", "X", "x"),
            ("it's", "Its", "its"),
        ] {
            assert_eq!((pascal(name).as_str(), snake(name).as_str()), (pascal_name, snake_name));
        }
    }

    #[test]
    fn keywords_are_sorted_and_known() {
        assert!(KEYWORDS.is_sorted());
        assert_eq!((snake("try"), pascal("self")), ("try_".to_owned(), "Self_".to_owned()));
        assert_eq!(joined("fooBar-baz_qux"), "FooBarBazQux");
    }
}
