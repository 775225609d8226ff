//! Finds tags and security schemes that are used but not defined.

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::node_kind::{NodeKind, walk};
use openapi_document::pointer::child;
use openapi_document::views;

use crate::lint::rule::Rule;

pub(super) const SECURITY: Rule = Rule {
    code: "undefined-security",
    meaning: "An operation requires a security scheme that the document does not define.",
    action: "Add the scheme to `components.securitySchemes`.",
    reference: "https://spec.openapis.org/oas/v3.1.1.html#security-requirement-object",
    reason: "the client can't determine where to send the credentials",
    check: security,
};

pub(super) const TAG: Rule = Rule {
    code: "undefined-tag",
    meaning: "An operation has a tag that the document does not list.",
    action: "Add it to `tags`, or correct its spelling.",
    reference: "https://spec.openapis.org/oas/v3.1.1.html#tag-object",
    reason: "often a misspelled one: the operation is missing from its group in the documentation",
    check: tags,
};

fn security(document: &Document) -> Vec<Diagnostic> {
    let schemes = &document.root["components"]["securitySchemes"];
    let mut diagnostics = Vec::new();
    walk(&document.root, &mut |kind, pointer, value| {
        if !matches!(kind, NodeKind::Root | NodeKind::Operation) {
            return;
        }
        for (index, requirement) in views::items(&value["security"]).enumerate() {
            for name in requirement.as_object().into_iter().flat_map(|names| names.keys()) {
                if schemes.get(name).is_none() {
                    let at = child(&child(&child(pointer, "security"), index), name);
                    let message = format!("there is no security scheme called `{name}`");
                    let help = "define it in `components/securitySchemes`";
                    diagnostics.push(document.diagnostic(&at, message).help(help));
                }
            }
        }
    });
    diagnostics
}

fn tags(document: &Document) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    // If no tag is defined, that is intentional.
    let any = views::items(&document.root["tags"]).next().is_some();
    walk(&document.root, &mut |kind, pointer, value| {
        if kind != NodeKind::Operation || !any {
            return;
        }
        for (index, tag) in views::items(&value["tags"]).enumerate() {
            if !views::items(&document.root["tags"]).any(|known| known["name"] == *tag) {
                let at = child(&child(pointer, "tags"), index);
                let message = format!("the tag {tag} is not among the document's `tags`");
                diagnostics.push(document.diagnostic(&at, message));
            }
        }
    });
    diagnostics
}
