//! HTTP methods.

/// The members of a path item that are operations, in the order in which they are written. `query`
/// exists since OpenAPI 3.2.
pub const METHODS: [&str; 9] =
    ["get", "post", "put", "patch", "delete", "head", "options", "trace", "query"];
