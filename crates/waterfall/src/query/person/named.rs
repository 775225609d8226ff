//! [`Named`]: the values that name a person, as given.

/// The values that name a person, as given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(in crate::query) struct Named {
    pub(in crate::query) email: Option<String>,
    pub(in crate::query) linkedin: Option<String>,
    pub(in crate::query) full_name: Option<String>,
    pub(in crate::query) first_name: Option<String>,
    pub(in crate::query) last_name: Option<String>,
    pub(in crate::query) domain: Option<String>,
}
