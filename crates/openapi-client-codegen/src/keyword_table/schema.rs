//! The keywords of schemas. Some verdicts depend on the location of the schema.

use crate::codes;
use crate::keyword_table::cell::Since::{self, Only30, V30, V31};
use crate::keyword_table::cell::Verdict::{self, Ignored, Irrelevant, Noted, Partly};
use crate::keyword_table::cell::{Cell, Verdict::Represented};

/// The label, the versions, the verdicts in a body, a parameter and a response header, and a YAML
/// sample.
type Row = (&'static str, Since, [Verdict; 3], &'static str);

/// The locations of schemas in the order of the verdicts.
const PLACES: [&str; 3] =
    ["Schema Object in a body", "Schema Object of a parameter", "Schema Object of a header"];

const HAVE: [Verdict; 3] = [Represented; 3];
const LIMIT: [Verdict; 3] = [Noted(&codes::SERVER_LIMIT); 3];
const DOCS: [Verdict; 3] = [Irrelevant("documentation"); 3];
const EXAMPLE: [Verdict; 3] = [Irrelevant("an example"); 3];
const NAME: [Verdict; 3] = [Irrelevant("a name for references"); 3];
/// The verdict on keywords that do not apply to headers.
const TEXT: Verdict = Irrelevant("the header is a string");
const AS_TEXT: Verdict = Partly(&codes::HEADER_TEXT);
const NO_NULL: Verdict = Irrelevant("null cannot be sent");
const ONE_WAY: Verdict = Irrelevant("no effect in a single direction");

const fn ignored(code: &'static codes::Code) -> [Verdict; 3] {
    [Ignored(code); 3]
}

