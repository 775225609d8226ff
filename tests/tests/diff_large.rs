//! `diff` generates only the parts that differ. On random edits, the result equals a
//! comparison of complete clients.

use openapi_client_codegen::compare;
use openapi_document::load::load;

#[path = "../benches/generate/document.rs"]
mod document;
#[path = "../benches/generate/revision.rs"]
mod revision;

#[test]
fn diffs_of_parts_and_of_whole_clients_agree() {
    let text = document::with_resources(4);
    let old = load("old.json", &text).unwrap();
    for seed in 0..8 {
        let edits = 1 + seed as usize;
        let new = load("new.json", &revision::revised(&text, seed, edits)).unwrap();
        for (before, after) in [(&old, &new), (&new, &old)] {
            let cut = compare::compare("old", before, after).client;
            let whole = compare::compare_whole("old", before, after).client;
            assert_eq!(cut.not_compared, whole.not_compared, "seed {seed}");
            assert_eq!(cut.changes, whole.changes, "seed {seed}");
            assert!(!cut.changes.is_empty(), "seed {seed} changes nothing");
        }
    }
}
