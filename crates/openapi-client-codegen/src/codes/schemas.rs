//! Codes of lines about schemas.

use crate::codes::code::{CORRECT, NOTHING, codes};

codes! { SCHEMAS:
    ALL_OF_CLOSED, "all-of-closed", Lossless,
    "A part of an `allOf` takes no fields but its own; the object takes any.",
    "The part would refuse the fields that the other parts describe.",
    "Close the whole object with `unevaluatedProperties`, in an overlay.";

    ALL_OF_FIELDS, "all-of-fields", Lossy,
    "Two parts of an `allOf` describe the same field, element or rest differently; one of them counts.",
    "A type has one type for each field; a value has to satisfy both descriptions.",
    CORRECT;

    ALL_OF_RECURSION, "all-of-recursion", Lossy,
    "A schema extends what it is part of; the type is without the extension.",
    "Its fields would contain themselves without end.",
    CORRECT;

    ALL_OF_TYPES, "all-of-types", Lossy,
    "Two parts of an `allOf` have different types; the first one counts.",
    "No value satisfies both.",
    CORRECT;

    ALL_OF_UNIONS, "all-of-unions", Lossy,
    "An `allOf` has several unions; all but the first are left out.",
    "A value of each union at once is not a type.",
    "Describe one union of all combinations in an overlay.";

    ALL_OF_VALUES, "all-of-values", Lossy,
    "Two parts of an `allOf` list values that have nothing in common; the first list counts.",
    "No value satisfies both.",
    CORRECT;

    BASE_URI, "base-uri", Lossy,
    "References that lead nowhere from the `$id` around them, or files beside a `$self`, are resolved from the document.",
    "By the standard they mean nothing, or are somewhere else.",
    "Write the references as JSON pointers from the root of the document.";

    CONDITION, "condition", Lossy,
    "A schema has an `if`; the fields of `then` and `else` are optional.",
    "A type does not depend on values.",
    "Check the condition before you send a value.";

    CONTAINS, "contains", Lossy,
    "A list has to contain certain elements; the type does not say so.",
    "A list has one type of elements.",
    "Check the list before you send it.";

    CONTENT_SCHEMA, "content-schema", Lossy,
    "A text has content that a schema describes; it stays a text.",
    "The client does not decode texts within values.",
    "Decode the text into a type of your own.";

    DEPENDENT_SCHEMAS, "dependent-schemas", Lossy,
    "Fields depend on the presence of others; they are optional.",
    "A type does not depend on values.",
    "Check which fields belong together before you send a value.";

    DIALECT, "dialect", Lossy,
    "Schemas are in a dialect that the generator does not know; they are read as OpenAPI's.",
    "A dialect can give keywords another meaning.",
    "Describe the schemas in the dialect of OpenAPI.";

    DISCRIMINATOR_MAPPING, "discriminator-mapping", Lossy,
    "A base has a discriminator with a mapping, and no schema extends it; the mapping is left out.",
    "The type has no variants.",
    "Correct the mapping in an overlay, or describe the schemas that extend the base.";

    DISCRIMINATOR_SUBTYPES, "discriminator-subtypes", Lossless,
    "A base with a discriminator is a union of the schemas that extend it.",
    "The discriminator decides which of them a value is.",
    NOTHING;

    DISCRIMINATOR_VALUES, "discriminator-values", Lossless,
    "The field that a discriminator names has the values that stand for its variant.",
    "They decide which variant a value is.",
    NOTHING;

    ENUM_OPEN, "enum-open", Lossless,
    "An enum of numbers, or one in a header, is any value of its type.",
    "The server can send other values one day.",
    NOTHING;

    ENUM_TYPES, "enum-types", Lossy,
    "No type has all values of an enum, or a type has an unknown name; any value is accepted.",
    "The client has to accept what the API sends.",
    "Correct the values or the type in an overlay.";

    ENUM_TEXTS, "enum-texts", Lossless,
    "A value in an enum of texts is a number or a boolean; it is read as a text.",
    "YAML reads values without quotes as numbers or booleans.",
    "Write the value in quotes.";

    GENERATOR_FAILURE, "generator-failure", Lossy,
    "The generators fail on a schema, which accepts any value now, or on an operation, which is dropped.",
    "One failure should not cost the whole client.",
    "Correct the place in an overlay, or report it to the generator's maintainers.";

    NOT, "not", Lossy,
    "A schema excludes values; the type has them.",
    "A type does not exclude values.",
    "Check for what is excluded before you send a value.";

    NUMBER_PRECISION, "number-precision", Lossy,
    "A number may have more digits than 64 bits or a double keep.",
    "Decoders of JSON read such numbers as doubles.",
    "Describe it as a text in an overlay if the API accepts one.";

    PATTERN_PROPERTIES, "pattern-properties", Lossy,
    "Fields are described by patterns of their names; each may be any of what is described.",
    "A map has one type of values.",
    "Check names against their patterns before you send a value.";

    PROPERTY_NAMES, "property-names", Lossy,
    "Names of fields have to match a schema; the type takes any.",
    "Keys of a map are texts.",
    "Check the names before you send a value.";

    REFERENCE_AMBIGUOUS, "reference-ambiguous", Lossy,
    "A `$dynamicRef` means several schemas; any value is accepted.",
    "What it means depends on how it is reached, which a type does not know.",
    "Describe a schema for each use in an overlay.";

    REFERENCE_LOOP, "reference-loop", Lossy,
    "A reference leads to itself; what it stands for is left out, or any value is accepted.",
    "It describes nothing.",
    "Correct the reference in an overlay.";

    REFERENCE_UNRESOLVED, "reference-unresolved", Lossy,
    "A reference does not resolve; what it stands for is left out, or any value is accepted.",
    "The document has nothing at that place.",
    "Correct the reference in an overlay.";

    REQUEST_TYPE, "request-type", Lossless,
    "A schema with required `readOnly` or `writeOnly` fields is two types: one for requests, one for responses.",
    "The fields are required in one direction only.",
    NOTHING;

    REQUEST_TYPE_SHARED, "request-type-shared", Lossy,
    "A base has required `readOnly` or `writeOnly` fields, which are optional in both directions.",
    "A base with a discriminator is one type for requests and responses.",
    "Describe requests and responses by schemas of their own.";

    SCHEMA_DEPTH, "schema-depth", Lossy,
    "A schema is too deep for a type; any value is accepted.",
    "Types within types would have no end otherwise.",
    "Make components of its parts.";

    SCHEMA_HOISTED, "schema-hoisted", Lossless,
    "A reference into the middle of the document is a component of its own.",
    "Every type needs a name.",
    NOTHING;

    SERVER_DEFAULT, "server-default", Lossless,
    "The server fills in a default; the client leaves the field out.",
    "An absent field means the default.",
    NOTHING;

    SERVER_LIMIT, "server-limit", Lossless,
    "The server checks a limit; the client does not.",
    "A value that breaks the limit is rejected by the server.",
    NOTHING;

    TUPLE, "tuple", Lossy,
    "The elements of a list have types by position; each may be any of them.",
    "A list has one type of elements.",
    "Check the order of the elements before you send a list.";

    TYPE_RENAMED, "type-renamed", Lossless,
    "A type has another name than its schema.",
    "The name of the schema is taken, or is not valid in Rust.",
    NOTHING;

    UNDECLARED_FIELD, "undeclared-field", Lossless,
    "An object has a field that only `required` names; it is kept with the unknown ones.",
    "Nothing else is known of it.",
    "Describe the field.";

    UNEVALUATED_ITEMS, "unevaluated-items", Lossy,
    "Elements beyond those described are restricted; the type allows any.",
    "Which elements are described can depend on values.",
    CORRECT;

    UNEVALUATED_PROPERTIES, "unevaluated-properties", Lossy,
    "Fields beyond those described are restricted; the type allows any.",
    "Which fields are described can depend on values.",
    CORRECT;

    UNION_ANYTHING, "union-anything", Lossless,
    "One alternative of a union is any value, and so is the union.",
    "A value always matches that alternative.",
    "Describe the alternative if the client should know it.";

    UNION_BESIDE, "union-beside", Lossy,
    "Unions within unions are without the fields that stand beside the outermost.",
    "Unions that list each other would be joined without end.",
    CORRECT;

    UNION_CONSTRAINTS, "union-constraints", Lossless,
    "The alternatives of a union only restrict which fields are present; they are left out.",
    "The server checks them, and the types are the same.",
    NOTHING;

    UNION_SCALARS, "union-scalars", Lossless,
    "A text, a number or a boolean is any JSON value.",
    "A number keeps all of its digits that way.",
    NOTHING;

    UNION_TEXTS, "union-texts", Lossless,
    "Alternatives that are all texts are one type, with the known values of all.",
    "A text does not say which alternative it is.",
    NOTHING;

    UNION_UNDECIDED, "union-undecided", Lossy,
    "A value may be several variants of a union; the one with more of its fields is taken.",
    "The document does not say how to distinguish the variants.",
    "Add a discriminator, or a field with a constant value for each variant.";
}
