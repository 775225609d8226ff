//! `diff`: different texts with the same meaning, and others that mean less or more. Each row is an
//! edit that is judged in both directions.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails, as it should")]

use openapi_document::load::load;
use openapi_review::diff::{self, Change, Kind, Verdict};

/// Returns a document with one operation, with the texts for `{parameters}`, `{sent}`, `{returned}`
/// and `{schemas}`.
const AROUND: &str = r##"
openapi: 3.1.0
info: {title: Meaning, version: "1"}
paths:
  /a:
    post:
      parameters: [{parameters}]
      requestBody: {content: {{sent}}}
      responses: {"200": {description: x, content: {{returned}}}}
components:
  schemas: {{schemas}}
"##;

#[derive(Clone, Copy, Default)]
struct Parts<'a> {
    parameters: &'a str,
    sent: &'a str,
    returned: &'a str,
    schemas: &'a str,
}

impl Parts<'_> {
    fn text(self) -> String {
        AROUND
            .replace("{parameters}", self.parameters)
            .replace("{sent}", self.sent)
            .replace("{returned}", self.returned)
            .replace("{schemas}", self.schemas)
    }
}

fn changes(old: &str, new: &str) -> Vec<Change> {
    diff::api(&load("old.yaml", old).unwrap(), &load("new.yaml", new).unwrap())
}

fn verdict(changes: &[Change]) -> &'static str {
    changes.first().map_or("same", |change| change.verdict.as_str())
}

/// Returns the verdicts in both directions.
fn both(old: Parts<'_>, new: Parts<'_>) -> [&'static str; 2] {
    let (old, new) = (old.text(), new.text());
    [verdict(&changes(&old, &new)), verdict(&changes(&new, &old))]
}

/// Returns the verdicts on a schema of a JSON body, in both directions.
fn both_sent(old: &str, new: &str, schemas: &str) -> [&'static str; 2] {
    let sent = |schema: &str| format!("application/json: {{schema: {schema}}}");
    let (old, new) = (sent(old), sent(new));
    let parts = |sent| Parts { sent, schemas, ..Parts::default() };
    both(parts(&old), parts(&new))
}

const SAME: [&str; 2] = ["same", "same"];
const WIDER: [&str; 2] = ["compatible", "breaking"];
const NARROWER: [&str; 2] = ["breaking", "compatible"];
const OTHER: [&str; 2] = ["breaking", "breaking"];

#[test]
fn schemas_that_are_sent() {
    let part = "Part: {type: object, properties: {a: {type: string}}}";
    for (old, new, expected) in [
        // Bare types and alternatives, one of which may be null.
        (
            "{type: [string, 'null']}",
            "{anyOf: [{type: string}, {$ref: '#/components/schemas/Part'}, {type: 'null'}]}",
            WIDER,
        ),
        (
            "{type: [string, integer]}",
            "{anyOf: [{type: string}, {type: integer}, {$ref: '#/components/schemas/Part'}]}",
            WIDER,
        ),
        (
            "{type: [string, integer]}",
            "{anyOf: [{type: string}, {$ref: '#/components/schemas/Part'}]}",
            OTHER,
        ),
        (
            "{anyOf: [{type: [string, integer]}, {$ref: '#/components/schemas/Part'}]}",
            "{anyOf: [{type: integer}, {type: string}, {$ref: '#/components/schemas/Part'}]}",
            SAME,
        ),
        (
            "{anyOf: [{type: string}, {$ref: '#/components/schemas/Part'}]}",
            "{anyOf: [{type: string, maxLength: 5}, {$ref: '#/components/schemas/Part'}]}",
            NARROWER,
        ),
        // Only listed values are allowed, including null.
        ("{type: [string, 'null'], enum: [a]}", "{type: string, enum: [a]}", SAME),
        ("{type: [string, 'null'], enum: [a, null]}", "{type: string, enum: [a]}", NARROWER),
        ("{type: string, nullable: true, enum: [a]}", "{type: string, enum: [a]}", SAME),
        (
            "{type: string, nullable: true, enum: [a, null]}",
            "{type: [string, 'null'], enum: [a, null]}",
            SAME,
        ),
        // Limits that follow from the fields.
        (
            "{type: object, required: [a], properties: {a: {type: string}}}",
            "{type: object, required: [a], minProperties: 1, properties: {a: {type: string}}}",
            SAME,
        ),
        (
            "{type: object, properties: {a: {type: string}}}",
            "{type: object, minProperties: 1, properties: {a: {type: string}}}",
            NARROWER,
        ),
        (
            "{type: object, additionalProperties: false, properties: {a: {type: string}}}",
            "{type: object, additionalProperties: false, maxProperties: 2, properties: {a: {type: string}}}",
            SAME,
        ),
        // Read-only fields are not required in requests.
        (
            "{type: object, properties: {id: {type: string, readOnly: true}}}",
            "{type: object, required: [id], properties: {id: {type: string, readOnly: true}}}",
            SAME,
        ),
        (
            "{type: object, properties: {a: {type: string}}}",
            "{type: object, required: [id], properties: {a: {type: string}, id: {type: string, readOnly: true}}}",
            ["docs only", "docs only"],
        ),
    ] {
        assert_eq!(both_sent(old, new, part), expected, "{old} -> {new}");
    }
}