const fn partly(code: &'static codes::Code) -> [Verdict; 3] {
    [Partly(code); 3]
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("$ref", V30, HAVE, "$ref: '#/components/schemas/Number'"),
    ("$id", V31, NAME, "{type: string, $id: 'https://example.com/a'}"),
    ("$id: with references inside", V31, ignored(&codes::BASE_URI), "{$id: 'https://example.com/a', allOf: [{$ref: '#/components/schemas/Number'}]}"),
    ("$schema", V31, [Irrelevant("the supported dialect"); 3], "{type: string, $schema: 'https://json-schema.org/draft/2020-12/schema'}"),
    ("$schema: another dialect", V31, ignored(&codes::DIALECT), "{type: string, $schema: 'http://json-schema.org/draft-04/schema#'}"),
    ("$anchor", V31, NAME, "{type: string, $anchor: a}"),
    ("$dynamicRef", V31, HAVE, "$dynamicRef: '#one'"),
    ("$dynamicRef: to several schemas", V31, partly(&codes::REFERENCE_AMBIGUOUS), "$dynamicRef: '#several'"),
    ("$dynamicAnchor", V31, NAME, "{type: string, $dynamicAnchor: b}"),
    ("$defs", V31, [Irrelevant("used through references"); 3], "{type: string, $defs: {X: {type: string}}}"),
    ("$comment", V31, DOCS, "{type: string, $comment: c}"),
    ("$vocabulary", V31, [Irrelevant("applies to meta-schemas only"); 3], "{type: string, $vocabulary: {}}"),
    ("type", V30, HAVE, "type: integer"),
    ("type: with null", V31, HAVE, "type: [integer, 'null']"),
    ("type: several types", V31, [Represented, Represented, AS_TEXT], "type: [string, integer]"),
    ("type: an unknown type", V30, [Partly(&codes::ENUM_TYPES), Partly(&codes::ENUM_TYPES), TEXT], "type: strange"),
    ("nullable", Only30, [Represented, NO_NULL, NO_NULL], "{type: string, nullable: true}"),
    ("enum", V30, [Represented, Represented, Noted(&codes::ENUM_OPEN)], "{type: string, enum: [a, b]}"),
    ("enum: of numbers", V30, [Noted(&codes::ENUM_OPEN); 3], "{type: integer, enum: [1, 2]}"),
    ("enum: without values", V30, [Noted(&codes::ENUM_OPEN); 3], "{type: string, enum: []}"),
    ("const", V31, [Represented, Represented, Noted(&codes::ENUM_OPEN)], "{type: string, const: a}"),
    ("multipleOf", V30, LIMIT, "{type: integer, multipleOf: 2}"),
    ("maximum", V30, LIMIT, "{type: integer, maximum: 2}"),
    ("minimum", V30, LIMIT, "{type: integer, minimum: 2}"),
    ("exclusiveMaximum", V31, LIMIT, "{type: integer, exclusiveMaximum: 2}"),
    ("exclusiveMinimum", V31, LIMIT, "{type: integer, exclusiveMinimum: 2}"),
    ("exclusiveMaximum: true", Only30, LIMIT, "{type: integer, maximum: 2, exclusiveMaximum: true}"),
    ("exclusiveMinimum: true", Only30, LIMIT, "{type: integer, minimum: 2, exclusiveMinimum: true}"),
    ("maxLength", V30, [Represented, Noted(&codes::SERVER_LIMIT), Noted(&codes::SERVER_LIMIT)], "{type: string, maxLength: 2}"),
    ("minLength", V30, [Represented, Noted(&codes::SERVER_LIMIT), Noted(&codes::SERVER_LIMIT)], "{type: string, minLength: 2}"),
    ("pattern", V30, LIMIT, "{type: string, pattern: a}"),
    ("items", V30, [Represented, Represented, AS_TEXT], "items: {type: integer}"),
    ("prefixItems", V31, partly(&codes::TUPLE), "{type: array, prefixItems: [{type: integer}]}"),
    ("maxItems", V30, LIMIT, "{type: array, items: {type: string}, maxItems: 2}"),
    ("minItems", V30, LIMIT, "{type: array, items: {type: string}, minItems: 2}"),
    ("uniqueItems", V30, LIMIT, "{type: array, items: {type: string}, uniqueItems: true}"),
    ("contains", V31, ignored(&codes::CONTAINS), "{type: array, contains: {type: integer}}"),
    ("maxContains", V31, LIMIT, "{type: array, contains: {type: integer}, maxContains: 2}"),
    ("minContains", V31, LIMIT, "{type: array, contains: {type: integer}, minContains: 2}"),
    ("unevaluatedItems", V31, ignored(&codes::UNEVALUATED_ITEMS), "{type: array, unevaluatedItems: {type: string}}"),
    ("unevaluatedItems: false", V31, LIMIT, "{type: array, unevaluatedItems: false}"),
    ("properties", V30, [Represented, Represented, AS_TEXT], "properties: {a: {type: integer}}"),
    ("required", V30, [Represented, Represented, TEXT], "{type: object, properties: {a: {type: integer}}, required: [a]}"),
    ("required: of an undescribed field", V30, [Noted(&codes::UNDECLARED_FIELD), Noted(&codes::UNDECLARED_FIELD), TEXT], "{type: object, properties: {a: {type: integer}}, required: [b]}"),
    ("additionalProperties", V30, [Represented, Represented, TEXT], "{type: object, additionalProperties: {type: integer}}"),
    ("additionalProperties: false without fields", V30, [Noted(&codes::OBJECT_EMPTY), Noted(&codes::OBJECT_EMPTY), TEXT], "{type: object, additionalProperties: false}"),
    ("patternProperties", V31, partly(&codes::PATTERN_PROPERTIES), "{type: object, patternProperties: {a: {type: integer}}}"),
    ("propertyNames", V31, ignored(&codes::PROPERTY_NAMES), "{type: object, propertyNames: {maxLength: 2}}"),
    ("unevaluatedProperties", V31, ignored(&codes::UNEVALUATED_PROPERTIES), "{type: object, unevaluatedProperties: {type: string}}"),
    ("maxProperties", V30, LIMIT, "{type: object, maxProperties: 2}"),
    ("minProperties", V30, LIMIT, "{type: object, minProperties: 2}"),
    ("dependentRequired", V31, LIMIT, "{type: object, dependentRequired: {a: [b]}}"),
    ("dependentSchemas", V31, partly(&codes::DEPENDENT_SCHEMAS), "{type: object, dependentSchemas: {a: {properties: {b: {type: string}}}}}"),
    ("allOf", V30, HAVE, "allOf: [{type: integer}]"),
    ("allOf: of different types", V30, [Partly(&codes::ALL_OF_TYPES), Partly(&codes::ALL_OF_TYPES), AS_TEXT], "allOf: [{type: string}, {type: integer}]"),
    ("allOf: with conflicting descriptions of a field", V30, [Partly(&codes::ALL_OF_FIELDS), Partly(&codes::ALL_OF_FIELDS), AS_TEXT], "allOf: [{type: object, properties: {a: {$ref: '#/components/schemas/Number'}}}, {type: object, properties: {a: {$ref: '#/components/schemas/Cat'}}}]"),
    ("allOf: with disjoint values", V30, [Partly(&codes::ALL_OF_VALUES), Partly(&codes::ALL_OF_VALUES), AS_TEXT], "allOf: [{type: string, enum: [a]}, {type: string, enum: [b]}]"),
    ("allOf: of unions", V30, [Partly(&codes::ALL_OF_UNIONS), Partly(&codes::ALL_OF_UNIONS), AS_TEXT], "allOf: [{oneOf: [{type: object, properties: {a: {type: string}}, required: [a]}, {type: object, properties: {b: {type: string}}, required: [b]}]}, {oneOf: [{type: object, properties: {c: {type: string}}, required: [c]}, {type: object, properties: {d: {type: string}}, required: [d]}]}]"),
    ("allOf: with a closed part", V30, [Noted(&codes::ALL_OF_CLOSED), Noted(&codes::ALL_OF_CLOSED), AS_TEXT], "allOf: [{type: object, properties: {a: {type: string}}, additionalProperties: false}, {type: object, properties: {b: {type: string}}}]"),
    ("allOf: with a part that restricts other fields", V30, [Noted(&codes::ALL_OF_CLOSED), Noted(&codes::ALL_OF_CLOSED), AS_TEXT], "allOf: [{type: object, properties: {a: {type: string}}, additionalProperties: {type: integer}}, {type: object, properties: {b: {type: string}}}]"),
    ("anyOf", V30, [Represented, Represented, AS_TEXT], "anyOf: [{type: integer}, {type: boolean}]"),
    ("anyOf: with an unrestricted schema", V30, [Noted(&codes::UNION_ANYTHING), Noted(&codes::UNION_ANYTHING), AS_TEXT], "anyOf: [{type: integer}, {}]"),
    ("anyOf: with `nullable` without a type", Only30, [Noted(&codes::UNION_ANYTHING), Noted(&codes::UNION_ANYTHING), AS_TEXT], "anyOf: [{type: integer}, {nullable: true}]"),
    ("oneOf", V30, [Represented, Represented, AS_TEXT], "oneOf: [{type: integer}, {type: boolean}]"),
    ("oneOf: of strings", V30, [Noted(&codes::UNION_TEXTS), Noted(&codes::UNION_TEXTS), AS_TEXT], "oneOf: [{type: string, maxLength: 2}, {type: string, enum: [abc]}]"),
    ("oneOf: of similar objects", V30, [Partly(&codes::UNION_UNDECIDED), Partly(&codes::UNION_UNDECIDED), AS_TEXT], "oneOf: [{type: object, properties: {a: {type: string}}}, {type: object, properties: {a: {type: string}, b: {type: string}}}]"),
    ("oneOf: of similar lists", V30, [Partly(&codes::UNION_UNDECIDED), Partly(&codes::UNION_UNDECIDED), AS_TEXT], "oneOf: [{type: array, items: {type: integer}}, {type: array, items: {type: number}}]"),
    ("oneOf: of `required` only", V30, [Noted(&codes::UNION_CONSTRAINTS), Noted(&codes::UNION_CONSTRAINTS), TEXT], "{type: object, properties: {a: {type: string}}, oneOf: [{required: [a]}, {required: [b]}]}"),
    ("oneOf: of lists that may be empty", V30, [Partly(&codes::UNION_UNDECIDED), Partly(&codes::UNION_UNDECIDED), AS_TEXT], "oneOf: [{type: array, items: {type: string}}, {type: array, items: {type: integer}}]"),
    ("discriminator", V30, [Represented, Represented, TEXT], "{oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}], discriminator: {propertyName: kind}}"),
    ("not", V30, ignored(&codes::NOT), "{type: string, not: {enum: [a]}}"),
    ("if", V31, partly(&codes::CONDITION), "{type: object, if: {required: [a]}, then: {properties: {b: {type: string}}}}"),
    ("then", V31, [Represented, Represented, TEXT], "{type: object, if: {required: [a]}, then: {properties: {b: {type: string}}}}"),
    ("else", V31, [Represented, Represented, TEXT], "{type: object, if: {required: [a]}, else: {properties: {b: {type: string}}}}"),
    ("format", V30, [Represented, Represented, TEXT], "{type: string, format: uuid}"),
    ("format: without a corresponding type", V30, [Irrelevant("checked by the server"); 3], "{type: string, format: email}"),
    ("format: with more digits than a double", V30, [Partly(&codes::NUMBER_PRECISION), Partly(&codes::NUMBER_PRECISION), AS_TEXT], "{type: number, format: decimal}"),
    ("contentEncoding", V31, [Irrelevant("the value remains a string"); 3], "{type: string, contentEncoding: base64}"),
    ("contentMediaType", V31, [Irrelevant("the value remains a string"); 3], "{type: string, contentMediaType: text/html}"),
    ("contentSchema", V31, ignored(&codes::CONTENT_SCHEMA), "{type: string, contentMediaType: application/json, contentSchema: {type: object}}"),
    ("default", V30, [Noted(&codes::SERVER_DEFAULT); 3], "{type: string, default: a}"),
    ("readOnly", V30, [Represented, ONE_WAY, ONE_WAY], "{type: string, readOnly: true}"),
    ("writeOnly", V30, [Represented, ONE_WAY, ONE_WAY], "{type: string, writeOnly: true}"),
    ("title", V30, DOCS, "{type: string, title: t}"),
    ("description", V30, DOCS, "{type: string, description: d}"),
    ("deprecated", V30, DOCS, "{type: string, deprecated: true}"),
    ("example", V30, EXAMPLE, "{type: string, example: a}"),
    ("examples", V31, EXAMPLE, "{type: string, examples: [a]}"),
    ("externalDocs", V30, DOCS, "{type: string, externalDocs: {url: 'https://example.com'}}"),
    ("xml", V30, [Irrelevant("XML bodies have no type"); 3], "{type: string, xml: {name: n}}"),
];

/// Returns all cells, grouped by location.
pub(super) fn cells() -> impl Iterator<Item = Cell> {
    PLACES.into_iter().enumerate().flat_map(|(place, location)| {
        ROWS.iter().map(move |&(label, since, verdicts, sample)| Cell {
            location,
            label,
            since,
            verdict: verdicts[place],
            sample,
        })
    })
}
