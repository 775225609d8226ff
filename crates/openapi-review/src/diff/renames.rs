//! Finding types that are the same under another name.

use std::collections::BTreeMap;

use super::outlines::Pages;

/// New names by old ones: types whose pages are equal but for names.
pub(crate) fn find(old: &Pages, new: &Pages) -> BTreeMap<String, String> {
    let only = |mine: &Pages, theirs: &Pages| -> Vec<String> {
        let names = mine.keys().filter(|name| !theirs.contains_key(*name));
        names.filter_map(|name| Some(name.strip_prefix("types/")?.to_owned())).collect()
    };
    let (mut gone, mut fresh) = (only(old, new), only(new, old));
    let mut renames = BTreeMap::new();
    // A type that holds a renamed one is equal only once that one is known.
    loop {
        let before = gone.len();
        gone.retain(|name| {
            let mut names = renames.clone();
            let page = &old[&format!("types/{name}")];
            let found = fresh.iter().position(|other| {
                names.insert(name.clone(), other.clone());
                rename(page, &names) == new[&format!("types/{other}")]
            });
            match found {
                Some(index) => {
                    renames.insert(name.clone(), fresh.remove(index));
                    false
                }
                None => true,
            }
        });
        if gone.len() == before {
            return renames;
        }
    }
}

/// A page with every old name replaced. Texts in quotes are no names.
pub(crate) fn rename(page: &str, names: &BTreeMap<String, String>) -> String {
    let mut renamed = String::with_capacity(page.len());
    let mut word = String::new();
    let mut in_quotes = false;
    for c in page.chars().chain(['\0']) {
        if !in_quotes && (c.is_alphanumeric() || c == '_') {
            word.push(c);
            continue;
        }
        renamed.push_str(names.get(&word).unwrap_or(&word));
        word.clear();
        if c == '"' {
            in_quotes = !in_quotes;
        }
        if c != '\0' {
            renamed.push(c);
        }
    }
    renamed
}
