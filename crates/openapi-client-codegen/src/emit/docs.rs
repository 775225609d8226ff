//! Pass: rewrites the documentation from the API description, so that it compiles and its code blocks
//! are not tests.
//!
//! rustdoc compiles code blocks as Rust if they have no language or are indented, so the tests of a
//! crate that contains the client would fail. The compiler rejects some characters in comments.

use std::ops::Range;

use proc_macro2::Span;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use syn::visit_mut::VisitMut;
use syn::{Attribute, Expr, Lit, LitStr, Meta};

/// The language of a block that is not a test.
const TEXT: &str = "text";
/// The words after a fence that leave a block a test.
const RUST: [&str; 8] = [
    "rust",
    "rs",
    "should_panic",
    "no_run",
    "ignore",
    "compile_fail",
    "test_harness",
    "standalone",
];

/// Rewrites the documentation of all items.
pub(super) fn plain(file: &mut syn::File) {
    Docs.visit_file_mut(file);
}

struct Docs;

impl VisitMut for Docs {
    fn visit_attribute_mut(&mut self, attr: &mut Attribute) {
        if !attr.path().is_ident("doc") {
            return;
        }
        let Meta::NameValue(meta) = &mut attr.meta else { return };
        if let Expr::Lit(value) = &mut meta.value
            && let Lit::Str(text) = &value.lit
            && let Some(rewritten) = rewritten(&text.value())
        {
            value.lit = Lit::Str(LitStr::new(&rewritten, Span::call_site()));
        }
    }

    // Bodies of functions have no documentation.
    fn visit_block_mut(&mut self, _: &mut syn::Block) {}

    fn visit_type_mut(&mut self, _: &mut syn::Type) {}
}

/// Returns the text without code that would be a test, or `None` if nothing changes.
fn rewritten(text: &str) -> Option<String> {
    let visible = visible(text);
    let text = visible.as_deref().unwrap_or(text);
    let may_have_code = ["```", "~~~", "    ", "\t"].iter().any(|mark| text.contains(mark));
    may_have_code.then(|| without_tests(text)).flatten().or(visible)
}

/// Returns the text without characters that the compiler rejects in comments, or `None` if it has
/// none.
fn visible(text: &str) -> Option<String> {
    let is_rejected = |c: char| {
        c.is_control() && !matches!(c, '\n' | '\t')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.contains(is_rejected).then(|| {
        let lines = text.replace("\r\n", "\n").replace('\r', "\n");
        lines.replace(is_rejected, "")
    })
}

/// Gives a language to code blocks that would be tests. Returns `None` if there is no such block.
fn without_tests(text: &str) -> Option<String> {
    // The extensions that rustdoc enables.
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    let mut out = String::with_capacity(text.len() + 16);
    let mut copied = 0;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        let replaced = match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => indented(text, range),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if is_test(&info) => {
                fenced(text, range)
            }
            _ => continue,
        };
        let Some((range, block)) = replaced.filter(|(range, _)| range.start >= copied) else {
            continue;
        };
        out.push_str(&text[copied..range.start]);
        out.push_str(&block);
        copied = range.end;
    }
    if copied == 0 {
        return None;
    }
    out.push_str(&text[copied..]);
    Some(out)
}

/// Returns whether rustdoc compiles a block with this text after its fence.
fn is_test(info: &str) -> bool {
    let words = info.split([',', ' ', '\t']).filter(|word| !word.is_empty());
    let mut words = words.map(|word| word.trim_matches(['{', '}', '.']));
    words.all(|word| RUST.contains(&word) || word.starts_with("edition") || is_error_code(word))
}

fn is_error_code(word: &str) -> bool {
    let digits = word.strip_prefix('E');
    digits.is_some_and(|digits| digits.len() == 4 && digits.chars().all(|c| c.is_ascii_digit()))
}

/// Returns the first line of a fenced block, with the language.
fn fenced(text: &str, range: Range<usize>) -> Option<(Range<usize>, String)> {
    let block = &text[range.clone()];
    let line = block.split('\n').next().unwrap_or(block);
    let fence = line.len() - line.trim_start_matches(['`', '~']).len();
    let end = range.start + line.len();
    (fence > 0).then(|| (range.start..end, format!("{}{TEXT}", &line[..fence])))
}

