//! How requests are sent: with which key, to which origin, with which permit, over which connection.

pub(crate) mod api_key;
pub(crate) mod authorized;
pub(crate) mod base_url;
pub(crate) mod http_transport;
#[cfg(feature = "tls")]
mod proxy;
pub(crate) mod request_options;
#[cfg(feature = "tls")]
pub(crate) mod root_certificates;