#[test]
fn unions_and_values_that_are_sent() {
    let schemas = "Part: {type: object, properties: {a: {type: string}}}, \
                   Whole: {anyOf: [{$ref: '#/components/schemas/Part'}, {type: string}]}";
    for (old, new, expected) in [
        // A union within a union has the same alternatives.
        (
            "{anyOf: [{$ref: '#/components/schemas/Whole'}, {type: 'null'}]}",
            "{anyOf: [{$ref: '#/components/schemas/Whole'}, {type: 'null'}, {type: boolean}]}",
            WIDER,
        ),
        // All integers include the listed ones.
        (
            "{anyOf: [{type: string}, {type: integer}]}",
            "{anyOf: [{type: string}, {type: integer, enum: [1, 2]}]}",
            NARROWER,
        ),
        // Everything includes an object's fields.
        ("{$ref: '#/components/schemas/Part'}", "{}", WIDER),
        (
            "{anyOf: [{$ref: '#/components/schemas/Part'}, {type: 'null'}]}",
            "{description: Anything.}",
            ["compatible", "breaking"],
        ),
        ("{minLength: 3}", "{}", WIDER),
        // Limits that all listed values satisfy.
        ("{type: string, enum: [a, b]}", "{type: string, enum: [a, b], maxLength: 1}", SAME),
        ("{type: string, maxLength: 9}", "{type: string, enum: [a]}", NARROWER),
        ("{type: integer, enum: [1, 2]}", "{type: integer, enum: [1, 2], minimum: 2}", NARROWER),
        // A value has to be in both lists.
        ("{type: string, const: a}", "{type: string, const: a, enum: [a, b]}", SAME),
        ("{type: string, const: a}", "{type: string, const: a, enum: [b]}", NARROWER),
        // A required field satisfies an alternative that requires it.
        (
            "{type: object, required: [a], properties: {a: {type: string}}}",
            "{type: object, properties: {a: {type: string}, b: {type: string}}, anyOf: [{required: [a]}, {required: [b]}]}",
            WIDER,
        ),
        (
            "{type: object, anyOf: [{required: [a]}], properties: {a: {type: string}, b: {type: string}}}",
            "{type: object, anyOf: [{required: [b]}, {required: [a]}], properties: {a: {type: string}, b: {type: string}}}",
            WIDER,
        ),
        (
            "{type: object, properties: {a: {type: string}, b: {type: string}}}",
            "{type: object, properties: {a: {type: string}, b: {type: string}}, anyOf: [{required: [a]}, {required: [b]}]}",
            NARROWER,
        ),
        // A new field has been allowed with the type of all other fields.
        (
            "{type: object, additionalProperties: {type: integer}}",
            "{type: object, additionalProperties: {type: integer}, properties: {n: {type: integer}}}",
            ["compatible", "breaking"],
        ),
        (
            "{type: object, additionalProperties: {type: integer}}",
            "{type: object, additionalProperties: {type: integer}, properties: {n: {type: string}}}",
            OTHER,
        ),
    ] {
        assert_eq!(both_sent(old, new, schemas), expected, "{old} -> {new}");
    }
}

#[test]
fn a_new_field_of_a_map_with_another_type_breaks_readers() {
    let returned = |field: &str| {
        let map = "type: object, additionalProperties: {type: integer}";
        format!("application/json: {{schema: {{{map}, properties: {{n: {field}}}}}}}")
    };
    let parts = |returned| Parts { returned, ..Parts::default() };
    let (none, same, other) =
        (returned("false"), returned("{type: integer}"), returned("{type: string}"));
    assert_eq!(both(parts(&none), parts(&same))[0], "compatible");
    assert_eq!(both(parts(&none), parts(&other))[0], "breaking");
}

