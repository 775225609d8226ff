//! [`InputRow`]: a row as the caller passes it, and its launch.

use std::any::Any;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use waterfall::{
    CompanyQuery, ContactQuery, JobKind, JobQuery, PhoneQuery, ProspectorQuery, QueryIdentity, api,
};

use crate::envelope::ROW_KEY;
use crate::id::Fence;
use crate::journal::{NewRow, RowContent};
use crate::row::Outcome;

const CUSTOM_FIELDS: &str = "custom_fields";
const WEBHOOK_URL: &str = "webhook_url";

/// A kind of jobs whose launches can be stored: every generated kind.
pub trait BatchKind: JobKind + api::JobKind<Request: Serialize + DeserializeOwned> {}

impl<K> BatchKind for K where K: JobKind + api::JobKind<Request: Serialize + DeserializeOwned> {}

/// A row of a batch as the caller passes it.
///
/// ```
/// use waterfall::ContactQuery;
/// use waterfall_batch::{InputRow, Outcome};
///
/// let row = InputRow::launch(&ContactQuery::email("jane.doe@acme.com")).raw("jane.doe@acme.com;7");
/// assert_eq!(row.skipped(), None);
/// let row = InputRow::launch(&ContactQuery::email("jane"));
/// assert_eq!(row.skipped(), Some(Outcome::Invalid));
/// ```
#[derive(Debug, Clone)]
pub struct InputRow<K> {
    row: NewRow,
    kind: PhantomData<fn() -> K>,
}

impl<K: BatchKind> InputRow<K> {
    /// Creates a row that launches this query, checked and cleaned. A query that violates a rule of
    /// the API is skipped as [`Invalid`](Outcome::Invalid), with its problems.
    ///
    /// Rows with the same query are duplicates, and only the first is launched. Contact queries are
    /// compared by [`ContactQuery::identity`] and by whether they request phone numbers; queries
    /// for phone numbers, companies and prospectors by their `identity`; and other queries by the
    /// request that is sent, without `custom_fields` and `webhook_url`.
    pub fn launch<Q: JobQuery<Kind = K>>(query: &Q) -> Self {
        let content = match encode(query) {
            Ok(request) => RowContent::Launch { key: key(query, &request), request },
            Err(problem) => invalid(problem),
        };
        Self::of(content)
    }

    /// Creates a row that is not launched, for example because it is blank.
    pub fn skip(why: Outcome, detail: impl Into<Option<String>>) -> Self {
        Self::of(RowContent::Skip { why, detail: detail.into() })
    }

    fn of(content: RowContent) -> Self {
        Self { row: NewRow::new(Vec::new(), content), kind: PhantomData }
    }

    /// Sets the bytes that [`export`](crate::Batch::export) returns unchanged for the row; empty by
    /// default.
    #[must_use]
    pub fn raw(mut self, raw: impl Into<Vec<u8>>) -> Self {
        self.row.raw = raw.into();
        self
    }

    /// Sets the key by which duplicates are detected, instead of the query. It is stored as a hash.
    #[must_use]
    pub fn key(mut self, identity: &str) -> Self {
        if let RowContent::Launch { key, .. } = &mut self.row.content {
            *key = hash(identity.as_bytes());
        }
        self
    }

    /// Returns why the row is skipped, if it is. Duplicates are detected only when the row is
    /// added.
    pub fn skipped(&self) -> Option<Outcome> {
        match &self.row.content {
            RowContent::Skip { why, .. } => Some(*why),
            _ => None,
        }
    }

    /// Returns the problem of a skipped row.
    pub fn detail(&self) -> Option<&str> {
        match &self.row.content {
            RowContent::Skip { detail, .. } => detail.as_deref(),
            _ => None,
        }
    }

    /// Returns the body of the launch as JSON; `None` if the row is skipped.
    pub fn request(&self) -> Option<&[u8]> {
        match &self.row.content {
            RowContent::Launch { request, .. } => Some(request),
            RowContent::Skip { .. } => None,
        }
    }

