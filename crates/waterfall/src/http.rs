//! Sends requests: selects the key, the allowed origin, the permit and the connection.

pub(crate) mod api_key;
pub(crate) mod authorized;
pub(crate) mod base_url;
pub(crate) mod http_transport;
#[cfg(feature = "tls")]
mod proxy;
pub(crate) mod request_options;
#[cfg(feature = "tls")]
pub(crate) mod root_certificates;