#[test]
fn limits_on_items_bind_the_sender() {
    let array = |limit: &str| format!("{{type: array, items: {{type: string}}{limit}}}");
    let within = |limit: &str| format!("{{type: array, items: {}}}", array(limit));
    let all_of = |limit: &str| format!("{{allOf: [{}, {{type: array{limit}}}]}}", array(""));
    for (old, new, sent, returned) in [
        ("", ", minItems: 1", NARROWER, WIDER),
        ("", ", minItems: 0", SAME, SAME),
        (", minItems: 1", ", minItems: 2", NARROWER, WIDER),
        ("", ", maxItems: 5", NARROWER, WIDER),
        (", maxItems: 5", ", maxItems: 4", NARROWER, WIDER),
        ("", ", uniqueItems: true", NARROWER, WIDER),
        (", minItems: 1, maxItems: 5", ", minItems: 2, maxItems: 6", OTHER, OTHER),
    ] {
        for schema in [&array as &dyn Fn(&str) -> String, &within, &all_of] {
            let (old, new) = (schema(old), schema(new));
            let content = |schema: &str| format!("application/json: {{schema: {schema}}}");
            let (before, after) = (content(&old), content(&new));
            let parts = |sent| Parts { sent, ..Parts::default() };
            assert_eq!(both(parts(&before), parts(&after)), sent, "sent: {old} -> {new}");
            let parts = |returned| Parts { returned, ..Parts::default() };
            assert_eq!(both(parts(&before), parts(&after)), returned, "returned: {old} -> {new}");
            let parameter = |schema: &str| format!("{{name: q, in: query, schema: {schema}}}");
            let (before, after) = (parameter(&old), parameter(&new));
            let parts = |parameters| Parts { parameters, ..Parts::default() };
            assert_eq!(both(parts(&before), parts(&after)), sent, "parameter: {old} -> {new}");
        }
    }
}

#[test]
fn parameters_are_text() {
    for (old, new, expected) in [
        ("{type: integer}", "{type: string}", WIDER),
        ("{type: boolean}", "{type: [string, integer]}", WIDER),
        ("{type: string}", "{type: [string, integer]}", SAME),
        ("{type: integer, enum: [1, 2]}", "{type: string, enum: ['1', '2']}", WIDER),
        ("{type: integer}", "{type: string, pattern: '^[0-9]+$'}", OTHER),
        ("{type: array, items: {type: integer}}", "{type: array, items: {type: string}}", WIDER),
    ] {
        let parameter = |schema: &str| format!("{{name: q, in: query, schema: {schema}}}");
        let (before, after) = (parameter(old), parameter(new));
        let parts = |parameters| Parts { parameters, ..Parts::default() };
        assert_eq!(both(parts(&before), parts(&after)), expected, "{old} -> {new}");
        let field = |schema: &str| {
            format!(
                "application/x-www-form-urlencoded: {{schema: {{type: object, properties: {{q: {schema}}}}}}}"
            )
        };
        let (before, after) = (field(old), field(new));
        let parts = |sent| Parts { sent, ..Parts::default() };
        assert_eq!(both(parts(&before), parts(&after)), expected, "form: {old} -> {new}");
    }
    let json = |ty: &str| format!("application/json: {{schema: {{type: {ty}}}}}");
    let (before, after) = (json("integer"), json("string"));
    let parts = |sent| Parts { sent, ..Parts::default() };
    assert_eq!(both(parts(&before), parts(&after)), OTHER);
}

#[test]
fn media_ranges_include_types() {
    let text = "{schema: {type: string}}";
    for (old, new, expected) in [
        ("text/plain", "text/*", WIDER),
        ("text/plain", "*/*", WIDER),
        ("text/plain;charset=utf-8", "text/plain", WIDER),
        ("text/plain", "image/*", OTHER),
    ] {
        let content = |name: &str| format!("'{name}': {text}");
        let (before, after) = (content(old), content(new));
        let parts = |sent| Parts { sent, ..Parts::default() };
        assert_eq!(both(parts(&before), parts(&after)), expected, "{old} -> {new}");
        let returned = |returned| Parts { returned, ..Parts::default() };
        let back = [expected[1], expected[0]];
        assert_eq!(both(returned(&before), returned(&after)), back, "returned: {old} -> {new}");
    }
    // One status of a range that is described separately.
    let (range, one) =
        (format!("'text/*': {text}"), format!("'text/*': {text}, text/plain: {text}"));
    let parts = |sent| Parts { sent, ..Parts::default() };
    assert_eq!(both(parts(&range), parts(&one)), SAME);
}

#[test]
fn an_operation_id_is_not_sent() {
    let (old, new) = (Parts::default().text(), Parts::default().text());
    let new = new.replace("post:", "post:\n      operationId: named");
    for changes in [changes(&old, &new), changes(&new, &old)] {
        let found: Vec<_> = changes.iter().map(|change| (change.verdict, change.kind)).collect();
        assert_eq!(found, [(Verdict::Compatible, Kind::OperationId)]);
    }
}

