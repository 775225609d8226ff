//! What sorts of changes there are, each with its code.

use std::fmt;

use crate::explanation::{Explanation, Topic};

/// Sorts of changes: each with its stable code, and with what the code means, why
/// it matters and what to do.
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
            /// All of them, in the order of their codes.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// The stable code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$kind => $code,)*
                }
            }

            /// What the code means.
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
    /// What sort of change of the API it is.
    Kind, Topic::Api;
    /// The fields beside those that are described are limited, allowed or forbidden.
    AdditionalProperties = "additional-properties": "The fields beside those that are described are limited, allowed or forbidden.", "A sender may use them; a reader may meet them.", "Check whether callers send, or rely on, fields that the document does not name.";
    /// A value may be one more of several alternatives.
    AlternativeAdded = "alternative-added": "A value may be one more of several alternatives.", "A reader of a response may receive a value of a shape that it does not know.", "Make readers keep values that match no alternative.";
    /// A value may no longer be one of its alternatives.
    AlternativeRemoved = "alternative-removed": "A value may no longer be one of its alternatives.", "A caller that sends the alternative may be rejected.", "Send one of the other alternatives.";
    /// Whether a value has to be one of several alternatives, or exactly one of them, changed.
    Alternatives = "alternatives": "Whether a value has to be one of several alternatives, or exactly one of them, changed.", "Values that were valid may no longer be.", "Compare the alternatives of both sides.";
    /// A status has a response of its own.
    AnswerAdded = "answer-added": "A status has a response of its own.", "A new success status is not expected by clients; they have to expect errors of any status.", "Handle the status, or treat it by its class.";
    /// A status is no longer described.
    AnswerRemoved = "answer-removed": "A status is no longer described.", "Clients may rely on the response.", "Check whether the server still sends the status.";
    /// A request has a body now.
    BodyAdded = "body-added": "A request has a body now.", "If it is required, callers do not send one yet.", "Send the body.";
    /// A body may be left out.
    BodyNowOptional = "body-now-optional": "A body may be left out.", "A receiver may get a request without one.", "Nothing for callers; receivers have to take an empty request.";
    /// A body has to be sent.
    BodyNowRequired = "body-now-required": "A body has to be sent.", "Callers may leave it out today.", "Send the body.";
    /// A request no longer has a body.
    BodyRemoved = "body-removed": "A request no longer has a body.", "A server may reject a request with one.", "Stop sending the body.";
    /// A limit on size, number, items or the like changed.
    Constraint = "constraint": "A limit on size, number, items or the like changed.", "A narrower limit rejects values that are sent today; a wider one lets readers receive more.", "Compare the limit with the values that you send or store.";
    /// What holds where a value is left out changed.
    Default = "default": "What holds where a value is left out changed.", "Leaving the value out may now mean something else.", "Send the value, or check that the new default is right.";
    /// Something is deprecated, or no longer is.
    Deprecated = "deprecated": "Something is deprecated, or no longer is.", "It still works; the vendor plans to remove it.", "Look for its successor in the description.";
    /// What tells the alternatives of a value apart changed.
    Discriminator = "discriminator": "What tells the alternatives of a value apart changed.", "A reader may take one alternative for another.", "Compare the values of the property with the schemas that they lead to.";
    /// Only what people read changed.
    Docs = "docs": "Only what people read changed.", "No value that is sent changes.", "Nothing; read it if you use the part.";
    /// How the parts of a body are encoded changed.
    Encoding = "encoding": "How the parts of a body are encoded changed.", "The bytes of the same value differ.", "Encode the parts as the new document says.";
    /// A value has to be one of a list, or no longer has to be.
    Enum = "enum": "A value has to be one of a list, or no longer has to be.", "A list rejects other values; without it a reader may receive any.", "Compare the list with the values that you send, or handle unknown values.";
    /// One more value is allowed.
    EnumValueAdded = "enum-value-added": "One more value is allowed.", "A reader of a response may receive a value that it does not know.", "Handle unknown values. Clients that this generator writes keep them.";
    /// A value is no longer allowed.
    EnumValueRemoved = "enum-value-removed": "A value is no longer allowed.", "A caller that sends it may be rejected.", "Send another value.";
    /// An object has a new field.
    FieldAdded = "field-added": "An object has a new field.", "A required one is missing in what callers send; a closed object may be refused by readers.", "Send the field if it is required.";
    /// A field may be absent.
    FieldNowOptional = "field-now-optional": "A field may be absent.", "Readers may rely on it.", "Handle its absence.";
    /// A field has to be present.
    FieldNowRequired = "field-now-required": "A field has to be present.", "Callers may leave it out today.", "Send the field.";
    /// A field is gone.
    FieldRemoved = "field-removed": "A field is gone.", "Callers may still send it; readers may need it.", "Stop using the field.";
    /// The format of a value changed.
    Format = "format": "The format of a value changed.", "The same text may no longer be valid, or be read differently.", "Check how you write and parse the value.";
    /// A response has a new header.
    HeaderAdded = "header-added": "A response has a new header.", "Readers may ignore it.", "Nothing, unless you send the response.";
    /// Whether a header is always there changed.
    HeaderPresence = "header-presence": "Whether a header is always there changed.", "Readers may rely on it.", "Handle its absence.";
    /// A response no longer has a header.
    HeaderRemoved = "header-removed": "A response no longer has a header.", "Clients may rely on it.", "Stop using the header.";
    /// A body may have one more media type.
    MediaTypeAdded = "media-type-added": "A body may have one more media type.", "A server that chooses by itself may send a body that clients can't read.", "Send `Accept` with the types that you read.";
    /// A body may no longer have a media type.
    MediaTypeRemoved = "media-type-removed": "A body may no longer have a media type.", "Clients may send it or ask for it.", "Use one of the other media types.";
    /// A field or mark changed that does not matter in this direction.
    NotSent = "not-sent": "A field or mark changed that does not matter in this direction.", "It is not sent this way.", "Nothing.";
    /// Whether a value may be null changed.
    Null = "null": "Whether a value may be null changed.", "A reader may receive null, or a sender may be rejected for it.", "Handle null, or stop sending it.";
    /// There is a new operation.
    OperationAdded = "operation-added": "There is a new operation.", "Nobody uses it yet.", "Nothing.";
    /// An operation has another id.
    OperationId = "operation-id": "An operation has another id.", "It is not sent, but generated clients name their methods by it.", "Rename the calls of generated methods.";
    /// An operation has another method or path.
    OperationMoved = "operation-moved": "An operation has another method or path.", "Callers use the old one.", "Call the new one.";
    /// An operation is gone.
    OperationRemoved = "operation-removed": "An operation is gone.", "Its callers have nothing to call.", "Look for a replacement in the description.";
    /// An operation has a new parameter.
    ParameterAdded = "parameter-added": "An operation has a new parameter.", "Callers do not send a required one yet.", "Send it if it is required.";
    /// A parameter is in another place.
    ParameterMoved = "parameter-moved": "A parameter is in another place.", "Callers send it in the old place.", "Send it in the new place.";
    /// A parameter may be left out.
    ParameterNowOptional = "parameter-now-optional": "A parameter may be left out.", "A receiver may get a request without it.", "Nothing for callers.";
    /// A parameter has to be sent.
    ParameterNowRequired = "parameter-now-required": "A parameter has to be sent.", "Callers may leave it out today.", "Send it.";
    /// A parameter is gone.
    ParameterRemoved = "parameter-removed": "A parameter is gone.", "Callers may still send it.", "Stop sending it.";
    /// How a parameter is written changed.
    ParameterStyle = "parameter-style": "How a parameter is written changed.", "The same value has another text.", "Write it as the new document says.";
    /// The pattern of a text changed.
    Pattern = "pattern": "The pattern of a text changed.", "Texts that matched may no longer match.", "Check the texts that you send.";
    /// A schema has another name.
    SchemaRenamed = "schema-renamed": "A schema has another name.", "Names of schemas are not sent.", "Nothing; types of generated clients may have other names.";
    /// A security scheme offers other scopes.
    Scope = "scope": "A security scheme offers other scopes.", "Callers may ask for one that is gone.", "Compare the scopes with those that you request.";
    /// An operation asks for other credentials.
    Security = "security": "An operation asks for other credentials.", "Credentials that were enough may no longer be.", "Check which credentials your callers have.";
    /// The servers changed.
    Server = "server": "The servers changed.", "Callers use the old URLs.", "Compare the URLs with the one that you configured.";
    /// The type of a value changed.
    Type = "type": "The type of a value changed.", "Values that were valid may no longer be, and readers may receive others.", "Change what you send, or how you read it.";
    /// A schema that no operation uses changed.
    UnusedSchema = "unused-schema": "A schema that no operation uses changed.", "Nothing that is sent changes.", "Nothing.";
}

