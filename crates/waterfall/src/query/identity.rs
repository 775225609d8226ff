//! [`QueryIdentity`]: the subject of a query, independent of the notation.

use std::fmt;

/// The subject of a [`PhoneQuery`](crate::PhoneQuery), a [`CompanyQuery`](crate::CompanyQuery) or a
/// [`ProspectorQuery`](crate::ProspectorQuery), independent of the notation, from their
/// `identity()`. Use it to launch each query once. Compare only identities of the same kind.
///
/// Names, addresses and profiles are compared as in [`ContactIdentity`](crate::ContactIdentity). The
/// webhook URL, custom fields and `include_phones` are not part of it.
///
/// The identity may be personal data, so `Debug` hides it. The text of [`as_str`](Self::as_str) can
/// be stored. It may change with a minor version of this crate; the new version then finds fewer
/// duplicates of stored identities.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QueryIdentity(String);

impl QueryIdentity {
    pub(super) fn new(text: String) -> Self {
        Self(text)
    }

    /// Returns the identity as a text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for QueryIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = self.0.split(':').next().unwrap_or_default();
        f.debug_tuple("QueryIdentity").field(&format_args!("{way}")).finish()
    }
}