#[test]
fn a_document_without_servers_has_the_default_one() {
    let text = Parts::default().text();
    let with = |url: &str| format!("{text}servers: [{{url: '{url}'}}]\n");
    assert_eq!(verdict(&changes(&text, &with("/"))), "same");
    assert_eq!(verdict(&changes(&with("/"), &text)), "same");
    assert_eq!(verdict(&changes(&text, &with("https://a.example"))), "compatible");
    assert_eq!(verdict(&changes(&with("https://a.example"), &text)), "breaking");
}

#[test]
fn a_prefix_may_move_between_the_paths_and_the_servers() {
    let text = Parts::default().text();
    let old = format!("{text}servers: [{{url: 'https://a.example/'}}]\n").replace("/a:", "/v1/a:");
    let new = format!("{text}servers: [{{url: 'https://a.example/v1'}}]\n");
    for changes in [changes(&old, &new), changes(&new, &old)] {
        assert_eq!(verdict(&changes), "compatible", "{changes:#?}");
        assert_eq!(changes[0].kind, Kind::Server);
    }
    let elsewhere = new.replace("a.example", "b.example");
    assert_eq!(verdict(&changes(&old, &elsewhere)), "breaking");
}

#[test]
fn credentials_have_names() {
    let schemes = "  securitySchemes: {key: {type: apiKey, in: header, name: K}, login: {type: \
                   oauth2, flows: {clientCredentials: {tokenUrl: 'https://t.example', scopes: {read: R}}}}}\n";
    let text =
        |security: &str| format!("{}{schemes}security: {security}\n", Parts::default().text());
    let changes = changes(&text("[{key: []}]"), &text("[{login: [read]}, {key: [], login: []}]"));
    assert_eq!(
        changes[0].message,
        "it asks for `login` with `read`, or `key` and `login`, it asked for `key`"
    );
}

#[test]
fn a_changed_scheme_is_one_line() {
    let text = |schemes: &str, security: &str| {
        let operation = |name: &str| {
            format!("  /{name}: {{get: {{responses: {{'200': {{description: D.}}}}}}}}\n")
        };
        format!(
            "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\nsecurity: [{{{security}: []}}]\npaths:\n{}{}\
             components:\n  securitySchemes: {{{schemes}}}\n",
            operation("a"),
            operation("b")
        )
    };
    let flow = |name: &str, url: &str| {
        format!(
            "login: {{type: oauth2, flows: {{{name}: {{tokenUrl: 'https://{url}', scopes: {{}}}}}}}}"
        )
    };
    let found = |old: &str, new: &str| -> Vec<(&'static str, String)> {
        let changes = changes(&text(old, "login"), &text(new, "login"));
        changes.into_iter().map(|change| (change.verdict.as_str(), change.message)).collect()
    };
    let (first, other) = (flow("password", "a.example"), flow("password", "b.example"));
    let message = "security scheme `login` has the flow password (tokenUrl `https://b.example`), \
                   had password (tokenUrl `https://a.example`)";
    assert_eq!(found(&first, &other), [("breaking", message.to_owned())]);
    let key = |name: &str| format!("login: {{type: apiKey, in: header, name: {name}}}");
    let message = "security scheme `login` is in header, name B, type apiKey, was in header, name \
                   A, type apiKey";
    assert_eq!(found(&key("A"), &key("B")), [("breaking", message.to_owned())]);
    // A scheme may have another name.
    let renamed = text(&key("A").replace("login", "key"), "key");
    let verdicts: Vec<&str> = changes(&text(&key("A"), "login"), &renamed)
        .iter()
        .map(|change| change.verdict.as_str())
        .collect();
    assert_eq!(verdicts, ["docs only", "docs only"]);
}

#[test]
fn an_edit_of_an_inherited_discriminator_is_one_line() {
    let heirs: Vec<String> = (0..5)
        .map(|n| {
            format!("H{n}: {{allOf: [{{$ref: '#/components/schemas/Base'}}, {{properties: {{f{n}: {{type: string}}}}}}]}}")
        })
        .collect();
    let document = |mapping: &str| {
        let base = format!(
            "Base: {{type: object, required: [kind], properties: {{kind: {{type: string}}}}, \
             discriminator: {{propertyName: kind, mapping: {{{mapping}}}}}}}, {}",
            heirs.join(", ")
        );
        let returned: Vec<String> = (0..5)
            .map(|n| {
                format!("application/x{n}+json: {{schema: {{$ref: '#/components/schemas/H{n}'}}}}")
            })
            .collect();
        Parts { returned: &returned.join(", "), schemas: &base, ..Parts::default() }.text()
    };
    let one = "h0: '#/components/schemas/H0'";
    let changes =
        changes(&document(one), &document(&format!("{one}, h1: '#/components/schemas/H1'")));
    assert_eq!(changes.len(), 1, "{changes:#?}");
    assert_eq!(
        changes[0].message,
        "`Base`: the value `h1` of the discriminator leads to a schema now"
    );
}