/// Returns an indented block as a fenced one.
fn indented(text: &str, range: Range<usize>) -> Option<(Range<usize>, String)> {
    let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let block = text[start..range.end].trim_end();
    let end = start + block.len();
    // What precedes the code belongs to the block or to a list or quotation around it.
    let before = &text[start..range.start];
    let (around, _) = before.split_at(before.trim_end_matches([' ', '\t']).len());
    let lines: Vec<&str> = block.split('\n').collect();
    if !around.is_empty() {
        return quoted(around, &lines, start..end);
    }
    let code = lines.iter().filter(|line| !line.trim().is_empty());
    let width = |line: &&str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let shared = code.map(width).min().unwrap_or_default();
    // Inside a list, the fence belongs to the list if it is indented as the list is.
    let margin = " ".repeat(shared.saturating_sub(4));
    let longest = block.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let mut out = format!("{margin}{fence}{TEXT}\n");
    for line in &lines {
        let code = line.get(shared..).unwrap_or_default();
        out.push_str(&format!("{}\n", format!("{margin}{code}").trim_end()));
    }
    out.push_str(&format!("{margin}{fence}"));
    Some((start..end, out))
}

/// Returns an indented block inside a quotation or in the line of a list mark, with less
/// indentation, so that it is no block of code.
fn quoted(around: &str, lines: &[&str], range: Range<usize>) -> Option<(Range<usize>, String)> {
    let first = format!("{around} {}", lines[0][around.len()..].trim_start());
    let rest = lines.iter().skip(1).map(|line| {
        let mark = line.len() - line.trim_start_matches(['>', ' ', '\t']).len();
        let quotes: String = line[..mark].chars().filter(|c| *c == '>').collect();
        format!("{quotes}  {}", &line[mark..]).trim_end().to_owned()
    });
    let all: Vec<String> = std::iter::once(first).chain(rest).collect();
    Some((range, all.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the info strings of all code blocks, or `indented`.
    fn blocks(text: &str) -> Vec<String> {
        let events = Parser::new_ext(text, Options::all());
        let blocks = events.filter_map(|event| match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => Some("indented".to_owned()),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => Some(info.to_string()),
            _ => None,
        });
        blocks.collect()
    }

    #[test]
    fn no_code_block_is_a_test() {
        let rows = [
            ("```\ncode\n```", "```text\ncode\n```"),
            ("~~~ rust,no_run\ncode\n~~~\nmore", "~~~text\ncode\n~~~\nmore"),
            ("```\nnot closed", "```text\nnot closed"),
            ("a\n\n    x (\n\n      y\n\nb", "a\n\n```text\nx (\n\n  y\n```\n\nb"),
            ("a\n\n\tx\n", "a\n\n```text\nx\n```\n"),
            ("- a\n\n  ```\n  x\n  ```\n", "- a\n\n  ```text\n  x\n  ```\n"),
            ("- a\n\n      x\n- b", "- a\n\n  ```text\n  x\n  ```\n- b"),
            ("    ```", "````text\n```\n````"),
            ("> ```\n> x\n> ```", "> ```text\n> x\n> ```"),
        ];
        for (given, expected) in rows {
            assert_eq!(rewritten(given).as_deref(), Some(expected), "{given}");
        }
        for kept in ["```json\n{}\n```", "a\n    continued", "- a\n    - b", "`a` ``b``", "a\r"] {
            let after = rewritten(kept).unwrap_or_else(|| kept.to_owned());
            assert_eq!(blocks(&after), blocks(kept), "{kept}");
        }
        for text in [
            ">     x (\n>     y",
            "1. a\n\n   1. b\n\n          x",
            "-     x\n      y",
            "*\tx\n\n\t\ty",
        ] {
            let after = rewritten(text).unwrap();
            assert!(blocks(&after).iter().all(|info| info == "text"), "{text}: {after}");
        }
    }

    #[test]
    fn characters_that_the_compiler_rejects_are_removed() {
        assert_eq!(rewritten("a\r\nb\rc\0d\u{202e}e").as_deref(), Some("a\nb\ncde"));
        assert_eq!(rewritten("plain\ttext\n"), None);
    }
}
