//! The codes of report lines about operations and their parts.

use crate::codes::code::{CORRECT, NOTHING, codes};

codes! { OPERATIONS:
    ARGUMENT_RENAMED, "argument-renamed", Lossless,
    "A path contains the same name several times, or names that are equal in Rust. Each one becomes a separate argument.",
    "Arguments need distinct names.",
    NOTHING;

    BODY_ALTERNATIVES, "body-alternatives", Lossless,
    "A multipart body is a union. The fields of all alternatives are optional parts.",
    "The parts are the fields of one object. The caller is responsible for sending parts that belong together.",
    NOTHING;

    BODY_MEDIA_TYPES, "body-media-types", Lossy,
    "A request body has several media types, or a range of them. The client sends one of them.",
    "A method has one type for its body.",
    CORRECT;

    CALLBACK, "callback", Lossy,
    "A request that the server sends during an operation is omitted, because no type describes it.",
    "The client only sends requests.",
    "Decode the requests that your server receives as types of your own.";

    COOKIE_STYLE, "cookie-style", Lossy,
    "A list or object in a cookie is sent as one comma-separated value.",
    "The client sends one cookie per parameter.",
    "Check that the server accepts this form, or describe the cookie as a string.";

    ENCODING_POSITIONS, "encoding-positions", Lossy,
    "The encoding of parts by position, or of nested parts, is ignored.",
    "The client sends parts by name and does not nest them.",
    CORRECT;

    FILE_BUNDLED, "file-bundled", Lossless,
    "Another file has been included in the document.",
    "The generator reads a single document.",
    NOTHING;

    HEADER_OMITTED, "header-omitted", Lossy,
    "A response header has an invalid name and is omitted, or responses describe it differently and the first description is used.",
    "All headers of an operation are read into one type.",
    "Correct the header in an overlay, or read it from the raw response.";

    HEADER_TEXT, "header-text", Lossy,
    "The value of a response header is a list, an object or a union. Its type is a string.",
    "The client does not parse the values of headers.",
    "Parse the string yourself.";

    NESTED_DEEP_OBJECT, "nested-deep-object", Lossless,
    "A parameter of the style `deepObject` contains lists or objects below the first level. A field is sent as `a[b][c]=1`, an element as `a[b][]=1`, and an element that is a list or an object as `a[b][0][c]=1`.",
    "The standard defines this style for one level only. The client extends it in the most common way.",
    "Check that the server accepts this form.";

    NESTED_STYLE, "nested-style", Lossy,
    "A parameter or a form field contains lists or objects within a list or an object. The client sends the inner ones as JSON.",
    "The style does not define how nested values are written.",
    "Check that the server accepts JSON, or use the style `deepObject`.";

    OPERATION_ID, "operation-id", Lossless,
    "The name of a method is not taken from the operation's id, because the id is missing or already in use.",
    "Every method needs a distinct name.",
    "Add an id in an overlay, so that the name does not change with the path.";

    OPERATION_PATH, "operation-path", Lossy,
    "The path of an operation is malformed. The operation is dropped.",
    "The client can't build a request from the path.",
    "Correct the path in an overlay.";

    PARAMETER_CONTENT, "parameter-content", Lossy,
    "A parameter has content that is not JSON. Its argument is a string with the encoded content.",
    "The client encodes only JSON and forms.",
    "Encode the content yourself.";

    PARAMETER_EMPTY, "parameter-empty", Lossy,
    "A parameter may be sent without a value, but its type has no empty value.",
    "The argument is a number, a boolean or an enum.",
    "If the server requires an empty value, describe the parameter as a string in an overlay.";

    PARAMETER_IGNORED, "parameter-ignored", Lossless,
    "A parameter describes the header `Accept`, `Content-Type` or `Authorization`. It does not become an argument.",
    "According to the standard, such a parameter is ignored: media types and security schemes describe these headers.",
    "Send credentials by `HttpTransport::with_credential` or in your own transport, or describe a security scheme in an overlay.";

    PARAMETER_OMITTED, "parameter-omitted", Lossy,
    "A parameter can't be placed in the request. It is omitted.",
    "Its name or its location is invalid.",
    "Correct the parameter in an overlay.";

    PARAMETER_STYLE, "parameter-style", Lossy,
    "A parameter has a style that the standard does not define for its location. The client uses the default style.",
    "The form of the value is undefined.",
    "Correct the style in an overlay.";

    PARAMETER_UNDECLARED, "parameter-undeclared", Lossless,
    "A name in the path is not declared as a parameter. Its argument is a string.",
    "The path can't be built without it.",
    "Declare the parameter in an overlay.";

    PART_HEADERS, "part-headers", Lossy,
    "The headers of a part of a body are ignored.",
    "The client sends parts with a name and a media type only.",
    CORRECT;

    PART_STYLE, "part-style", Lossy,
    "The style of a part of a body is ignored.",
    "The client sends a list as several parts with the same name, and an object as JSON.",
    CORRECT;

    RESERVED_CHARACTERS, "reserved-characters", Lossy,
    "A path or cookie parameter allows reserved characters. The client escapes them.",
    "Unescaped, they would end the path segment or the cookie.",
    "Check that the server decodes escaped characters.";

    RESPONSE_INTERIM, "response-interim", Lossless,
    "A response that is neither a success nor an error is not a result of the method.",
    "The method returns final responses. Other responses are returned as undocumented.",
    NOTHING;

    RESPONSE_INTERIM_BODY, "response-interim-body", Lossy,
    "The body of a response that is neither a success nor an error has no type.",
    "The method returns final responses. Other responses are returned as undocumented, with their bodies as bytes.",
    "Decode the body of the undocumented response yourself.";

    RESPONSE_STREAMS, "response-streams", Lossy,
    "An operation returns several types of streams. The client reads the first one.",
    "A method returns one type of stream.",
    CORRECT;

    RESPONSE_UNDESCRIBED, "response-undescribed", Lossless,
    "An operation describes no success. A success is returned as bytes.",
    "The type of a success is unknown.",
    "Describe the success in an overlay.";

    SECURITY_SCHEME, "security-scheme", Lossy,
    "The client does not apply the credentials of a security scheme.",
    "It applies API keys, bearer tokens and basic authentication.",
    "Apply the credentials in your own transport.";

    SEVERAL_SERVERS, "several-servers", Lossless,
    "A path or an operation has several servers. The first one is used.",
    "A method sends its request to a single base URL.",
    "Choose another server with `Client::with_server`.";

    UNTYPED_MEDIA, "untyped-media", Lossy,
    "A body with a schema has a media type that the client does not decode. Its type is bytes or a string.",
    "Only JSON, form and multipart bodies have types.",
    "Encode or decode the body yourself.";

    WEBHOOK_TYPES, "webhook-types", Lossless,
    "The payload of a webhook or callback has a type, but the client does not receive it.",
    "The client only sends requests.",
    "Decode the requests that your server receives as this type.";
}
