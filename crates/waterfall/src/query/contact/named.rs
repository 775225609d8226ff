//! [`Named`]: the values that name a person, as given.

/// What names a person, as given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Named {
    pub(super) email: Option<String>,
    pub(super) linkedin: Option<String>,
    pub(super) full_name: Option<String>,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) domain: Option<String>,
}
