//! The codes of report lines about schemas.

use crate::codes::code::{CORRECT, NOTHING, codes};

codes! { SCHEMAS:
    ALL_OF_CLOSED, "all-of-closed", Lossless,
    "A part of an `allOf` allows only its own fields, or restricts all others to a type. The type allows all fields, and the fields of the other parts keep their types.",
    "The part would reject the fields that the other parts describe.",
    "In an overlay, use `unevaluatedProperties` for the whole object.";

    ALL_OF_FIELDS, "all-of-fields", Lossy,
    "Several parts of an `allOf` describe the same field, element or additional property differently. Only one description is used.",
    "Each field has one type, but a value must satisfy all descriptions.",
    CORRECT;

    ALL_OF_RECURSION, "all-of-recursion", Lossy,
    "A schema extends a schema that contains it. The type is generated without this extension.",
    "Its fields would contain themselves endlessly.",
    CORRECT;

    ALL_OF_TYPES, "all-of-types", Lossy,
    "Several parts of an `allOf` have different types. The first type is used.",
    "No value satisfies all parts.",
    CORRECT;

    ALL_OF_UNIONS, "all-of-unions", Lossy,
    "An `allOf` combines several unions. Only the first union is used.",
    "The combination of several unions can't be represented as a type.",
    "In an overlay, describe one union of all combinations.";

    ALL_OF_VALUES, "all-of-values", Lossy,
    "Several parts of an `allOf` list values, but no value is in all lists. The first list is used.",
    "No value satisfies all parts.",
    CORRECT;

    BASE_URI, "base-uri", Lossy,
    "References that do not resolve relative to the surrounding `$id`, or that name files relative to `$self`, are resolved relative to the document.",
    "According to the standard, these references are invalid or have another target.",
    "Write the references as JSON pointers from the root of the document.";

    CONDITION, "condition", Lossy,
    "A schema has an `if`. The fields of `then` and `else` are optional in the type.",
    "A type can't depend on values.",
    "Check the condition before you send a value.";

    CONTAINS, "contains", Lossy,
    "A list must contain certain elements, which the type does not enforce.",
    "A list has one type for all elements.",
    "Check the list before you send it.";

    CONTENT_SCHEMA, "content-schema", Lossy,
    "A string contains data that a schema describes. The type is a plain string.",
    "The client does not decode strings inside values.",
    "Decode the string as a type of your own.";

    DEPENDENT_SCHEMAS, "dependent-schemas", Lossy,
    "Some fields are allowed or required only if other fields are present. They are optional in the type.",
    "A type can't depend on values.",
    "Check which fields belong together before you send a value.";

    DIALECT, "dialect", Lossy,
    "Schemas use a dialect that the generator does not support. They are read in the dialect of OpenAPI.",
    "Another dialect can give keywords a different meaning.",
    "Describe the schemas in the dialect of OpenAPI.";

    DISCRIMINATOR_MAPPING, "discriminator-mapping", Lossy,
    "The mapping of a discriminator leads to a schema that does not exist, or no schema extends the base schema that has the mapping. It is ignored.",
    "Without these schemas, the values in the mapping select no variant.",
    "In an overlay, correct the mapping or describe the schemas.";

    DISCRIMINATOR_SUBTYPES, "discriminator-subtypes", Lossless,
    "A base schema with a discriminator is represented as a union of the schemas that extend it.",
    "The discriminator selects the schema that a value has.",
    NOTHING;

    DISCRIMINATOR_VALUES, "discriminator-values", Lossless,
    "In each variant, the discriminator's field is an enum of the values that select the variant.",
    "These values select the variant when a response is decoded.",
    NOTHING;

    ENUM_OPEN, "enum-open", Lossless,
    "An enum of numbers, lists or objects, an enum without values, or an enum in a header, accepts every value of its type.",
    "The server can add values later.",
    NOTHING;

    ENUM_TYPES, "enum-types", Lossy,
    "No single type contains all values of an enum, or a schema has an unknown type. Every JSON value is accepted.",
    "The client must accept everything that the API sends.",
    "Correct the values or the type in an overlay.";

    ENUM_TEXTS, "enum-texts", Lossless,
    "An enum of strings contains a number or a boolean, which is read as a string.",
    "YAML reads unquoted values such as `1` and `true` as numbers and booleans.",
    "Quote the value.";

    GENERATOR_FAILURE, "generator-failure", Lossy,
    "The generator libraries fail on a schema, which now accepts every JSON value, or on an operation, which is dropped.",
    "The rest of the client remains usable.",
    "Correct the schema or operation in an overlay, or report it to the generator's maintainers.";

    NOT, "not", Lossy,
    "A schema excludes values that the type allows.",
    "A type can't exclude values.",
    "Check for excluded values before you send a value.";

    NUMBER_PRECISION, "number-precision", Lossy,
    "A number may have more digits than a 64-bit integer or a double can hold.",
    "JSON decoders read such numbers as doubles.",
    "If the API accepts a string, describe the number as a string in an overlay.";

    OBJECT_EMPTY, "object-empty", Lossless,
    "An object allows no fields. Its type is a map, which may have any fields.",
    "The server can add fields later.",
    NOTHING;

    PATTERN_PROPERTIES, "pattern-properties", Lossy,
    "Patterns of names describe different fields. Each of these fields may have any of the described types.",
    "A map has one type for all values.",
    "Check the names against their patterns before you send a value.";

    PROPERTY_NAMES, "property-names", Lossy,
    "The names of fields must match a schema. The type allows all names.",
    "The keys of a map are plain strings.",
    "Check the names before you send a value.";

    REFERENCE_AMBIGUOUS, "reference-ambiguous", Lossy,
    "A `$dynamicRef` can refer to several schemas. Every JSON value is accepted.",
    "The target depends on the path to the reference, which a type can't express.",
    "In an overlay, describe a separate schema for each use.";

    REFERENCE_LOOP, "reference-loop", Lossy,
    "A reference leads back to itself. The referring element is omitted, or every JSON value is accepted.",
    "A circular reference describes nothing.",
    "Correct the reference in an overlay.";

    REFERENCE_UNRESOLVED, "reference-unresolved", Lossy,
    "A reference can't be resolved. The referring element is omitted, or every JSON value is accepted.",
    "The document has no element at this location.",
    "Correct the reference in an overlay.";

    REQUEST_TYPE, "request-type", Lossless,
    "A schema with required `readOnly` or `writeOnly` fields has two types: one for requests and one for responses.",
    "The fields are required in one direction only.",
    NOTHING;

    REQUEST_TYPE_SHARED, "request-type-shared", Lossy,
    "A base schema has required `readOnly` or `writeOnly` fields. They are optional in both directions.",
    "A base schema with a discriminator has a single type for requests and responses.",
    "Describe requests and responses by separate schemas.";

    SCHEMA_DEPTH, "schema-depth", Lossy,
    "A schema is nested too deeply. Every JSON value is accepted.",
    "Each nested schema needs its own type, so the depth is limited.",
    "Move the nested schemas to components.";

    SCHEMA_HOISTED, "schema-hoisted", Lossless,
    "The target of a reference to a location outside the component schemas becomes a component.",
    "Every type needs a name.",
    NOTHING;

    SERVER_DEFAULT, "server-default", Lossless,
    "The server applies a default value. The client omits the field.",
    "An absent field has the default value.",
    NOTHING;

    SERVER_LIMIT, "server-limit", Lossless,
    "The server checks a limit. The client does not.",
    "The server rejects values that exceed the limit.",
    NOTHING;

    TUPLE, "tuple", Lossy,
    "The types of a list's elements depend on their positions. Each element may have any of these types.",
    "A list has one type for all elements.",
    "Check the order of the elements before you send a list.";

    TYPE_RENAMED, "type-renamed", Lossless,
    "A type has a different name from its schema.",
    "The name of the schema is already in use or is not a valid Rust name.",
    NOTHING;

    UNDECLARED_FIELD, "undeclared-field", Lossless,
    "An object requires a field that it does not describe. The field is kept with the undescribed fields.",
    "Its type is unknown.",
    "Describe the field.";

    UNEVALUATED_ITEMS, "unevaluated-items", Lossy,
    "The elements that are not described are restricted. The type allows any elements.",
    "Values can determine which elements are described.",
    CORRECT;

    UNEVALUATED_PROPERTIES, "unevaluated-properties", Lossy,
    "The fields that are not described are restricted. The type allows any fields.",
    "Values can determine which fields are described.",
    CORRECT;

    UNION_ANYTHING, "union-anything", Lossless,
    "A union has an alternative that accepts every JSON value, so the union accepts every JSON value.",
    "Every value matches this alternative.",
    "Describe the alternative in more detail if it should have a type.";

    UNION_BESIDE, "union-beside", Lossy,
    "A nested union does not have the fields that are described beside the outermost union.",
    "For unions that contain each other, combining the fields would not end.",
    CORRECT;

    UNION_CONSTRAINTS, "union-constraints", Lossless,
    "The alternatives of a union only restrict which fields are present. They are ignored.",
    "The server checks these restrictions, and all alternatives have the same type.",
    NOTHING;

    UNION_SCALARS, "union-scalars", Lossless,
    "A union of string, number and boolean accepts every JSON value.",
    "As a JSON value, a number keeps all of its digits.",
    NOTHING;

    UNION_TEXTS, "union-texts", Lossless,
    "Alternatives that are all strings are represented as one type with the known values of all alternatives.",
    "A string does not identify its alternative.",
    NOTHING;

    UNION_UNDECIDED, "union-undecided", Lossy,
    "A value may match several variants of a union. The variant that describes most of it is chosen, or the more specific one.",
    "The document does not specify how to distinguish the variants.",
    "Add a discriminator, or a field with a constant value for each variant.";
}
