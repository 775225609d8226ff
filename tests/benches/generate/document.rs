//! Generates a large, reproducible document: the API of a vendor with many resources, each with
//! typical operations and schemas.

use serde_json::{Map, Value, json};

/// Returns OpenAPI 3.1 in JSON, with five operations and ten schemas for each of the `count`
/// resources.
pub(crate) fn with_resources(count: usize) -> String {
    let mut words = Words(1);
    let mut paths = Map::new();
    let mut schemas = Map::from_iter([("Problem".to_owned(), problem(&mut words))]);
    for index in 0..count {
        let resource = Resource::new(index, count, &mut words);
        resource.operations(&mut paths, &mut words);
        resource.schemas(&mut schemas, &mut words);
    }
    let document = json!({
        "openapi": "3.1.0",
        "info": { "title": "A large API", "version": "1.0.0" },
        "servers": [{ "url": "https://api.example.com" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": shared_parameters(),
            "responses": { "Problem": answer("#/components/schemas/Problem") },
        },
    });
    format!("{document:#}")
}

/// Generates prose by a linear congruential generator with Knuth's constants.
struct Words(u64);

impl Words {
    fn below(&mut self, count: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % count
    }

    fn sentence(&mut self, count: usize) -> String {
        const WORDS: [&str; 24] = [
            "account", "amount", "answer", "before", "bill", "caller", "change", "contract",
            "customer", "day", "each", "given", "holds", "invoice", "later", "number", "of",
            "order", "period", "price", "shows", "that", "the", "with",
        ];
        let words: Vec<&str> = (0..count).map(|_| WORDS[self.below(WORDS.len())]).collect();
        format!("The {}.", words.join(" "))
    }
}

struct Resource {
    /// The name of schemas, for example `Invoice12`.
    name: String,
    /// The name in paths, for example `invoice12`.
    small: String,
    /// Other resources that this one refers to. There may be cycles.
    others: [String; 2],
}

impl Resource {
    fn new(index: usize, count: usize, words: &mut Words) -> Self {
        let name = Self::name(index);
        let others = [0, 1].map(|_| Self::name(words.below(count)));
        Self { small: name.to_lowercase(), name, others }
    }

    fn name(index: usize) -> String {
        const NOUNS: [&str; 6] = ["Invoice", "Contract", "Person", "Shipment", "Meter", "Report"];
        format!("{}{index}", NOUNS[index % NOUNS.len()])
    }

    fn schema(&self, suffix: &str) -> Value {
        reference(&format!("{}{suffix}", self.name))
    }

    fn operations(&self, paths: &mut Map<String, Value>, words: &mut Words) {
        let Self { small, .. } = self;
        let body = |schema: Value| json!({ "required": true, "content": { "application/json": { "schema": schema } } });
        let list = json!({
            "get": operation(&format!("list_{small}"), words, json!({
                "parameters": [
                    { "$ref": "#/components/parameters/limit" },
                    { "$ref": "#/components/parameters/cursor" },
                    { "name": "state", "in": "query", "schema": self.schema("State") },
                    { "name": "sort", "in": "query", "schema": {
                        "type": "string", "enum": ["asc", "desc"], "default": "asc" } },
                ],
                "responses": responses("200", self.schema("List")),
            })),
            "post": operation(&format!("create_{small}"), words, json!({
                "requestBody": body(self.schema("Create")),
                "responses": responses("201", self.schema("")),
            })),
        });
        let one = json!({
            "parameters": [{ "$ref": "#/components/parameters/id" }],
            "get": operation(&format!("get_{small}"), words, json!({
                "responses": responses("200", self.schema("")),
            })),
            "patch": operation(&format!("update_{small}"), words, json!({
                "requestBody": body(self.schema("Update")),
                "responses": responses("200", self.schema("")),
            })),
            "delete": operation(&format!("delete_{small}"), words, json!({
                "responses": { "204": { "description": "Gone." }, "default": problem_answer() },
            })),
        });
        paths.insert(format!("/v1/{small}"), list);
        paths.insert(format!("/v1/{small}/{{id}}"), one);
    }

    fn schemas(&self, schemas: &mut Map<String, Value>, words: &mut Words) {
        let [first, second] = &self.others;
        let mut add = |suffix: &str, schema: Value| {
            schemas.insert(format!("{}{suffix}", self.name), schema);
        };
        let states = ["draft", "open", "closed", "in_review", "cancelled"];
        add("State", json!({ "type": "string", "enum": states, "description": words.sentence(9) }));
        add("Kind", json!({ "type": "string", "enum": ["standard", "express"] }));
        add(
            "Base",
            object(
                words,
                json!({
                    "id": { "type": "string", "format": "uuid" },
                    "created_at": { "type": "string", "format": "date-time" },
                    "updated_at": { "type": ["string", "null"], "format": "date-time" },
                    "state": self.schema("State"),
                }),
            ),
        );
        add(
            "Create",
            object(
                words,
                json!({
                    "title": { "type": "string", "minLength": 1, "maxLength": 120 },
                    "kind": self.schema("Kind"),
                    "amount": { "type": "integer", "minimum": 0 },
                    "labels": { "type": "object", "additionalProperties": { "type": "string" } },
                    "notes": { "type": ["string", "null"] },
                }),
            ),
        );
        add(
            "Update",
            object(
                words,
                json!({
                    "title": { "type": ["string", "null"], "maxLength": 120 },
                    "address": self.schema("Address"),
                }),
            ),
        );
        add(
            "Address",
            object(
                words,
                json!({
                    "street": { "type": "string" },
                    "country": { "type": "string", "enum": ["AT", "CH", "DE"] },
                    "position": { "type": "object", "properties": {
                        "latitude": { "type": "number" }, "longitude": { "type": "number" } } },
                }),
            ),
        );
        add(
            "Line",
            object(
                words,
                json!({
                    "text": { "type": "string" },
                    "price": { "type": "number", "exclusiveMinimum": 0 },
                    "part_of": { "anyOf": [self.schema(""), { "type": "null" }] },
                }),
            ),
        );
        add("Owner", json!({ "oneOf": [reference(first), self.schema("Address")] }));
        add(
            "List",
            object(
                words,
                json!({
                    "items": { "type": "array", "items": self.schema("") },
                    "next_cursor": { "type": ["string", "null"] },
                }),
            ),
        );
        let own = object(
            words,
            json!({
                "address": { "$ref": self.schema("Address")["$ref"], "description": "Where it is." },
                "lines": { "type": "array", "items": self.schema("Line") },
                "owner": self.schema("Owner"),
                "previous": reference(second),
                "totals": { "type": "object", "properties": {
                    "net": { "type": "number" }, "gross": { "type": "number" },
                    "currency": { "type": "string", "enum": ["EUR", "CHF"] } } },
            }),
        );
        let all = [self.schema("Base"), self.schema("Create"), own];
        add("", json!({ "description": words.sentence(14), "allOf": all }));
    }
}

fn operation(id: &str, words: &mut Words, mut rest: Value) -> Value {
    rest["operationId"] = json!(id);
    rest["summary"] = json!(words.sentence(5));
    rest["description"] = json!(words.sentence(30));
    rest
}

/// Returns a schema of an object. Its first two properties are required, and all are described.
fn object(words: &mut Words, mut properties: Value) -> Value {
    let members = properties.as_object_mut().into_iter().flatten();
    for (_, property) in members.filter(|(_, property)| property.get("$ref").is_none()) {
        property["description"] = json!(words.sentence(12));
    }
    let required: Vec<&String> =
        properties.as_object().into_iter().flat_map(Map::keys).take(2).collect();
    json!({
        "type": "object",
        "description": words.sentence(16),
        "required": required,
        "properties": properties,
    })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn responses(status: &str, schema: Value) -> Value {
    json!({
        status: { "description": "Well.", "content": { "application/json": { "schema": schema } } },
        "404": problem_answer(),
        "default": problem_answer(),
    })
}

fn problem_answer() -> Value {
    json!({ "$ref": "#/components/responses/Problem" })
}

fn answer(schema: &str) -> Value {
    json!({
        "description": "A problem.",
        "content": { "application/json": { "schema": { "$ref": schema } } },
    })
}

fn problem(words: &mut Words) -> Value {
    object(
        words,
        json!({
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "details": { "type": "array", "items": { "type": "object", "properties": {
                "field": { "type": "string" }, "message": { "type": "string" } } } },
        }),
    )
}

fn shared_parameters() -> Value {
    let query =
        |name: &str, schema: Value| json!({ "name": name, "in": "query", "schema": schema });
    json!({
        "id": { "name": "id", "in": "path", "required": true,
                "schema": { "type": "string", "format": "uuid" } },
        "limit": query("limit", json!({ "type": "integer", "minimum": 1, "maximum": 100 })),
        "cursor": query("cursor", json!({ "type": "string" })),
    })
}
