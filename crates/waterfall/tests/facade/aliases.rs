//! Search terms that must find an item in the documentation.

use std::fs;
use std::path::Path;

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else {
            text.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn common_search_terms_are_aliases() {
    let mut text = String::new();
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for documented in ["job-polling", "waterfall"] {
        sources(&crates.join(documented).join("src"), &mut text);
    }
    let words = [
        "rate limiter",
        "throttle",
        "backoff",
        "retry",
        "mock",
        "resume",
        "bulk",
        "verify",
        "poll",
        "timeout",
        "cancel",
    ];
    for word in words {
        assert!(text.contains(&format!("#[doc(alias = \"{word}\")]\n")), "{word}");
    }
}