    /// Returns the hash by which duplicates are detected. It is equal for rows of which only one is
    /// launched; `None` if the row is skipped.
    pub fn identity_hash(&self) -> Option<[u8; 16]> {
        match &self.row.content {
            RowContent::Launch { key, .. } => Some(*key),
            RowContent::Skip { .. } => None,
        }
    }

    pub(crate) fn into_row(self) -> NewRow {
        self.row
    }
}

fn invalid(problem: String) -> RowContent {
    RowContent::Skip { why: Outcome::Invalid, detail: Some(problem) }
}

fn encode<Q: JobQuery<Kind: BatchKind>>(query: &Q) -> Result<Vec<u8>, String> {
    let request = query.to_request(None).map_err(|error| match error.messages() {
        [] => error.to_string(),
        messages => messages.join("; "),
    })?;
    match serde_json::to_vec(&request) {
        Ok(body) if body.starts_with(b"{") => Ok(body),
        Ok(_) => Err("the launch is not a JSON object".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Returns the key that is equal for rows of which only one is launched. A journal has one kind per
/// batch, so keys are compared within that kind only.
fn key<Q: JobQuery>(query: &Q, request: &[u8]) -> [u8; 16] {
    let query: &dyn Any = query;
    let of_contact = |query: &ContactQuery| {
        let phones = if query.asks_for_phones() { "phones:" } else { "" };
        Some(format!("{phones}{}", query.identity().ok()?.as_str()))
    };
    let of_prospector = |query: &ProspectorQuery| {
        let phones = if query.asks_for_phones() { "phones:" } else { "" };
        Some(format!("{phones}{}", query.identity().ok()?.as_str()))
    };
    let text = |identity: Result<QueryIdentity, waterfall::Error>| {
        Some(identity.ok()?.as_str().to_owned())
    };
    let identity = (query.downcast_ref().and_then(of_contact))
        .or_else(|| text(query.downcast_ref::<PhoneQuery>()?.identity()))
        .or_else(|| text(query.downcast_ref::<CompanyQuery>()?.identity()))
        .or_else(|| query.downcast_ref().and_then(of_prospector));
    let sent = || {
        let members: Map<String, Value> = serde_json::from_slice(request).unwrap_or_default();
        let members =
            members.iter().filter(|(name, _)| *name != CUSTOM_FIELDS && *name != WEBHOOK_URL);
        serde_json::to_string(&members.collect::<Vec<_>>()).unwrap_or_default()
    };
    hash(identity.unwrap_or_else(sent).as_bytes())
}

fn hash(text: &[u8]) -> [u8; 16] {
    let digest: [u8; 32] = Sha256::digest(text).into();
    let mut hash = [0; 16];
    hash.copy_from_slice(&digest[..16]);
    hash
}

/// Restores a launch from the journal, with the key of its row.
pub(crate) struct StoredQuery<K> {
    request: Vec<u8>,
    fence: Fence,
    kind: PhantomData<fn() -> K>,
}

impl<K> StoredQuery<K> {
    pub(crate) fn new(request: Vec<u8>, fence: Fence) -> Self {
        Self { request, fence, kind: PhantomData }
    }

    fn members(&self) -> Result<Map<String, Value>, waterfall::Error> {
        serde_json::from_slice(&self.request).map_err(unreadable)
    }
}

fn unreadable(error: serde_json::Error) -> waterfall::Error {
    waterfall::Error::invalid_query(vec![format!("the stored launch can't be read: {error}")])
}

impl<K: BatchKind> JobQuery for StoredQuery<K> {
    type Kind = K;

    fn to_request(
        &self,
        webhook_url: Option<&str>,
    ) -> Result<<K as api::JobKind>::Request, waterfall::Error> {
        let mut members = self.members()?;
        let fields = members.entry(CUSTOM_FIELDS).or_insert(Value::Null);
        if fields.is_null() {
            *fields = Value::Object(Map::new());
        }
        if let Value::Object(fields) = fields {
            fields.insert(ROW_KEY.to_owned(), Value::String(self.fence.to_string()));
        }
        if let Some(url) = webhook_url
            && members.get(WEBHOOK_URL).is_none_or(Value::is_null)
        {
            members.insert(WEBHOOK_URL.to_owned(), Value::String(url.to_owned()));
        }
        serde_json::from_value(Value::Object(members)).map_err(unreadable)
    }

    fn delivery_url(&self) -> Option<String> {
        let members = self.members().ok()?;
        members.get(WEBHOOK_URL)?.as_str().map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use waterfall::{ContactEnrichment, RevealQuery};

    use super::*;
    use crate::id::BatchId;

    fn launched(row: InputRow<ContactEnrichment>) -> ([u8; 16], Vec<u8>) {
        match row.into_row().content {
            RowContent::Launch { key, request } => (key, request),
            RowContent::Skip { why, .. } => panic!("{why}"),
        }
    }

    #[test]
    fn a_stored_launch_is_the_request_with_the_key_of_its_row() {
        let query = ContactQuery::linkedin("https://www.linkedin.com/in/jane-doe-abc123/")
            .custom_field("crm", "7");
        let (_, request) = launched(InputRow::launch(&query));
        let fence = Fence::new(BatchId::random(), 3, 1);
        let stored = StoredQuery::<ContactEnrichment>::new(request, fence);
        let sent = serde_json::to_value(stored.to_request(Some("https://a.example/b")).unwrap());
        let expected = json!({
            "linkedin": "jane-doe-abc123",
            "custom_fields": { "crm": "7", "waterfall_batch": fence.to_string() },
            "webhook_url": "https://a.example/b",
        });
        assert_eq!(sent.unwrap(), expected);
    }

    #[test]
    fn rows_with_the_same_request_are_duplicates() {
        let key = |query: ContactQuery| launched(InputRow::launch(&query)).0;
        let jane = || ContactQuery::full_name("Jane Doe", "acme.com");
        assert_eq!(key(jane()), key(ContactQuery::first_and_last_name("JANE", "doe", "acme.com")));
        assert_eq!(key(jane()), key(jane().custom_field("crm", 8)));
        assert_ne!(key(jane()), key(jane().include_phones(true)));
        let same = |query: ContactQuery| launched(InputRow::launch(&query).key("crm 7")).0;
        assert_eq!(same(jane()), same(ContactQuery::email("john.roe@acme.com")));
    }

    #[test]
    fn rows_of_other_kinds_with_the_same_request_are_duplicates() {
        let company = |query: CompanyQuery| InputRow::launch(&query).identity_hash().unwrap();
        let acme = company(CompanyQuery::name("ACME Corp"));
        assert_eq!(acme, company(CompanyQuery::name("Acme  corp").custom_field("crm", 8)));
        assert_ne!(acme, company(CompanyQuery::domain("acme.com")));
        let reveal = |query: RevealQuery| InputRow::launch(&query);
        let row = reveal(RevealQuery::new(" 192.0.2.7"));
        assert_eq!(row.request(), Some(&br#"{"ip":"192.0.2.7"}"#[..]));
        let same = reveal(RevealQuery::new("192.0.2.7").custom_field("crm", 8));
        assert_eq!(row.identity_hash(), same.identity_hash());
        assert_eq!(reveal(RevealQuery::new("::1")).identity_hash(), None);
    }

    #[test]
    fn an_invalid_row_has_its_problems() {
        let row = InputRow::launch(&ContactQuery::linkedin("contacts.csv"));
        assert_eq!(row.skipped(), Some(Outcome::Invalid));
        assert!(row.detail().unwrap().contains("is the name of a file"), "{row:?}");
        let row = InputRow::<ContactEnrichment>::skip(Outcome::Blank, None);
        assert_eq!((row.skipped(), row.detail()), (Some(Outcome::Blank), None));
    }
}
