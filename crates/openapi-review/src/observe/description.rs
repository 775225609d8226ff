//! [`Description`]: the described responses of a document.

use std::collections::BTreeMap;

use openapi_document::pointer::child;
use openapi_document::views;
use serde_json::Value;

use crate::observe::expected::{Schemas, of_response};

/// The responses of the operations that an OpenAPI document describes.
///
/// ```
/// use openapi_review::observe::Description;
/// use serde_json::json;
///
/// let description = Description::new(&json!({"paths": {
///     "/pets/{id}": {"get": {"operationId": "getPet", "responses": {}}},
/// }}));
/// assert_eq!(description.operation_at("GET", "/v1/pets/7"), Some("getPet"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Description {
    operations: BTreeMap<String, Operation>,
    /// Suffixes that the words of kinds may omit.
    endings: Vec<String>,
    schemas: Schemas,
}

#[derive(Debug, Clone)]
struct Operation {
    method: &'static str,
    path: String,
    /// The schemas of the operation's responses by status, such as `200`, `4XX` or `default`;
    /// `None` for a response without JSON.
    responses: BTreeMap<String, Option<usize>>,
}

impl Description {
    /// Reads a document whose overlay is applied.
    #[must_use]
    pub fn new(root: &Value) -> Self {
        let mut description = Self::default();
        for operation in views::operations(root) {
            let Some(id) = operation.id() else { continue };
            let at = child(&operation.pointer(), "responses");
            let responses = operation.responses().map(|(status, _)| {
                let schema = of_response(root, &child(&at, status));
                let schema = schema.map(|pointer| description.schemas.read(root, &pointer));
                (status.to_uppercase(), schema)
            });
            let responses = responses.collect();
            let path = operation.path.to_owned();
            let read = Operation { method: operation.method, path, responses };
            description.operations.insert(id.to_owned(), read);
        }
        description
    }

    /// Allows the words of kinds to omit a suffix: with `enrichment`, `phone` is the kind of
    /// `findPhoneEnrichment`.
    #[must_use]
    pub fn kind_ending(mut self, ending: impl Into<String>) -> Self {
        self.endings.push(ending.into());
        self
    }

    /// Returns the IDs of all operations, in alphabetical order.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.operations.keys().map(String::as_str)
    }

    /// Returns whether there is such an operation.
    #[must_use]
    pub fn has_operation(&self, id: &str) -> bool {
        self.operations.contains_key(id)
    }

    /// Returns the operation of a request, by its method and the path of its URL. The path may
    /// begin with that of a server.
    #[must_use]
    pub fn operation_at(&self, method: &str, path: &str) -> Option<&str> {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let found = self.operations.iter().filter_map(|(id, operation)| {
            let fits = operation.method.eq_ignore_ascii_case(method);
            Some((fixed_segments(&operation.path, path).filter(|_| fits)?, id))
        });
        found.max_by_key(|(fixed, _)| *fixed).map(|(_, id)| id.as_str())
    }

    /// Returns the operation that reads jobs of a kind: the one whose ID consists of a verb and the
    /// kind. `company_search` is the kind of `findCompanySearch`.
    #[must_use]
    pub fn operation_of_kind(&self, kind: &str) -> Option<&str> {
        let word = kind.replace('_', "-");
        let kinds: Vec<String> = std::iter::once(word.clone())
            .chain(self.endings.iter().map(|ending| format!("{word}-{ending}")))
            .collect();
        let reads = self.operations.iter().filter(|(_, operation)| operation.method == "get");
        reads.map(|(id, _)| id.as_str()).find(|id| {
            let name = heck::AsKebabCase(id).to_string();
            name.split_once('-').is_some_and(|(_, kind)| kinds.iter().any(|known| known == kind))
        })
    }

    /// Returns the schema of a response; `None` if the status is not described.
    pub(super) fn response(&self, id: &str, status: u16) -> Option<Option<usize>> {
        let responses = &self.operations.get(id)?.responses;
        let exact = responses.get(&status.to_string());
        let class = || responses.get(&format!("{}XX", status / 100));
        exact.or_else(class).or_else(|| responses.get("DEFAULT")).copied()
    }

    pub(super) fn schemas(&self) -> &Schemas {
        &self.schemas
    }
}

/// Returns how many segments of a template match the end of a path literally; `None` if the
/// template does not match.
fn fixed_segments(template: &str, path: &str) -> Option<usize> {
    let (mut fixed, mut segments) = (0, path.trim_matches('/').rsplit('/'));
    for expected in template.trim_matches('/').rsplit('/') {
        let segment = segments.next()?;
        match expected.contains('{') {
            true if !segment.is_empty() => {}
            false if expected == segment => fixed += 1,
            _ => return None,
        }
    }
    Some(fixed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn description() -> Description {
        let operation = |id: &str| json!({"operationId": id, "responses": {}});
        Description::new(&json!({"paths": {
            "/v1/pets": {"get": operation("listPets"), "post": operation("createPet")},
            "/v1/pets/{id}": {"get": operation("findPet")},
            "/v1/pets/mine": {"get": operation("findPetSearch")},
            "/v1/tags": {"get": operation("findTagEnrichment")},
        }}))
    }

    #[test]
    fn the_path_of_a_request_leads_to_its_operation() {
        let description = description();
        let rows = [
            ("GET", "/v1/pets?limit=1", Some("listPets")),
            ("post", "/base/v1/pets/", Some("createPet")),
            ("GET", "/v1/pets/7", Some("findPet")),
            ("GET", "/v1/pets/mine", Some("findPetSearch")),
            ("PUT", "/v1/pets", None),
            ("GET", "/v1", None),
        ];
        for (method, path, id) in rows {
            assert_eq!(description.operation_at(method, path), id, "{method} {path}");
        }
    }

    #[test]
    fn a_kind_leads_to_the_operation_that_reads_it() {
        let description = description();
        assert_eq!(description.operation_of_kind("pet_search"), Some("findPetSearch"));
        assert_eq!(description.operation_of_kind("pet"), Some("findPet"));
        assert_eq!(description.operation_of_kind("tag"), None);
        let description = description.kind_ending("enrichment");
        assert_eq!(description.operation_of_kind("tag"), Some("findTagEnrichment"));
    }
}
