//! Schemas: notations, references, cycles and alternatives.

use openapi_review::diff::{self, Report};

use crate::{compared, document, edited, verdict};

/// Returns a minimal document with these component schemas. Requests have `Sent`, responses have
/// `Answer`.
fn around(version: &str, schemas: &str) -> String {
    let json = |name: &str| {
        format!("{{application/json: {{schema: {{$ref: '#/components/schemas/{name}'}}}}}}")
    };
    format!(
        "{{openapi: {version}, info: {{title: T, version: '1'}}, paths: {{/a: {{post: \
         {{operationId: a, requestBody: {{required: true, content: {}}}, responses: {{'200': \
         {{description: x, content: {}}}}}}}}}}}, components: {{schemas: {schemas}}}}}",
        json("Sent"),
        json("Answer")
    )
}

/// Compares two pairs of request and response schemas, without the clients.
fn judged(old: (&str, &str), new: (&str, &str)) -> (String, Report) {
    let text = |(version, schemas): (&str, &str)| around(version, schemas);
    let report = compared(&text(old), &text(new));
    let lines: Vec<String> = report
        .api
        .iter()
        .filter(|change| change.message != "the document is OpenAPI 3.1.0, was 3.0.3")
        .map(|change| format!("{}: {}", change.verdict, change.message))
        .collect();
    (lines.join("\n"), report)
}

#[test]
fn equivalent_notations_are_not_changes() {
    let same = [
        ("{type: string, nullable: true}", "{type: [string, 'null']}"),
        ("{type: string, nullable: true}", "{oneOf: [{type: string}, {type: 'null'}]}"),
        ("{type: integer, minimum: 0, exclusiveMinimum: true}", "{type: integer, minimum: 1}"),
        (
            "{type: number, maximum: 5, exclusiveMaximum: true}",
            "{type: number, exclusiveMaximum: 5}",
        ),
        ("{type: string, enum: [a]}", "{const: a}"),
        ("{type: string, enum: [a, b]}", "{oneOf: [{const: a}, {const: b}]}"),
        ("{type: string, format: byte}", "{type: string, contentEncoding: base64}"),
        ("{type: object, minProperties: 0}", "{type: object, additionalProperties: true}"),
        ("{anyOf: [{type: string}, {type: integer}]}", "{type: [integer, string]}"),
        (
            "{nullable: true, allOf: [{$ref: '#/components/schemas/Part'}]}",
            "{anyOf: [{$ref: '#/components/schemas/Part'}, {type: 'null'}]}",
        ),
        (
            "{allOf: [{$ref: '#/components/schemas/Part'}, {type: object, required: [b], \
             properties: {b: {type: string}}}]}",
            "{type: object, required: [b], properties: {b: {type: string}, a: {type: string}}}",
        ),
    ];
    for (before, after) in same {
        let schemas = |inner: &str| {
            format!(
                "{{Sent: {inner}, Answer: {{type: object, properties: {{x: {inner}}}}}, \
                 Part: {{type: object, properties: {{a: {{type: string}}}}}}}}"
            )
        };
        let (found, _) = judged(("3.0.3", &schemas(before)), ("3.1.0", &schemas(after)));
        assert!(!found.contains("breaking") && !found.contains("compatible"), "{before}: {found}");
    }
}

#[test]
fn comparing_recursive_schemas_terminates() {
    let schemas = |extra: &str| {
        format!(
            "{{Sent: {{type: object, properties: {{next: {{$ref: '#/components/schemas/Answer'}}}}}}, \
             Answer: {{allOf: [{{$ref: '#/components/schemas/Base'}}, {{type: object, properties: {{\
             list: {{type: array, items: {{$ref: '#/components/schemas/Sent'}}}}, {extra}\
             up: {{anyOf: [{{$ref: '#/components/schemas/Answer'}}, {{$ref: '#/components/schemas/Sent'}}]}}}}}}]}}, \
             Base: {{oneOf: [{{$ref: '#/components/schemas/Answer'}}, {{$ref: '#/components/schemas/Base'}}]}}}}"
        )
    };
    let (old, new) = (schemas(""), schemas("more: {type: string},"));
    let documents = (document(&around("3.1.0", &old)), document(&around("3.1.0", &new)));
    let changes = diff::api(&documents.0, &documents.1);
    assert!(changes.iter().any(|change| change.message.contains("more` is new")), "{changes:?}");
    let loops = "{Sent: {$ref: '#/components/schemas/Answer'}, Answer: {$ref: '#/components/schemas/Sent'}}";
    let document = document(&around("3.1.0", loops));
    assert!(diff::api(&document, &document).is_empty());
}

#[test]
fn subschemas_of_a_discriminated_base_may_replace_it() {
    let pet = "Sent: {type: object}, Answer: {type: object, required: [kind], properties: \
               {kind: {type: string}}, discriminator: {propertyName: kind}}";
    let dog = |ty: &str| {
        format!(
            "{{{pet}, Dog: {{allOf: [{{$ref: '#/components/schemas/Answer'}}, {{type: object, \
             properties: {{bark: {{type: {ty}}}}}}}]}}}}"
        )
    };
    let (text, whole, none) = (dog("string"), dog("integer"), format!("{{{pet}}}"));
    for (old, new) in [(&text, &whole), (&text, &none), (&none, &text)] {
        let (found, report) = judged(("3.1.0", old), ("3.1.0", new));
        assert_eq!(verdict(&report), "breaking", "{found}");
    }
}

#[test]
fn a_response_that_becomes_a_union_keeps_its_fields() {
    let one = "{type: object, properties: {a: {type: string}}}";
    let several = "{oneOf: [{type: object, properties: {a: {type: string}}}, {type: string}]}";
    let sent = |schema: &str| format!("{{Sent: {schema}, Answer: {{type: object}}}}");
    let answered = |schema: &str| format!("{{Sent: {{type: object}}, Answer: {schema}}}");
    let found = |old: String, new: String| judged(("3.1.0", &old), ("3.1.0", &new)).0;
    assert_eq!(found(sent(one), sent(several)), "compatible: `Sent` may also be `Sent|2`");
    assert_eq!(found(sent(several), sent(one)), "breaking: `Sent` may no longer be `Sent|2`");
    assert_eq!(
        found(answered(one), answered(several)),
        "breaking: `Answer` may also be `Answer|2`"
    );
}

#[test]
fn schemas_in_cycles_are_compared_once() {
    let mut text = String::from("openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n");
    for n in 0..300 {
        text.push_str(&format!(
            "  /p{n}:\n    get:\n      operationId: get{n}\n      responses:\n        '200':\n          \
             description: x\n          content:\n            application/json:\n              schema:\n                \
             $ref: '#/components/schemas/S{n}'\n"
        ));
    }
    text.push_str("components:\n  schemas:\n");
    for n in 0..300 {
        let (next, other) = ((n + 1) % 300, (n * 7 + 3) % 300);
        text.push_str(&format!("    S{n}:\n      type: object\n      properties:\n"));
        for field in 0..20 {
            text.push_str(&format!("        f{field}: {{type: string, maxLength: {field}}}\n"));
        }
        text.push_str(&format!(
            "        next: {{$ref: '#/components/schemas/S{next}'}}\n        \
             other: {{anyOf: [{{$ref: '#/components/schemas/S{other}'}}, {{type: 'null'}}]}}\n"
        ));
    }
    let new = edited(&text, "    S150:", "maxLength: 7", "maxLength: 8");
    let (old, new) = (document(&text), document(&new));
    let changes = diff::api(&old, &new);
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].operations.len(), 300);
}
