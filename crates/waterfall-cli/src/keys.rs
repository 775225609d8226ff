//! Where the keys come from that deliveries are verified with.

use std::env;
use std::fs;

use waterfall::webhook::{Jwks, KeySet, Verifier};

use crate::access;
use crate::args::Rules;
use crate::failure::Failure;

const HINT: &str = "--jwks takes a file with a JSON Web Key Set, or the URL of one. Without, the \
                    keys are those of the API at WATERFALL_BASE_URL, or of Waterfall.";

/// Keys, and what is known of them without a request.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) jwks: Jwks,
    /// The set, if it was read from a file.
    pub(crate) fixed: Option<KeySet>,
}

impl Keys {
    /// The keys that these options ask for. Nothing is fetched yet.
    pub(crate) fn of(rules: &Rules) -> Result<Self, Failure> {
        let builder = Jwks::builder();
        let builder = match &rules.cacert {
            Some(file) => builder.add_root_certificates(access::roots(file)?),
            None => builder,
        };
        let builder = match &rules.jwks {
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
            what: format!("the key set can't be read from {file}"),
            error,
            hint: Some(HINT),
        })?;
        let keys =
            KeySet::from_json(document).map_err(|error| unusable(format!("{file}: {error}")))?;
        Ok(Self { jwks: Jwks::fixed(keys.clone()), fixed: Some(keys) })
    }

    pub(crate) fn verifier(&self, rules: &Rules) -> Verifier {
        Verifier::new(self.jwks.clone()).max_age(rules.max_age).leeway(rules.leeway)
    }
}

fn is_url(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https"))
}

fn unusable(what: String) -> Failure {
    Failure::Config { what, hint: HINT }
}
