//! [`ContactIdentity`]: the person that a query names.

use std::fmt;

use crate::query::person::{self, Way};

/// The person that a [`ContactQuery`](crate::ContactQuery) names, independent of the notation: from
/// [`ContactQuery::identity`](crate::ContactQuery::identity). Use it to launch each person once.
///
/// - Profiles are compared by the last part of their URL, ignoring case. Member IDs (`ACwAA...`)
///   are case-sensitive.
/// - E-mail addresses are compared ignoring case.
/// - Names are compared ignoring case, and a full name equals its parts. Domains are compared as in
///   DNS.
///
/// A profile and an address of the same person are different identities: only the API knows that
/// they belong together.
///
/// The request for phones is not part of the identity
/// ([`ContactQuery::asks_for_phones`](crate::ContactQuery::asks_for_phones)): the result of a
/// launch with phones also answers a query without them, but not vice versa.
///
/// The identity is personal data, so `Debug` hides it. The text of [`as_str`](Self::as_str) can be
/// stored. It may change with a minor version of this crate; the new version then finds fewer
/// duplicates of stored identities.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContactIdentity(String);

impl ContactIdentity {
    pub(super) fn of(way: &Way) -> Self {
        Self(person::identity(way))
    }

    /// Returns the identity as a text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ContactIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = self.0.split(':').next().unwrap_or_default();
        f.debug_tuple("ContactIdentity").field(&format_args!("{way}")).finish()
    }
}
