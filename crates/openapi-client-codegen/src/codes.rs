//! What the codes of a client's report mean.

use openapi_review::explain::{Explanation, Topic};

/// The code of an operation that the client doesn't have.
pub const DROPPED: &str = "dropped";

/// Code, meaning, reason, and what to do.
type Row = (&'static str, &'static str, &'static str, &'static str);

/// What to do where nothing is lost.
const NOTHING: &str = "Nothing.";
/// What to do where the document can be written otherwise.
const CORRECT: &str = "Correct the document in an overlay if the client should have more.";

/// All codes in order.
const CODES: &[Row] = &[
    (
        "allOf",
        "The parts of an `allOf` are one type, and some of what they say does not fit together.",
        "A value has to satisfy all parts; a type can say less than that.",
        CORRECT,
    ),
    (
        "bodies",
        "Part of how a request body is described is not in the client.",
        "The client sends one media type, and parts without headers of their own.",
        CORRECT,
    ),
    (
        "bundle",
        "Another file has become a part of the document.",
        "The generator reads one document.",
        NOTHING,
    ),
    (
        "callbacks",
        "What the server sends in the course of an operation is left out.",
        "The client only calls the API.",
        "Use the types of the schemas to read what arrives.",
    ),
    (
        "depth",
        "A schema is too deep for a type; any value is accepted.",
        "Types of types have no end otherwise.",
        "Make components of its parts.",
    ),
    (
        "directions",
        "A type with `readOnly` or `writeOnly` fields is there once, and requires them in no direction.",
        "A base with a discriminator is one type for requests and responses.",
        "Describe requests and responses by schemas of their own.",
    ),
    (
        "discriminators",
        "The property that tells the variants of a union apart has one value each, or could not.",
        "Without it, variants are told apart by their fields.",
        "Give each variant one value in the `mapping`.",
    ),
    (
        DROPPED,
        "The client does not have the operation.",
        "The message gives the reason.",
        "Correct the operation in an overlay, or call it without the client.",
    ),
    (
        "guard",
        "The generators fail on a schema, which accepts any value now.",
        "One schema should not cost the whole client.",
        "Correct the schema in an overlay, or report it to the generator's maintainers.",
    ),
    (
        "keywords",
        "A keyword describes fields, elements or names, and no type says so.",
        "The client accepts and sends more than the document allows.",
        "Check what the keyword asks for before you send a value.",
    ),
    (
        "limits",
        "The server checks a limit or fills in a default; the client does not.",
        "The client says and understands all that it could with it.",
        NOTHING,
    ),
    (
        "names",
        "A schema is renamed, because its name is taken or is not a valid Rust name.",
        "Every type needs a name of its own.",
        NOTHING,
    ),
    (
        "operation-ids",
        "An operation has another id, because its own is missing or taken.",
        "Every method needs a name of its own.",
        "Add an id in an overlay, so that the name stays when the path changes.",
    ),
    (
        "parameters",
        "A parameter is sent otherwise than it is described, or is left out.",
        "The client can't write every style and content.",
        CORRECT,
    ),
    (
        "path-items",
        "A reference in place of a path does not resolve.",
        "Its operations are missing in the client.",
        "Correct the reference.",
    ),
    (
        "references",
        "A reference is resolved, or leads to nothing.",
        "What leads to nothing accepts any value.",
        "Correct the reference if the message says that it does not resolve.",
    ),
    (
        "responses",
        "Part of how responses are described is not in the client.",
        "A method reads one stream, and final responses only.",
        CORRECT,
    ),
    (
        "servers",
        "A path or an operation has several servers; the first one is used.",
        "A method sends its request to one base URL.",
        "Choose another one with `Client::with_server`.",
    ),
    (
        "shape",
        "An object has fields that only `required` names.",
        "They are kept as any value.",
        "Describe the fields.",
    ),
    (
        "unions",
        "Alternatives are one type, some are left out, or the document does not decide between them.",
        "Alternatives that differ in limits only are the same type, and what fits several is read as the first.",
        CORRECT,
    ),
    (
        "values",
        "Values of an enum are not of its type, or an enum is any value of its type.",
        "The client has to accept what the API sends.",
        "Correct the values in an overlay.",
    ),
    (
        "webhooks",
        "The payload of a webhook is a type, and nothing receives it.",
        "The client only calls the API.",
        "Decode what your server receives into the type.",
    ),
];

/// What the codes of the report mean.
pub fn explanations() -> impl Iterator<Item = Explanation> {
    CODES.iter().map(|&(code, meaning, reason, action)| {
        let (topic, reference) = (Topic::Generate, None);
        Explanation { code, topic, meaning, reason, action, reference }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// All texts of this crate's code.
    fn sources(folder: &Path, all: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                None => sources(&path, all),
                // This table, and the tests of the report.
                Some(_) if path.ends_with("codes.rs") || path.ends_with("report.rs") => {}
                Some(_) => all.push_str(&fs::read_to_string(&path).unwrap()),
            }
        }
    }

    /// The codes in the code: those of calls, and those in constants.
    fn used(code: &str) -> BTreeSet<&str> {
        let mut used = BTreeSet::from([DROPPED]);
        for start in [".lossy(", ".lossless(", "follow(document, "] {
            for (at, _) in code.match_indices(start) {
                let call = code[at + start.len()..].split(';').next().unwrap_or_default();
                let second = call.split(',').find_map(|argument| {
                    let text = argument.trim().strip_prefix('"')?.strip_suffix('"')?;
                    (!text.is_empty()).then_some(text)
                });
                used.extend(second.filter(|text| !text.starts_with('$')));
            }
        }
        for (at, start) in code.match_indices("const RULE: &str = \"") {
            used.extend(code[at + start.len()..].split('"').next());
        }
        used
    }

    #[test]
    fn every_code_is_explained_and_no_other() {
        let mut code = String::new();
        sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut code);
        let mut used = used(&code);
        // Those of a loop.
        used.extend(["callbacks", "servers"]);
        let explained: BTreeSet<&str> = CODES.iter().map(|row| row.0).collect();
        assert_eq!(used, explained);
        assert!(CODES.is_sorted_by(|a, b| a.0 < b.0));
        let is_code = |code: &&str| code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        assert!(explained.iter().all(is_code));
    }
}
