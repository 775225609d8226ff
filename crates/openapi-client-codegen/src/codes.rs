//! The codes of the report. Each code identifies the cause of a line.

mod code;
mod operations;
mod schemas;

use openapi_review::explain::{Explanation, Topic};

pub use self::code::{Code, Loss};
pub use self::operations::*;
pub use self::schemas::*;

/// Returns all codes, sorted by identifier.
pub fn all() -> Vec<&'static Code> {
    let mut all: Vec<&Code> =
        operations::OPERATIONS.iter().chain(schemas::SCHEMAS).copied().collect();
    all.sort_by_key(|code| code.id);
    all
}

/// Returns the explanations of all codes.
pub fn explanations() -> impl Iterator<Item = Explanation> {
    all().into_iter().map(|&Code { id: code, meaning, reason, action, .. }| {
        let (topic, reference) = (Topic::Generate, None);
        Explanation { code, topic, meaning, reason, action, reference }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// Appends all source texts of this crate, without the declarations of the codes.
    fn sources(folder: &Path, all: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                None if path.ends_with("codes") || path.ends_with("keyword_table") => {}
                None => sources(&path, all),
                Some(_) if path.ends_with("codes.rs") || path.ends_with("report.rs") => {}
                Some(_) => all.push_str(&fs::read_to_string(&path).unwrap()),
            }
        }
    }

    /// Returns the names of the statics that `text` uses from `codes::`.
    fn used(text: &str) -> BTreeSet<String> {
        let names = text.match_indices("codes::").map(|(at, start)| {
            let rest = &text[at + start.len()..];
            rest.chars().take_while(|c| c.is_alphanumeric() || "_".contains(*c)).collect()
        });
        names.filter(|name: &String| !name.is_empty() && name.to_uppercase() == *name).collect()
    }

    #[test]
    fn every_code_is_reported_somewhere() {
        let mut code = String::new();
        sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut code);
        let declared: BTreeSet<String> =
            all().iter().map(|code| code.id.to_uppercase().replace('-', "_")).collect();
        assert_eq!(used(&code), declared);
    }

    #[test]
    fn codes_are_distinct_and_in_kebab_case() {
        let ids: BTreeSet<&str> = all().iter().map(|code| code.id).collect();
        assert_eq!(ids.len(), all().len());
        let is_code = |id: &&str| id.chars().all(|c| c.is_ascii_lowercase() || "-.".contains(c));
        assert!(ids.iter().all(is_code), "{ids:?}");
    }
}
