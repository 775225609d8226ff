//! HTTP statuses: which of them are final, their order, and the names of their variants.

use openapi_review::rust_names;

/// Returns whether this is the code or range of a success or error. Other responses (1xx, 3xx) are
/// returned as undocumented responses.
pub(super) fn is_final(code: &str) -> bool {
    let rest = code.get(1..).unwrap_or_default();
    code.len() == 3
        && code.starts_with(['2', '4', '5'])
        && (rest == "XX" || rest.chars().all(|c| c.is_ascii_digit()))
}

/// Returns a sort key: codes first, then ranges, then `default`.
pub(super) fn rank(status: &str) -> (u8, String) {
    let rank = match status {
        "default" => 2,
        range if range.ends_with("XX") => 1,
        _ => 0,
    };
    (rank, status.to_owned())
}

/// Returns the name of the variant for a status.
pub(super) fn name(status: &str) -> String {
    let known = REASONS.iter().find(|(code, _)| *code == status).map(|(_, reason)| *reason);
    known.map_or_else(|| format!("Status{}", rust_names::joined(status)), str::to_owned)
}

const REASONS: [(&str, &str); 46] = [
    ("default", "Other"),
    ("2XX", "Success"),
    ("4XX", "ClientError"),
    ("5XX", "ServerError"),
    ("200", "Ok"),
    ("201", "Created"),
    ("202", "Accepted"),
    ("203", "NonAuthoritative"),
    ("204", "NoContent"),
    ("205", "ResetContent"),
    ("206", "PartialContent"),
    ("207", "MultiStatus"),
    ("208", "AlreadyReported"),
    ("400", "BadRequest"),
    ("401", "Unauthorized"),
    ("402", "PaymentRequired"),
    ("403", "Forbidden"),
    ("404", "NotFound"),
    ("405", "MethodNotAllowed"),
    ("406", "NotAcceptable"),
    ("407", "ProxyAuthenticationRequired"),
    ("408", "RequestTimeout"),
    ("409", "Conflict"),
    ("410", "Gone"),
    ("411", "LengthRequired"),
    ("412", "PreconditionFailed"),
    ("413", "ContentTooLarge"),
    ("414", "UriTooLong"),
    ("415", "UnsupportedMediaType"),
    ("416", "RangeNotSatisfiable"),
    ("417", "ExpectationFailed"),
    ("418", "Teapot"),
    ("421", "MisdirectedRequest"),
    ("422", "UnprocessableContent"),
    ("423", "Locked"),
    ("424", "FailedDependency"),
    ("425", "TooEarly"),
    ("426", "UpgradeRequired"),
    ("428", "PreconditionRequired"),
    ("429", "TooManyRequests"),
    ("431", "HeaderFieldsTooLarge"),
    ("451", "UnavailableForLegalReasons"),
    ("500", "InternalServerError"),
    ("502", "BadGateway"),
    ("503", "ServiceUnavailable"),
    ("504", "GatewayTimeout"),
];
