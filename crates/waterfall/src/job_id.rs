//! [`JobId`]: identifies a job.

mod kind_word;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use self::kind_word::KindWord;
use crate::known_kinds;

/// The identifier of a job: a UUID, and the kind of the job.
///
/// Store it: any process with a key of the same account can continue with the job through
/// [`Client::job`](crate::Client::job), [`Client::job_of`](crate::Client::job_of) or
/// [`Client::any_job`](crate::Client::any_job). `Display`, `FromStr` and serde use the text `KIND/UUID`,
/// for contact enrichments the UUID alone:
///
/// ```
/// use waterfall::{JobId, PhoneEnrichment};
///
/// let id: JobId = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b".parse()?;
/// assert_eq!(id.kind(), "contact");
/// assert_eq!(id.to_string(), "7d44db58-5de3-4e92-a2fb-8325d12c2e8b");
///
/// let id = JobId::of::<PhoneEnrichment>(id.uuid());
/// assert_eq!(id.to_string(), "phone/7d44db58-5de3-4e92-a2fb-8325d12c2e8b");
/// assert_eq!("phone/7d44db58-5de3-4e92-a2fb-8325d12c2e8b".parse(), Ok(id));
/// # Ok::<(), waterfall::JobIdError>(())
/// ```
///
/// # Kinds
///
/// The word of a kind is its [name](crate::api::JobKind::NAME) with hyphens and without
/// `_enrichment`: `contact`, `phone`, `company`, `prospector`, `contact-search`, `company-search`,
/// `job-change`, `company-reveal`, `company-titles`. The job of an e-mail verification, which can't
/// be read again, has the word `email-verification`. A text with another word is also an ID, but
/// only [`Client::job_of`](crate::Client::job_of) with its kind accepts it. The ID of a delivery
/// whose kind is not known has the word `unknown`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId {
    uuid: Uuid,
    kind: KindWord,
}

impl JobId {
    /// The words of the kinds that this crate knows.
    pub const KINDS: &[&str] = known_kinds::WORDS;

    /// Creates the ID of a job of this kind.
    pub fn of<K: waterfall_api::JobKind<Id = Uuid>>(uuid: Uuid) -> Self {
        Self { uuid, kind: KindWord::of::<K>() }
    }

    /// Creates an ID with the word of a kind. Returns `None` if the text can't be such a word.
    pub(crate) fn of_word(uuid: Uuid, word: &str) -> Option<Self> {
        Some(Self { uuid, kind: KindWord::parse(word)? })
    }

    /// Creates the ID of a job whose kind is not known.
    #[cfg(feature = "webhook")]
    pub(crate) fn of_unknown_kind(uuid: Uuid) -> Self {
        Self { uuid, kind: KindWord::UNKNOWN }
    }

    /// Returns the word of the job's kind, for example `phone`. A UUID without a kind belongs to a
    /// `contact`.
    pub fn kind(&self) -> &str {
        self.kind.as_str()
    }

    /// Returns whether the job is of this kind.
    pub fn is_of<K: waterfall_api::JobKind<Id = Uuid>>(&self) -> bool {
        self.kind == KindWord::of::<K>()
    }

    /// Returns the UUID, which the API uses.
    pub fn uuid(&self) -> Uuid {
        self.uuid
    }

    pub(crate) fn as_uuid(&self) -> &Uuid {
        &self.uuid
    }
}

/// Creates the ID of a contact enrichment.
impl From<Uuid> for JobId {
    fn from(uuid: Uuid) -> Self {
        Self { uuid, kind: KindWord::CONTACT }
    }
}

impl From<JobId> for Uuid {
    fn from(id: JobId) -> Self {
        id.uuid
    }
}

impl FromStr for JobId {
    type Err = JobIdError;

    fn from_str(text: &str) -> Result<Self, JobIdError> {
        let text = text.trim();
        let (kind, uuid) = match text.split_once('/') {
            Some((kind, uuid)) => (KindWord::parse(kind).ok_or(JobIdError::Kind)?, uuid),
            None => (KindWord::CONTACT, text),
        };
        let uuid = Uuid::parse_str(uuid).map_err(|_| JobIdError::Uuid)?;
        Ok(Self { uuid, kind })
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind != KindWord::CONTACT {
            write!(f, "{}/", self.kind())?;
        }
        fmt::Display::fmt(&self.uuid, f)
    }
}

impl fmt::Debug for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for JobId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for JobId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Returned if a text is not the ID of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobIdError {
    /// The text is not a UUID.
    Uuid,
    /// The part before the slash can't be the word of a kind.
    Kind,
}

impl fmt::Display for JobIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Uuid => {
                "not the id of a job, which is a UUID such as 7d44db58-5de3-4e92-a2fb-8325d12c2e8b"
            }
            Self::Kind => {
                "not the id of a job, which is a UUID, or a kind and a UUID such as \
                 phone/7d44db58-5de3-4e92-a2fb-8325d12c2e8b"
            }
        })
    }
}

impl std::error::Error for JobIdError {}

#[cfg(test)]
mod tests {
    use waterfall_api::jobs::{CompanyReveal, ContactEnrichment, PhoneEnrichment, Prospector};

    use super::*;

    const UUID: &str = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b";

    #[test]
    fn an_id_prints_and_parses_with_its_kind() {
        let uuid: Uuid = UUID.parse().unwrap();
        for (id, text) in [
            (JobId::of::<ContactEnrichment>(uuid), UUID.to_owned()),
            (JobId::of::<PhoneEnrichment>(uuid), format!("phone/{UUID}")),
            (JobId::of::<Prospector>(uuid), format!("prospector/{UUID}")),
            (JobId::of::<CompanyReveal>(uuid), format!("company-reveal/{UUID}")),
            (JobId::of_word(uuid, "phone-search").unwrap(), format!("phone-search/{UUID}")),
        ] {
            assert_eq!(id.to_string(), text);
            assert_eq!(text.parse(), Ok(id));
            let json = serde_json::to_value(id).unwrap();
            assert_eq!((json.as_str(), id.uuid()), (Some(text.as_str()), uuid));
            assert_eq!(serde_json::from_value::<JobId>(json).unwrap(), id);
        }
        assert_eq!(format!(" contact/{UUID} ").parse(), Ok(JobId::from(uuid)));
        assert!(JobId::of::<PhoneEnrichment>(uuid).is_of::<PhoneEnrichment>());
        assert!(!JobId::from(uuid).is_of::<PhoneEnrichment>());
    }

    #[test]
    fn texts_that_are_not_an_id_are_rejected() {
        for (text, error) in [
            ("", JobIdError::Uuid),
            ("jane-doe", JobIdError::Uuid),
            ("phone/", JobIdError::Uuid),
            ("phone/jane", JobIdError::Uuid),
            (&format!("/{UUID}"), JobIdError::Kind),
            (&format!("Phone/{UUID}"), JobIdError::Kind),
            (&format!("-phone/{UUID}"), JobIdError::Kind),
            (&format!("{}/{UUID}", "x".repeat(99)), JobIdError::Kind),
            (&format!("phone/{UUID}/x"), JobIdError::Uuid),
        ] {
            assert_eq!(text.parse::<JobId>(), Err(error), "{text}");
        }
    }
}
