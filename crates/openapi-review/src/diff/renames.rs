//! Finds types that were renamed.

use std::collections::BTreeMap;

use crate::surface::ClientSurface;

/// Returns the new names by the old ones: types that are equal except for their names.
pub(crate) fn find(old: &ClientSurface, new: &ClientSurface) -> BTreeMap<String, String> {
    let only = |mine: &ClientSurface, theirs: &ClientSurface| -> Vec<String> {
        mine.types.keys().filter(|name| !theirs.types.contains_key(*name)).cloned().collect()
    };
    let (mut gone, mut fresh) = (only(old, new), only(new, old));
    let mut renames = BTreeMap::new();
    // A type that contains a renamed one is equal only once that one is known.
    loop {
        let before = gone.len();
        gone.retain(|name| {
            let mut names = renames.clone();
            let found = fresh.iter().position(|other| {
                names.insert(name.clone(), other.clone());
                let mut item = old.types[name].clone();
                item.rename(&names);
                item == new.types[other]
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

/// Renames types wherever they are used.
pub(crate) fn apply(surface: &mut ClientSurface, names: &BTreeMap<String, String>) {
    if names.is_empty() {
        return;
    }
    for operation in surface.operations.values_mut() {
        operation.arguments.iter_mut().for_each(|argument| argument.ty.rename(names));
        if let Some(returns) = &mut operation.returns {
            returns.rename(names);
        }
    }
    surface.limited = std::mem::take(&mut surface.limited)
        .into_iter()
        .map(|(name, length)| (names.get(&name).cloned().unwrap_or(name), length))
        .collect();
    surface.jobs.values_mut().for_each(|job| job.id.rename(names));
    let types = std::mem::take(&mut surface.types);
    surface.types = types
        .into_iter()
        .map(|(name, mut item)| {
            item.rename(names);
            (names.get(&name).cloned().unwrap_or(name), item)
        })
        .collect();
}
