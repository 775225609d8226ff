//! Codes of lines about operations and what belongs to them.

use crate::codes::code::{CORRECT, NOTHING, codes};

codes! { OPERATIONS:
    ARGUMENT_RENAMED, "argument-renamed", Lossless,
    "A path has one name several times, or names that are the same in Rust; each is an argument.",
    "Arguments need distinct names.",
    NOTHING;

    BODY_ALTERNATIVES, "body-alternatives", Lossless,
    "A body in several parts is a union; the fields of all alternatives are optional parts.",
    "Parts are the fields of one object; which of them belong together is left to the caller.",
    NOTHING;

    BODY_MEDIA_TYPES, "body-media-types", Lossy,
    "A request body has several media types; the client sends one of them.",
    "A method has one type of body.",
    CORRECT;

    CALLBACK, "callback", Lossy,
    "A request that the server sends in the course of an operation is left out; no type describes it.",
    "The client only calls the API.",
    "Decode what your server receives into types of your own.";

    COOKIE_STYLE, "cookie-style", Lossy,
    "A list or an object in a cookie is sent as one value, separated by commas.",
    "The client writes one cookie for each parameter.",
    "Check that the server accepts this form, or describe the cookie as a text.";

    ENCODING_POSITIONS, "encoding-positions", Lossy,
    "The encoding of parts by position, or of parts within parts, is left out.",
    "The client sends parts by name, and no parts within parts.",
    CORRECT;

    FILE_BUNDLED, "file-bundled", Lossless,
    "Another file has become a part of the document.",
    "The generator reads one document.",
    NOTHING;

    HEADER_OMITTED, "header-omitted", Lossy,
    "A response header has no valid name, or differs between responses; it is left out, or the first description counts.",
    "All headers of an operation are read into one type.",
    "Correct the header in an overlay, or read it from the response.";

    HEADER_TEXT, "header-text", Lossy,
    "A response header has a list, an object or a union as its value; it is a text.",
    "The client does not split the values of headers.",
    "Split the text yourself.";

    NESTED_STYLE, "nested-style", Lossy,
    "A parameter or a field of a form has lists or objects within a list or an object; those are sent as JSON.",
    "The style does not define how they are written.",
    "Check that the server accepts JSON, or use the style `deepObject`.";

    OPERATION_ID, "operation-id", Lossless,
    "A method has another name than the operation's id, which is missing or taken.",
    "Every method needs a name of its own.",
    "Add an id in an overlay, so that the name stays when the path changes.";

    OPERATION_PATH, "operation-path", Lossy,
    "The path of an operation is malformed; the operation is dropped.",
    "A request cannot be built from it.",
    "Correct the path in an overlay.";

    PARAMETER_CONTENT, "parameter-content", Lossy,
    "A parameter has content that is not JSON; its argument is a text with that content.",
    "The client writes JSON and forms only.",
    "Write the content yourself.";

    PARAMETER_OMITTED, "parameter-omitted", Lossy,
    "A parameter has no place in the request; it is left out.",
    "Its name or its place is not valid.",
    "Correct the parameter in an overlay.";

    PARAMETER_UNDECLARED, "parameter-undeclared", Lossless,
    "A name in the path is not declared as a parameter; it is a text.",
    "The path cannot be written without it.",
    "Declare the parameter in an overlay.";

    PART_HEADERS, "part-headers", Lossy,
    "Headers of a part of a body are left out.",
    "The client sends parts with a name and a type.",
    CORRECT;

    PART_STYLE, "part-style", Lossy,
    "The style of a part of a body is left out.",
    "The client sends lists as parts of one name, and objects as JSON.",
    CORRECT;

    RESERVED_CHARACTERS, "reserved-characters", Lossy,
    "A parameter of a path or a cookie may have reserved characters; they are escaped.",
    "They would end a segment of the path, or the cookie.",
    "Check that the server decodes them.";

    RESPONSE_INTERIM, "response-interim", Lossless,
    "A response that is neither a success nor an error is not a result of the method.",
    "The method returns final responses; others are undocumented ones.",
    NOTHING;

    RESPONSE_INTERIM_BODY, "response-interim-body", Lossy,
    "The body of a response that is neither a success nor an error has no type.",
    "The method returns final responses; others are undocumented ones, with their bodies as bytes.",
    "Decode the body of the undocumented response yourself.";

    RESPONSE_STREAMS, "response-streams", Lossy,
    "An operation has streams of several kinds; the first one is read.",
    "A method returns one type of stream.",
    CORRECT;

    RESPONSE_UNDESCRIBED, "response-undescribed", Lossless,
    "An operation describes no success; one is returned as bytes.",
    "The type of a success is not known.",
    "Describe the success in an overlay.";

    SECURITY_SCHEME, "security-scheme", Lossy,
    "The client does not apply credentials of a security scheme.",
    "It applies API keys, and bearer and basic authentication.",
    "Apply the credentials in a transport of your own.";

    SEVERAL_SERVERS, "several-servers", Lossless,
    "A path or an operation has several servers; the first one is used.",
    "A method sends its request to one base URL.",
    "Choose another one with `Client::with_server`.";

    UNTYPED_MEDIA, "untyped-media", Lossy,
    "A body has a schema and a media type that the client does not decode; it is bytes or a text.",
    "Bodies in JSON, forms and parts have types; others do not.",
    "Encode or decode the body yourself.";

    WEBHOOK_TYPES, "webhook-types", Lossless,
    "The payload of a webhook or of a callback is a type, and nothing receives it.",
    "The client only calls the API.",
    "Decode what your server receives into the type.";
}
