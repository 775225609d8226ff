//! The API description as an interactive page, whose requests go to the sandbox itself.
//!
//! The viewer is Swagger UI, bundled, so that the page needs no network. See
//! `docs/swagger-ui` for its license.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Method, Response};

const PAGE: &str = include_str!("docs/index.html");
const START: &str = include_str!("docs/start.js");
const STYLE: &str = include_str!("docs/swagger-ui/swagger-ui.css");
const VIEWER: &str = include_str!("docs/swagger-ui/swagger-ui-bundle.js");
/// The effective description of the API as JSON: the vendor's description with our corrections.
/// Needs the feature `docs`.
// Written by `cargo xtask generate`.
pub const DESCRIPTION: &str = include_str!("docs/openapi.json");

/// The page needs only this server. Swagger UI sets styles and shows images that are part of its
/// style sheet.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";

/// Returns the response to a request for the page or one of its parts. `key` is the API key that
/// the page sends.
pub(crate) fn respond(method: &Method, path: &str, key: &str) -> Option<Response<Body>> {
    if method != Method::GET && method != Method::HEAD {
        return None;
    }
    let (kind, body) = match path {
        "/docs" | "/docs/" => ("text/html; charset=utf-8", Body::from(PAGE)),
        "/docs/start.js" => {
            let key = serde_json::Value::from(key).to_string();
            ("text/javascript; charset=utf-8", Body::from(START.replace("\"API_KEY\"", &key)))
        }
        "/docs/swagger-ui.css" => ("text/css; charset=utf-8", Body::from(STYLE)),
        "/docs/swagger-ui-bundle.js" => ("text/javascript; charset=utf-8", Body::from(VIEWER)),
        "/docs/openapi.json" => ("application/json", Body::from(DESCRIPTION)),
        _ => return None,
    };
    let mut response = Response::new(body);
    *response.headers_mut() = HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        // Another sandbox may serve another key on the same port.
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]);
    Some(response)
}
