//! Reading the pages of an outline back.

use std::collections::{BTreeMap, BTreeSet};

/// The pages of an outline by name.
pub type Pages = BTreeMap<String, String>;

/// The first line of a page, and the others.
pub(crate) fn lines(page: &str) -> (&str, Vec<&str>) {
    let mut lines = page.lines().map(str::trim);
    (lines.next().unwrap_or_default(), lines.collect())
}

/// One field of a struct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field<'p> {
    pub(crate) name: &'p str,
    pub(crate) ty: &'p str,
    pub(crate) presence: &'p str,
    /// `length min = 1, max = 9`, of a limited string.
    pub(crate) limits: &'p str,
}

impl Field<'_> {
    /// Whether constructors ask for it.
    pub(crate) fn is_required(&self) -> bool {
        !self.ty.starts_with("Field<")
    }
}

/// The fields of a struct's page, by what they are called when sent.
pub(crate) fn fields(page: &str) -> BTreeMap<&str, Field<'_>> {
    let (_, lines) = lines(page);
    let fields = lines.into_iter().filter_map(|line| {
        // `name = "wire": Type, presence`; types and wire names may hold
        // colons and commas, presences hold neither colon nor bracket.
        let (head, tail) = match line.split_once(" = \"") {
            Some((name, rest)) => {
                let (wire, tail) = rest.split_once("\": ")?;
                ((name, wire), tail)
            }
            None => {
                let (name, tail) = line.split_once(": ")?;
                ((name, name), tail)
            }
        };
        let end = [", required", ", optional"].iter().filter_map(|text| tail.rfind(text)).max()?;
        let (ty, rest) = (&tail[..end], &tail[end + 2..]);
        let (presence, limits) = match rest.find(", length ") {
            Some(at) => (&rest[..at], &rest[at + 2..]),
            None => (rest, ""),
        };
        Some((head.1, Field { name: head.0, ty, presence, limits }))
    });
    fields.collect()
}

/// Names in a text that look like types.
pub(crate) fn type_names(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| word.starts_with(char::is_uppercase))
        .map(ToOwned::to_owned)
        .collect()
}

/// Types that some operation takes, and all that they are made of: those get
/// a `new`.
pub(crate) fn sent(pages: &Pages) -> BTreeSet<String> {
    let mut sent = BTreeSet::new();
    let mut todo: Vec<String> = pages
        .iter()
        .filter(|(name, _)| name.starts_with("operations/"))
        .flat_map(|(_, page)| page.lines())
        .filter(|line| line.trim().starts_with("argument "))
        .flat_map(type_names)
        .collect();
    while let Some(name) = todo.pop() {
        if let Some(page) = pages.get(&format!("types/{name}"))
            && sent.insert(name)
        {
            todo.extend(type_names(page));
        }
    }
    sent
}
