//! [`ContactIdentity`]: whom a query asks for.

use std::fmt;

use super::way::Way;
use super::{email, name};

/// Whom a [`ContactQuery`](crate::ContactQuery) asks for, the same however that is written:
/// from [`ContactQuery::identity`](crate::ContactQuery::identity). Use it to launch each
/// person once.
///
/// - Profiles are compared by the last part of their URL, without case. Member ids
///   (`ACwAA...`) tell capitals apart.
/// - E-mail addresses are compared without case.
/// - Names are compared without case, and a full name is the same as its parts. Domains
///   are compared as DNS does.
///
/// A profile and an address of the same person are different identities: only the API
/// knows that they belong together.
///
/// Whether phones are asked for is not part of it
/// ([`ContactQuery::asks_for_phones`](crate::ContactQuery::asks_for_phones)): a launch with
/// phones serves a query without, but not the other way round.
///
/// It is personal data, so `Debug` hides it. The text of [`as_str`](Self::as_str) can be
/// stored. It may change with a minor version of this crate, which then finds fewer
/// duplicates among what was stored before.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContactIdentity(String);

impl ContactIdentity {
    pub(super) fn of(way: &Way) -> Self {
        Self(match way {
            Way::Email(address) => format!("email:{}", email::folded(address)),
            Way::Linkedin(slug) => format!("linkedin:{slug}"),
            Way::FullName { name, domain } => by_name(name, domain),
            Way::FirstAndLastName { first, last, domain } => {
                by_name(&format!("{first} {last}"), domain)
            }
        })
    }

    /// The identity as a text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn by_name(name: &str, domain: &str) -> String {
    format!("name:{}@{domain}", name::folded(name))
}

impl fmt::Debug for ContactIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = self.0.split(':').next().unwrap_or_default();
        f.debug_tuple("ContactIdentity").field(&format_args!("{way}")).finish()
    }
}
