//! [`KeySource`]: the keys with which deliveries are verified.

use std::env;
use std::fs;

use waterfall::webhook::{Jwks, KeySet, Verifier};

use crate::args::verification::Verification;
use crate::client_options;
use crate::failure::Failure;

const HINT: &str = "--jwks takes a file with a JSON Web Key Set, or the URL of one. Without it, \
                    the keys are those of the API at WATERFALL_BASE_URL or the default.";

/// The keys, from a file or fetched on demand.
#[derive(Debug)]
pub(crate) struct KeySource {
    pub(crate) jwks: Jwks,
    /// The set, if it was read from a file.
    pub(crate) fixed: Option<KeySet>,
}

impl KeySource {
    /// Returns the keys that these options select. Nothing is fetched yet.
    pub(crate) fn new(options: &Verification) -> Result<Self, Failure> {
        let builder = Jwks::builder();
        let builder = match &options.cacert {
            Some(file) => builder.add_root_certificates(client_options::root_certificates(file)?),
            None => builder,
        };
        let builder = match &options.jwks {
            Some(url) if is_url(url) => builder.url(url),
            Some(file) => return Self::read(file),
            None => match env::var("WATERFALL_BASE_URL") {
                Ok(url) if !url.is_empty() => builder.base_url(url),
                _ => builder,
            },
        };
        let jwks = builder.build().map_err(|error| unusable(error.to_string()))?;
        Ok(Self { jwks, fixed: None })
    }

    fn read(file: &str) -> Result<Self, Failure> {
        let document = fs::read(file).map_err(|error| Failure::System {
            what: format!("the key set could not be read from {file}"),
            error,
            hint: Some(HINT),
        })?;
        let keys =
            KeySet::from_json(document).map_err(|error| unusable(format!("{file}: {error}")))?;
        Ok(Self { jwks: Jwks::fixed(keys.clone()), fixed: Some(keys) })
    }

    pub(crate) fn verifier(&self, options: &Verification) -> Verifier {
        Verifier::new(self.jwks.clone()).max_age(options.max_age).leeway(options.leeway)
    }
}

fn is_url(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https"))
}

fn unusable(what: String) -> Failure {
    Failure::Config { what, hint: HINT }
}
