//! [`LaunchQuery`]: the operations that a batch needs of a query of any kind.

use serde::Serialize;
use waterfall::{CompanyQuery, ContactQuery, Error, JobQuery, PhoneQuery, ProspectorQuery};

use crate::batch::seen::Key;
use crate::known_kind::KnownKind;

/// A query that a command launches, alone or in a batch.
pub(crate) trait LaunchQuery: JobQuery<Kind: KnownKind> + Serialize {
    /// The command that launches such queries.
    const COMMAND: &'static str;

    /// Returns a key that is equal for queries that one launch serves. The error lists all problems
    /// of the query.
    fn key(&self) -> Result<Key, Error>;

    /// Returns the request that would be sent, as JSON.
    fn request(&self) -> Result<String, Error>;

    /// Returns the problems of values that are not sent.
    fn warnings(&self) -> Vec<String>;
}

macro_rules! launch_queries {
    ($($query:ident: $command:literal, $phones:expr;)*) => {$(
        impl LaunchQuery for $query {
            const COMMAND: &'static str = $command;

            fn key(&self) -> Result<Key, Error> {
                let phones: fn(&Self) -> bool = $phones;
                Ok(Key::new(self.identity()?.as_str(), phones(self)))
            }

            fn request(&self) -> Result<String, Error> {
                // Serializing strings, numbers and checked custom fields can't fail.
                Ok(serde_json::to_string(&self.normalized()?).unwrap_or_default())
            }

            fn warnings(&self) -> Vec<String> {
                self.warnings()
            }
        }
    )*};
}

launch_queries! {
    ContactQuery: "enrich", Self::asks_for_phones;
    PhoneQuery: "phone", |_| false;
    CompanyQuery: "company", |_| false;
    ProspectorQuery: "prospect", Self::asks_for_phones;
}
