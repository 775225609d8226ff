//! Compares what a method sends apart from its arguments.

use std::collections::BTreeSet;

use crate::diff::client_change::{Found, Step, code};
use crate::diff::kind::ClientKind;
use crate::surface::Operation;

impl Found {
    /// Compares the requests of a method, and whether it is deprecated.
    pub(crate) fn sent(&mut self, name: &str, page: &str, before: &Operation, after: &Operation) {
        let media = |text: &str| if text.is_empty() { "anything".to_owned() } else { code(text) };
        let server = |operation: &Operation| match &operation.server {
            Some(server) => code(server),
            None => "the server of the client".to_owned(),
        };
        let credentials = |operation: &Operation| code(&operation.credentials());
        let mut pairs = vec![
            ("requires".to_owned(), credentials(after), credentials(before)),
            ("accepts".to_owned(), media(&after.accept), media(&before.accept)),
            ("is sent to".to_owned(), server(after), server(before)),
        ];
        pairs.extend(written(before, after));
        for (what, is, was) in pairs.into_iter().filter(|(_, is, was)| is != was) {
            let message = format!("`{name}` {what} {is}, was {was}");
            self.add(Step::Patch, ClientKind::Behaviour, page, message);
        }
        if before.is_deprecated != after.is_deprecated {
            // By semver, a deprecation is a minor step. Without it, calls compile as before.
            let (step, message) = match after.is_deprecated {
                true => (Step::Minor, format!("`{name}` is deprecated")),
                false => (Step::Patch, format!("`{name}` is no longer deprecated")),
            };
            self.add(step, ClientKind::Deprecated, page, message);
        }
    }
}

/// Returns how parameters and parts of bodies are written, and how they were. Those that come or go
/// together with an argument are not listed.
fn written(before: &Operation, after: &Operation) -> Vec<(String, String, String)> {
    let names = |operation: &Operation| -> Vec<String> {
        operation.arguments.iter().map(|argument| argument.name.clone()).collect()
    };
    let has_same_arguments = names(before) == names(after);
    let notation = |operation: &Operation, name: &str| {
        let mut all = operation.written.iter().filter(|(written, _)| written == name);
        all.next().map(|(_, notation)| notation.clone())
    };
    let all = before.written.iter().chain(&after.written);
    let all: BTreeSet<&str> = all.map(|(name, _)| name.as_str()).collect();
    let pairs = all.into_iter().map(|name| (name, notation(after, name), notation(before, name)));
    pairs
        .filter(|(_, is, was)| has_same_arguments || is.is_some() && was.is_some())
        .map(|(name, is, was)| {
            let usual = || "in the usual way".to_owned();
            (format!("writes `{name}`"), is.unwrap_or_else(usual), was.unwrap_or_else(usual))
        })
        .collect()
}
