//! The kinds of changes, each with its code.

use std::fmt;

use crate::explanation::{Explanation, Topic};

/// Defines kinds of changes, each with its stable code, its meaning, its consequences, and advice.
macro_rules! kinds {
    (
        $(#[doc = $doc:literal])*
        $name:ident, $topic:expr;
        $($(#[doc = $meant:literal])* $kind:ident = $code:literal: $meaning:literal, $reason:literal, $action:literal;)*
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[doc = $meant])* $kind,)*
        }

        impl $name {
            /// All kinds, in the order of their codes.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// Returns the stable code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$kind => $code,)*
                }
            }

            /// Returns the explanation of the code.
            #[must_use]
            pub fn explanation(self) -> Explanation {
                let (meaning, reason, action) = match self {
                    $(Self::$kind => ($meaning, $reason, $action),)*
                };
                let (code, topic, reference) = (self.code(), $topic, None);
                Explanation { code, topic, meaning, reason, action, reference }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}

kinds! {
    /// The kind of a change of the API.
    Kind, Topic::Api;
    /// Undescribed fields are limited, allowed or forbidden.
    AdditionalProperties = "additional-properties": "Undescribed fields are limited, allowed or \
        forbidden.", "A sender may send them; a reader may receive them.", "Check whether callers \
        send, or rely on, fields that the document does not name.";
    /// A value has a new alternative.
    AlternativeAdded = "alternative-added": "A value has a new alternative.", "A reader of a \
        response may receive a value of a shape that it does not know.", "Make readers keep \
        values that match no alternative.";
    /// A value has lost an alternative.
    AlternativeRemoved = "alternative-removed": "A value has lost an alternative.", "A caller \
        that sends the alternative may be rejected.", "Send one of the other alternatives.";
    /// The requirement to match one, or exactly one, of several alternatives changed.
    Alternatives = "alternatives": "The requirement to match one, or exactly one, of several \
        alternatives changed.", "Values that were valid may no longer be.", "Compare the \
        alternatives of both sides.";
    /// A status has a separate response.
    AnswerAdded = "answer-added": "A status has a separate response.", "A new success status is \
        not expected by clients; they have to expect errors of any status.", "Handle the status, or treat it by its class.";
    /// A status is no longer described.
    AnswerRemoved = "answer-removed": "A status is no longer described.", "Clients may rely on \
        the response.", "Check whether the server still sends the status.";
    /// A request now has a body.
    BodyAdded = "body-added": "A request now has a body.", "If it is required, callers do not \
        send one yet.", "Send the body.";
    /// A request body became optional.
    BodyNowOptional = "body-now-optional": "A request body became optional.", "A receiver may get \
        a request without one.", "Nothing for callers; receivers must accept an empty request.";
    /// A request body became required.
    BodyNowRequired = "body-now-required": "A request body became required.", "Callers may leave \
        it out today.", "Send the body.";
    /// A request no longer has a body.
    BodyRemoved = "body-removed": "A request no longer has a body.", "A server may reject a \
        request with one.", "Stop sending the body.";
    /// A limit on a size, a number or items changed.
    Constraint = "constraint": "A limit on a size, a number or items changed.", "A narrower limit \
        rejects values that are sent today; a wider one lets readers receive more.", "Compare the limit with the values that you send or store.";
    /// The default of a value changed.
    Default = "default": "The default of a value changed.", "Omitting the value may now have \
        another effect.", "Send the value, or check that the new default is right.";
    /// Something is deprecated, or no longer is.
    Deprecated = "deprecated": "Something is deprecated, or no longer is.", "It still works; the vendor plans to remove it.", "Look for its successor in the description.";
    /// The discriminator of a value's alternatives changed.
    Discriminator = "discriminator": "The discriminator of a value's alternatives changed.", "A \
        reader may mistake one alternative for another.", "Compare the values of the property \
        with the schemas that they lead to.";
    /// Only documentation changed.
    Docs = "docs": "Only documentation changed.", "No value that is sent changes.", "Nothing; \
        read it if you use the part.";
    /// The encoding of a body's parts changed.
    Encoding = "encoding": "The encoding of a body's parts changed.", "The bytes of the same \
        value differ.", "Encode the parts as the new document specifies.";
    /// A value must be in a list, or no longer must be.
    Enum = "enum": "A value must be in a list, or no longer must be.", "A list rejects \
        other values; without it a reader may receive any.", "Compare the list with the values that you send, or handle unknown values.";
    /// An additional value is allowed.
    EnumValueAdded = "enum-value-added": "An additional value is allowed.", "A reader of a \
        response may receive a value that it does not know.", "Handle unknown values. Clients that this generator writes keep them.";
    /// A value is no longer allowed.
    EnumValueRemoved = "enum-value-removed": "A value is no longer allowed.", "A caller that sends it may be rejected.", "Send another value.";
    /// An object has a new field.
    FieldAdded = "field-added": "An object has a new field.", "A required one is missing in what callers send; a closed object may be refused by readers.", "Send the field if it is required.";
    /// A field became optional.
    FieldNowOptional = "field-now-optional": "A field became optional.", "Readers may rely on \
        it.", "Handle its absence.";
    /// A field became required.
    FieldNowRequired = "field-now-required": "A field became required.", "Callers may leave it \
        out today.", "Send the field.";
    /// A field was removed.
    FieldRemoved = "field-removed": "A field was removed.", "Callers may still send it; readers \
        may need it.", "Stop using the field.";
    /// The format of a value changed.
    Format = "format": "The format of a value changed.", "The same text may no longer be valid, \
        or be read differently.", "Check how you write and parse the value.";
    /// A response has a new header.
    HeaderAdded = "header-added": "A response has a new header.", "Readers may ignore it.", "Nothing, unless you send the response.";
    /// A header became required or optional.
    HeaderPresence = "header-presence": "A header became required or optional.", "Readers may \
        rely on it.", "Handle its absence.";
    /// A response no longer has a header.
    HeaderRemoved = "header-removed": "A response no longer has a header.", "Clients may rely on \
        it.", "Stop using the header.";
    /// A body may have one more media type.
    MediaTypeAdded = "media-type-added": "A body may have one more media type.", "A server that chooses by itself may send a body that clients can't read.", "Send `Accept` with the types that you read.";
    /// A body may no longer have a media type.
    MediaTypeRemoved = "media-type-removed": "A body may no longer have a media type.", "Clients \
        may send or request it.", "Use one of the other media types.";
    /// A field or mark changed that is irrelevant in this direction.
    NotSent = "not-sent": "A field or mark changed that is irrelevant in this direction.", "It is \
        not sent this way.", "Nothing.";
    /// A value became nullable, or is no longer nullable.
    Null = "null": "A value became nullable, or is no longer nullable.", "A reader may receive \
        null, or a \
        sender may be rejected for it.", "Handle null, or stop sending it.";
    /// There is a new operation.
    OperationAdded = "operation-added": "There is a new operation.", "It has no callers yet.", "Nothing.";
    /// An operation has another id.
    OperationId = "operation-id": "An operation has another id.", "It is not sent, but generated \
        clients name their methods by it.", "Rename the calls of generated methods.";
    /// An operation has another method or path.
    OperationMoved = "operation-moved": "An operation has another method or path.", "Callers use \
        the old one.", "Call the new one.";
    /// An operation was removed.
    OperationRemoved = "operation-removed": "An operation was removed.", "Its callers can no \
        longer \
        call it.", "Look for a replacement in the description.";
    /// An operation has a new parameter.
    ParameterAdded = "parameter-added": "An operation has a new parameter.", "Callers do not send \
        a required one yet.", "Send it if it is required.";
    /// A parameter moved to another place.
    ParameterMoved = "parameter-moved": "A parameter moved to another place.", "Callers send it \
        in the old place.", "Send it in the new place.";
    /// A parameter became optional.
    ParameterNowOptional = "parameter-now-optional": "A parameter became optional.", "A receiver \
        may get a request without it.", "Nothing for callers.";
    /// A parameter became required.
    ParameterNowRequired = "parameter-now-required": "A parameter became required.", "Callers may \
        leave it out today.", "Send it.";
    /// A parameter was removed.
    ParameterRemoved = "parameter-removed": "A parameter was removed.", "Callers may still send \
        it.", "Stop sending it.";
    /// The serialization of a parameter changed.
    ParameterStyle = "parameter-style": "The serialization of a parameter changed.", "The same \
        value is serialized differently.", "Serialize it as the new document specifies.";
    /// The pattern of a text changed.
    Pattern = "pattern": "The pattern of a text changed.", "Texts that matched may no longer match.", "Check the texts that you send.";
    /// A schema has another name.
    SchemaRenamed = "schema-renamed": "A schema has another name.", "Names of schemas are not sent.", "Nothing; types of generated clients may have other names.";
    /// A security scheme offers other scopes.
    Scope = "scope": "A security scheme offers other scopes.", "Callers may request one that was \
        removed.", "Compare the scopes with those that you request.";
    /// An operation requires other credentials.
    Security = "security": "An operation requires other credentials.", "Credentials that were \
        sufficient may no longer be.", "Check which credentials your callers have.";
    /// The servers changed.
    Server = "server": "The servers changed.", "Callers use the old URLs.", "Compare the URLs with the one that you configured.";
    /// The type of a value changed.
    Type = "type": "The type of a value changed.", "Values that were valid may no longer be, and \
        readers may receive others.", "Change what you send, or how you read it.";
    /// A schema that no operation uses changed.
    UnusedSchema = "unused-schema": "A schema that no operation uses changed.", "Nothing that is sent changes.", "Nothing.";
}

kinds! {
    /// The kind of a change of the generated client.
    ClientKind, Topic::Client;
    /// The client has a new method, type, constant or kind of job.
    Added = "added": "The client has a new method, type, constant or kind of job.", "Existing code still \
        compiles.", "Nothing.";
    /// A method or type has the same signature but another behavior.
    Behaviour = "behaviour": "A method or type has the same signature but another behavior.", "The request, the responses or the accepted values differ.", "Read the change of the API that causes it.";
    /// A type is constructed differently.
    Constructor = "constructor": "A type is constructed differently.", "Code that constructs it \
        no longer compiles.", "Use the remaining constructor.";
    /// A method is deprecated, or no longer is.
    Deprecated = "deprecated": "A method is deprecated, or no longer is.", "The compiler warns \
        where it is called.", "Look for its successor in the description.";
    /// A struct has a new field.
    FieldAdded = "field-added": "A struct has a new field.", "A required one is an argument of \
        `new`.", "Pass it to `new`.";
    /// A field's optionality changed, but not its type.
    FieldPresence = "field-presence": "A field's optionality changed, but not its type.", "`Field` covers both.", "Handle the new case.";
    /// A struct no longer has a field.
    FieldRemoved = "field-removed": "A struct no longer has a field.", "Code that uses it no \
        longer compiles.", "Stop using it.";
    /// A field has another type.
    FieldType = "field-type": "A field has another type.", "Code that uses it may no longer compile.", "Adapt it to the new type.";
    /// A method, type, constant or kind of job was removed.
    Removed = "removed": "A method, type, constant or kind of job was removed.", "Code that uses it no \
        longer \
        compiles.", "Stop using it.";
    /// A method, type or field has another name.
    Renamed = "renamed": "A method, type or field has another name.", "Code that uses it no \
        longer compiles.", "Use the new name.";
    /// A method takes or returns other types.
    Signature = "signature": "A method takes or returns other types.", "Code that calls it may no longer compile.", "Adapt the calls.";
    /// A type became another kind of type.
    TypeChanged = "type-changed": "A type became another kind of type.", "Code that uses it may \
        no longer compile.", "Adapt it to the new type.";
    /// A struct now keeps unknown fields, or no longer does.
    UnknownFields = "unknown-fields": "A struct now keeps unknown fields, or no longer does.", "The map of unknown fields is added or removed.", "Adapt code that uses the map.";
    /// An enum has a new variant.
    VariantAdded = "variant-added": "An enum has a new variant.", "Values of the new variant are \
        no longer `Unknown`.", "Handle the variant.";
    /// An enum no longer has a variant.
    VariantRemoved = "variant-removed": "An enum no longer has a variant.", "Code that names it \
        no longer compiles.", "Stop using it.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order() {
        let api: Vec<&str> = Kind::ALL.iter().map(|kind| kind.code()).collect();
        let client: Vec<&str> = ClientKind::ALL.iter().map(|kind| kind.code()).collect();
        for codes in [api, client] {
            assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
        }
    }
}
