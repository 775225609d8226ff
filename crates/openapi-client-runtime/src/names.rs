//! The names of the fields of an object, and the search for one of them.

/// How many groups the index has.
const GROUPS: usize = 64;
/// The index of a group without names.
const EMPTY: u8 = u8::MAX;

/// For generated code: the names of an object's fields, with an index that is computed at compile
/// time.
#[derive(Debug)]
pub struct Names {
    names: &'static [&'static str],
    /// The position of the first name of each group.
    first: [u8; GROUPS],
}

impl Names {
    /// Indexes the names.
    pub const fn new(names: &'static [&'static str]) -> Self {
        let mut first = [EMPTY; GROUPS];
        let mut position = names.len();
        while position > 0 {
            position -= 1;
            // Names beyond what an index holds are searched for from the last one that it holds.
            let start = if position < EMPTY as usize { position as u8 } else { EMPTY - 1 };
            first[group(names[position].as_bytes())] = start;
        }
        Self { names, first }
    }

    /// All names, in the order of the fields.
    pub(crate) const fn all(&self) -> &'static [&'static str] {
        self.names
    }

    /// Returns the position of a name.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        let first = self.first[group(name.as_bytes())];
        if first == EMPTY {
            return None;
        }
        let first = usize::from(first);
        if self.names.get(first) == Some(&name) { Some(first) } else { self.search(name, first) }
    }

    /// Returns the position of a name after others of its group.
    #[cold]
    fn search(&self, name: &str, first: usize) -> Option<usize> {
        let rest = self.names.get(first..)?;
        rest.iter().position(|known| *known == name).map(|position| first + position)
    }

    /// Returns whether a name is among these.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.position(name).is_some()
    }
}

/// The group of a name, by its length and three of its bytes.
#[inline]
const fn group(name: &[u8]) -> usize {
    let length = name.len();
    if length == 0 {
        return 0;
    }
    let (first, middle, last) = (name[0], name[length / 2], name[length - 1]);
    let hash = length * 31 + first as usize * 7 + middle as usize * 5 + last as usize;
    hash % GROUPS
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn every_name_has_its_position() {
        let names: Vec<&'static str> = ["", "a", "type", "@type", "ab", "ba", "Zürich"]
            .into_iter()
            .map(str::to_owned)
            .chain((0..600).map(|number| format!("name_{number}")))
            .map(|name| &*name.leak())
            .collect();
        for count in [0, 1, 7, 64, 255, 256, 607] {
            let some = Names::new(names[..count].to_vec().leak());
            for (position, name) in names.iter().enumerate() {
                let expected = (position < count).then_some(position);
                assert_eq!(some.position(name), expected, "{name} of {count}");
            }
            assert!(!some.contains("name_"));
        }
    }
}
