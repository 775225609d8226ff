//! Accepted findings, each with a reason.
//!
//! The file is stored with the rules and not with the description: the rules are about the Rust
//! client, of which `openapi/` is independent.

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::pointer::child;

use crate::pattern::matches;

use crate::lint::rule::{Finding, UNUSED_EXCEPTION};
use crate::lint::rules::RULES;

/// The exceptions of one file.
#[derive(Debug, Clone)]
pub struct Exceptions {
    document: Document,
    list: Vec<Exception>,
}

#[derive(Debug, Clone)]
struct Exception {
    code: String,
    /// JSON pointers; a segment `*` matches any segment.
    at: Vec<String>,
}

impl Exceptions {
    /// Reads the exceptions from a file.
    pub fn read(document: Document) -> Result<Self, Diagnostic> {
        let items = document.root["exceptions"]
            .as_array()
            .ok_or_else(|| document.diagnostic("", "the file has a list of `exceptions`"))?;
        let mut list = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let here = child("/exceptions", index);
            let text = |name: &str| {
                let message = format!("an exception needs {name}");
                item[name].as_str().ok_or_else(|| document.diagnostic(&here, message))
            };
            text("reason")?;
            let code = text("code")?.to_owned();
            if !RULES.iter().any(|rule| rule.code == code) {
                let message = format!("there is no rule called `{code}`");
                return Err(document.diagnostic(&child(&here, "code"), message));
            }
            let at = match &item["at"] {
                serde_json::Value::Array(list) => {
                    list.iter().filter_map(|at| at.as_str()).map(str::to_owned).collect()
                }
                _ => vec![text("at")?.to_owned()],
            };
            list.push(Exception { code, at });
        }
        Ok(Self { document, list })
    }

    /// Removes the accepted findings. An exception that matches no finding is itself a finding.
    #[must_use]
    pub fn apply(&self, findings: Vec<Finding>) -> Vec<Finding> {
        let mut used: Vec<Vec<bool>> =
            self.list.iter().map(|exception| vec![false; exception.at.len()]).collect();
        let mut left: Vec<Finding> = findings
            .into_iter()
            .filter(|finding| {
                let pointer = finding.diagnostic.pointer.as_deref().unwrap_or_default();
                let mut accepted = false;
                for (exception, used) in self.list.iter().zip(&mut used) {
                    for (at, used) in exception.at.iter().zip(used) {
                        if exception.code == finding.code && matches(at, pointer) {
                            (*used, accepted) = (true, true);
                        }
                    }
                }
                !accepted
            })
            .collect();
        for (index, (exception, used)) in self.list.iter().zip(used).enumerate() {
            for (at, _) in exception.at.iter().zip(used).filter(|(_, used)| !used) {
                let message = format!("nothing at `{at}` is a `{}`", exception.code);
                let diagnostic = self
                    .document
                    .diagnostic(&child("/exceptions", index), message)
                    .help("delete the exception");
                left.push(Finding { code: UNUSED_EXCEPTION, diagnostic });
            }
        }
        left
    }
}

#[cfg(test)]
mod tests {
    use openapi_document::load::load;

    use super::*;

    fn exceptions(text: &str) -> Result<Exceptions, Diagnostic> {
        Exceptions::read(load("lint.yaml", text).unwrap())
    }

    #[test]
    fn an_exception_takes_its_findings_and_no_others() {
        let exceptions = exceptions(
            "exceptions:\n- {code: inline-schema, at: /a/*/c, reason: why}\n\
             - {code: inline-schema, at: [/x, /a/b], reason: why}\n",
        )
        .unwrap();
        let finding = |pointer: &str| Finding {
            code: "inline-schema",
            diagnostic: Diagnostic {
                pointer: Some(pointer.to_owned()),
                ..Diagnostic::new("inline")
            },
        };
        let given = vec![finding("/a/b"), finding("/a/b/c"), finding("/a/b/c/d")];
        let left = exceptions.apply(given);
        let left: Vec<(&str, &str)> =
            left.iter().map(|left| (left.code, left.diagnostic.message.as_str())).collect();
        assert_eq!(
            left,
            [
                ("inline-schema", "inline"),
                (UNUSED_EXCEPTION, "nothing at `/x` is a `inline-schema`")
            ]
        );
    }

    #[test]
    fn a_reason_and_a_known_code_are_needed() {
        assert!(exceptions("exceptions: [{code: inline-schema, at: /a}]").is_err());
        let error = exceptions("exceptions: [{code: nope, at: /a, reason: x}]").unwrap_err();
        assert!(error.message.contains("nope"), "{error}");
        assert!(exceptions("[]").is_err());
    }
}