kinds! {
    /// What sort of change of the generated client it is.
    ClientKind, Topic::Client;
    /// The client has a new method, type, constant or kind of job.
    Added = "added": "The client has a new method, type, constant or kind of job.", "Code that compiles today goes on compiling.", "Nothing.";
    /// A method or type is used as before and does something else.
    Behaviour = "behaviour": "A method or type is used as before and does something else.", "The request, the responses or the accepted values differ.", "Read the change of the API that causes it.";
    /// A type can no longer be made as before.
    Constructor = "constructor": "A type can no longer be made as before.", "Code that makes one no longer compiles.", "Use the constructor that is left.";
    /// A struct has a new field.
    FieldAdded = "field-added": "A struct has a new field.", "A required one is an argument of `new`.", "Pass it where `new` asks for it.";
    /// Whether a field may be absent or null changed, and its type did not.
    FieldPresence = "field-presence": "Whether a field may be absent or null changed, and its type did not.", "`Field` covers both.", "Handle the new case.";
    /// A struct no longer has a field.
    FieldRemoved = "field-removed": "A struct no longer has a field.", "Code that uses it no longer compiles.", "Stop using it.";
    /// A field has another type.
    FieldType = "field-type": "A field has another type.", "Code that uses it may no longer compile.", "Adapt it to the new type.";
    /// A method, type, constant or kind of job is gone.
    Removed = "removed": "A method, type, constant or kind of job is gone.", "Code that uses it no longer compiles.", "Stop using it.";
    /// A method, type or field has another name.
    Renamed = "renamed": "A method, type or field has another name.", "Code that uses it no longer compiles.", "Use the new name.";
    /// A method takes or returns other types.
    Signature = "signature": "A method takes or returns other types.", "Code that calls it may no longer compile.", "Adapt the calls.";
    /// A type is another kind of type.
    TypeChanged = "type-changed": "A type is another kind of type.", "Code that uses it may no longer compile.", "Adapt it to the new type.";
    /// Whether a struct keeps fields that it does not know changed.
    UnknownFields = "unknown-fields": "Whether a struct keeps fields that it does not know changed.", "The map of them comes or goes.", "Adapt code that uses the map.";
    /// An enum has a new variant.
    VariantAdded = "variant-added": "An enum has a new variant.", "A match over all variants of a closed enum no longer compiles.", "Handle the variant.";
    /// An enum no longer has a variant.
    VariantRemoved = "variant-removed": "An enum no longer has a variant.", "Code that names it no longer compiles.", "Stop using it.";
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
