//! Prints generated code: as `prettyplease` does, but with one line for each entry of the macros
//! of the runtime, so that an added field is one added line in a diff.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::format_ident;
use std::mem;
use syn::{File, Item};

/// The maximum width of a line that can be broken.
const WIDTH: usize = 96;
const INDENT: usize = 4;

/// Prints a file, and leaves it unchanged.
pub(crate) fn print(file: &mut File) -> String {
    let mut bodies = Vec::new();
    each_body(&mut file.items, &mut |body| {
        let marker = marker(bodies.len());
        bodies.push(mem::replace(body, TokenTree::from(format_ident!("{marker}")).into()));
    });
    let text = fill(&prettyplease::unparse(file), &bodies);
    let mut bodies = bodies.into_iter();
    each_body(&mut file.items, &mut |body| *body = bodies.next().unwrap_or_default());
    text
}

/// Visits the bodies of all calls of the runtime's macros.
fn each_body(items: &mut [Item], visit: &mut impl FnMut(&mut TokenStream)) {
    for item in items {
        match item {
            Item::Mod(module) => {
                if let Some((_, items)) = &mut module.content {
                    each_body(items, visit);
                }
            }
            Item::Macro(call) => {
                let name = call.mac.path.segments.last();
                if name.is_some_and(|name| name.ident.to_string().starts_with("__")) {
                    visit(&mut call.mac.tokens);
                }
            }
            _ => {}
        }
    }
}

fn marker(number: usize) -> String {
    format!("__body_{number}")
}

/// Replaces the lines that consist of a marker.
fn fill(text: &str, bodies: &[TokenStream]) -> String {
    let mut filled = String::with_capacity(text.len() * 9 / 8);
    let mut bodies = bodies.iter().enumerate().peekable();
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        match bodies.peek() {
            Some((number, body)) if content.starts_with("__") && content == marker(*number) => {
                lines(body, line.len() - line.trim_start().len(), &mut filled);
                bodies.next();
            }
            _ => filled.push_str(line),
        }
    }
    filled
}

/// Prints the body of a call, with a line for each entry of a braced list.
fn lines(body: &TokenStream, indent: usize, out: &mut String) {
    let mut line = Line::default();
    for token in body.clone() {
        match token {
            TokenTree::Group(list) if list.delimiter() == Delimiter::Brace => {
                heading(line.finish(), indent, out);
                line.text.push(' ');
                if list.stream().is_empty() {
                    out.push_str(" {}");
                    continue;
                }
                out.push_str(" {\n");
                for entry in entries(list.stream()) {
                    out.push_str(&format!("{:1$}{entry}\n", "", indent + INDENT));
                }
                out.push_str(&format!("{:indent$}}}", ""));
            }
            token => line.push(token),
        }
    }
    out.push_str(line.finish().trim_end());
    out.push('\n');
}

/// Prints what precedes a list, in a line for each part if one line is too short.
fn heading(line: String, indent: usize, out: &mut String) {
    out.push_str(&" ".repeat(indent));
    if indent + line.len() > WIDTH {
        out.push_str(&line.replace(", ", &format!(",\n{:indent$}", "")));
    } else {
        out.push_str(&line);
    }
}

/// The entries of a list, each with its comma.
fn entries(list: TokenStream) -> Vec<String> {
    let mut entries = Vec::new();
    let mut line = Line::default();
    for token in list {
        let is_end = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ',');
        line.push(token);
        if is_end {
            entries.push(line.finish());
        }
    }
    if !line.text.is_empty() {
        entries.push(line.finish());
    }
    entries
}

/// Tokens in one line, with the usual spaces.
#[derive(Default)]
struct Line {
    text: String,
    /// Whether the next token follows without a space.
    is_open: bool,
    /// Whether the next token is the second half of `::`.
    is_in_separator: bool,
}

impl Line {
    fn push(&mut self, token: TokenTree) {
        match token {
            TokenTree::Ident(ident) => self.word(&ident.to_string()),
            TokenTree::Literal(literal) => self.word(&literal.to_string()),
            TokenTree::Punct(punct) => self.punct(punct.as_char(), punct.spacing()),
            TokenTree::Group(group) => self.group(group.delimiter(), group.stream()),
        }
    }

    fn word(&mut self, word: &str) {
        self.space();
        self.text.push_str(word);
        self.is_open = false;
    }

    fn punct(&mut self, punct: char, spacing: Spacing) {
        if self.is_in_separator {
            self.is_in_separator = false;
            self.text.push(punct);
            self.is_open = true;
            return;
        }
        self.is_in_separator = punct == ':' && spacing == Spacing::Joint;
        let is_tight = match punct {
            ':' if self.is_in_separator => self.follows_name() || self.text.ends_with('>'),
            ':' | ',' | '<' | '>' | '!' | '.' | ';' | '?' => true,
            _ => false,
        };
        if !is_tight {
            self.space();
        }
        self.text.push(punct);
        self.is_open = spacing == Spacing::Joint || matches!(punct, '<' | '&' | '!' | '#' | '.');
    }

    fn follows_name(&self) -> bool {
        self.text.ends_with(|end: char| end.is_alphanumeric() || end == '_')
    }

    fn group(&mut self, delimiter: Delimiter, stream: TokenStream) {
        let (open, close) = match delimiter {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::Brace => ("{ ", " }"),
            Delimiter::None => ("", ""),
        };
        if delimiter != Delimiter::Parenthesis || !self.follows_name() {
            self.space();
        }
        self.text.push_str(open);
        self.is_open = true;
        for token in stream {
            self.push(token);
        }
        self.text.push_str(close);
        self.is_open = false;
    }

    fn space(&mut self) {
        if !self.is_open && !self.text.is_empty() && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
    }

    fn finish(&mut self) -> String {
        mem::take(self).text
    }
}

#[cfg(test)]
mod tests {
    use quote::{ToTokens, quote};

    use super::*;

    fn code() -> TokenStream {
        quote! {
            crate::__object! {
                Person {
                    field type_ = "type",
                    required name = "full, name",
                } keep extra: ::serde_json::Map<::std::string::String, ::std::vec::Vec<(u8, &'static str)>>
            }
            mod types {
                runtime::__object! { Empty {} deny }
                runtime::__open_enum! { Kind, Unknown { A = "a", #[doc = "b"] B = "b" } }
                runtime::__union! {
                    Port, Unknown, SHAPES,
                    "{\"of\":[{\"type\":\"integer\"},{\"type\":\"string\"},{\"type\":\"boolean\"}]}" {
                        Integer(i64), List(::std::vec::Vec<::std::string::String>), Other
                    }
                }
            }
            pub struct Other;
        }
    }

    #[test]
    fn each_entry_has_a_line() {
        insta::assert_snapshot!(print(&mut syn::parse2(code()).unwrap()));
    }

    fn flat(tokens: TokenStream, all: &mut Vec<String>) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => {
                    all.push(format!("{:?}", group.delimiter()));
                    flat(group.stream(), all);
                    all.push("end".to_owned());
                }
                token => all.push(token.to_string()),
            }
        }
    }

    fn tokens(file: &File) -> Vec<String> {
        let mut all = Vec::new();
        flat(file.to_token_stream(), &mut all);
        all
    }

    #[test]
    fn the_code_stays_the_same() {
        let file: File = syn::parse2(code()).unwrap();
        let mut printed = file.clone();
        let text = print(&mut printed);
        assert_eq!(printed, file);
        assert_eq!(tokens(&syn::parse_file(&text).unwrap()), tokens(&file));
    }
}
