//! Compares what a client offers beside its methods and types: constants and structs of headers.

use std::collections::BTreeMap;

use crate::diff::client_change::{Found, Step, operation_page, type_page};
use crate::diff::kind::ClientKind;
use crate::surface::ClientSurface;

/// The page of changes that belong to no single type or method.
const CLIENT: &str = "client";
/// The constant that lists the servers.
const SERVERS: &str = "SERVERS";

impl Found {
    /// Compares the named values of types that both clients have.
    pub(crate) fn constants(&mut self, old: &ClientSurface, new: &ClientSurface) {
        let none = BTreeMap::new();
        for name in old.types.keys().filter(|name| new.types.contains_key(*name)) {
            let before = old.constants.get(name).unwrap_or(&none);
            let after = new.constants.get(name).unwrap_or(&none);
            self.values(&type_page(name), name, before, after);
        }
    }

    /// Compares constants, and what they are.
    fn values(
        &mut self,
        page: &str,
        path: &str,
        before: &BTreeMap<String, String>,
        after: &BTreeMap<String, String>,
    ) {
        for (constant, value) in before {
            let path = format!("{path}::{constant}");
            match after.get(constant) {
                None => self.removed(page, &path),
                Some(now) if now != value => {
                    let message = format!("`{path}` is {now}, was {value}");
                    self.add(Step::Patch, ClientKind::Behaviour, page, message);
                }
                Some(_) => {}
            }
        }
        for constant in after.keys().filter(|constant| !before.contains_key(*constant)) {
            self.added(page, &format!("{path}::{constant}"));
        }
    }

    /// Compares the constants of security schemes.
    pub(crate) fn schemes(&mut self, old: &ClientSurface, new: &ClientSurface) {
        self.values(CLIENT, "security", &old.schemes, &new.schemes);
    }

    /// Compares the list of servers, and whether single ones can be replaced.
    pub(crate) fn servers(&mut self, old: &ClientSurface, new: &ClientSurface) {
        match (&old.servers[..], &new.servers[..]) {
            (before, after) if before == after => {}
            (_, []) => self.removed(CLIENT, SERVERS),
            ([], _) => self.added(CLIENT, SERVERS),
            (before, after) => {
                let list = |urls: &[String]| urls.join("`, `");
                let message =
                    format!("`{SERVERS}` lists `{}`, was `{}`", list(after), list(before));
                self.add(Step::Patch, ClientKind::Behaviour, CLIENT, message);
            }
        }
        match (old.replaces_servers, new.replaces_servers) {
            (true, false) => self.removed(CLIENT, "Client::with_server"),
            (false, true) => self.added(CLIENT, "Client::with_server"),
            _ => {}
        }
    }

    /// Compares the structs of response headers.
    pub(crate) fn headers(&mut self, old: &ClientSurface, new: &ClientSurface) {
        let page = |name: &str| operation_page(&crate::rust_names::snake(name));
        for (name, before) in &old.headers {
            let (page, path) = (page(name), format!("headers::{name}"));
            let Some(after) = new.headers.get(name) else {
                self.removed(&page, &path);
                continue;
            };
            for (field, ty) in before {
                match after.get(field) {
                    None => {
                        let message = format!("`{path}.{field}` is gone");
                        self.add(Step::Major, ClientKind::FieldRemoved, &page, message);
                    }
                    Some(now) if now != ty => {
                        let message = format!("`{path}.{field}` is `{now}`, was `{ty}`");
                        self.add(Step::Major, ClientKind::FieldType, &page, message);
                    }
                    Some(_) => {}
                }
            }
            for (field, ty) in after.iter().filter(|(field, _)| !before.contains_key(*field)) {
                let message = format!("`{path}.{field}` is new: `{ty}`");
                self.add(Step::Minor, ClientKind::FieldAdded, &page, message);
            }
        }
        for name in new.headers.keys().filter(|name| !old.headers.contains_key(*name)) {
            self.added(&page(name), &format!("headers::{name}"));
        }
    }
}
