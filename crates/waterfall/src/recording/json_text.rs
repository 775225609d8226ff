//! Replaces parts of a JSON text and keeps the rest byte for byte, including white space, the order
//! of members, duplicate names and the notation of numbers.

/// A part of a JSON text that can be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// The name of a member.
    Name(&'a str),
    Text(&'a str),
    /// A number in its original notation.
    Number(&'a str),
}

/// The position of a token: the name of its member, and that of the enclosing object. Elements of
/// an array belong to the member that contains the array.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Position<'a> {
    pub(super) name: &'a str,
    pub(super) parent: &'a str,
}

enum Frame {
    Array,
    Object { name: String, expects_name: bool },
}

/// Replaces tokens by the results of the function; for `None`, a token is kept. Returns `None` if
/// the text is not JSON.
pub(super) fn rewrite(
    json: &str,
    mut replace: impl FnMut(Position<'_>, Token<'_>) -> Option<String>,
) -> Option<String> {
    serde_json::from_str::<serde::de::IgnoredAny>(json).ok()?;
    let mut made = String::with_capacity(json.len());
    let mut frames: Vec<Frame> = Vec::new();
    let mut rest = json;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string_length(rest),
            '-' | '0'..='9' => number_length(rest),
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        match first {
            '{' => frames.push(Frame::Object { name: String::new(), expects_name: true }),
            '[' => frames.push(Frame::Array),
            '}' | ']' => drop(frames.pop()),
            ',' | ':' => {
                if let Some(Frame::Object { expects_name, .. }) = frames.last_mut() {
                    *expects_name = first == ',';
                }
            }
            _ => {}
        }
        match first {
            '"' => {
                // A lone surrogate is valid JSON but not text.
                let text = serde_json::from_str::<String>(token);
                let text = text.unwrap_or_else(|_| token.trim_matches('"').to_owned());
                let is_name =
                    matches!(frames.last(), Some(Frame::Object { expects_name: true, .. }));
                let token_of = if is_name { Token::Name(&text) } else { Token::Text(&text) };
                let new = replace(position(&frames, is_name), token_of);
                made += &new.map_or_else(
                    || token.to_owned(),
                    |new| serde_json::Value::from(new).to_string(),
                );
                if let Some(Frame::Object { name, .. }) = frames.last_mut().filter(|_| is_name) {
                    *name = text;
                }
            }
            '-' | '0'..='9' => {
                let new = replace(position(&frames, false), Token::Number(token));
                made += new.as_deref().unwrap_or(token);
            }
            _ => made += token,
        }
        rest = after;
    }
    Some(made)
}

fn position(frames: &[Frame], is_name: bool) -> Position<'_> {
    let mut names = frames.iter().rev().filter_map(|frame| match frame {
        Frame::Array => None,
        Frame::Object { name, .. } => Some(name.as_str()),
    });
    // The name of a member is not yet the last one of its object.
    let name = if is_name { names.next().map(|_| "") } else { names.next() };
    Position { name: name.unwrap_or_default(), parent: names.next().unwrap_or_default() }
}

fn string_length(text: &str) -> usize {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

fn number_length(text: &str) -> usize {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E');
    text.find(|c: char| !is_part(c)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_replaced_changes() {
        let json =
            " {\"a\" : \"x\\\"\\\\\", \"b\":[1.0, {\"c\":\"y\"},\"z\"], \"a\":1e5,\n\"d\":{}} ";
        assert_eq!(rewrite(json, |_, _| None).unwrap(), json);
        let mut seen = Vec::new();
        let made = rewrite(json, |at, token| {
            seen.push(format!("{}/{} {token:?}", at.parent, at.name));
            (token == Token::Text("y")).then(|| "\"new\"".to_owned())
        });
        assert_eq!(made.unwrap(), json.replace("\"y\"", "\"\\\"new\\\"\""));
        let expected = [
            "/ Name(\"a\")",
            "/a Text(\"x\\\"\\\\\")",
            "/ Name(\"b\")",
            "/b Number(\"1.0\")",
            "b/ Name(\"c\")",
            "b/c Text(\"y\")",
            "/b Text(\"z\")",
            "/ Name(\"a\")",
            "/a Number(\"1e5\")",
            "/ Name(\"d\")",
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn what_is_not_json_is_not_touched() {
        for text in ["", "{", "<html>", "{\"a\":1}}", "nul", "\u{feff}{}"] {
            assert_eq!(rewrite(text, |_, _| None), None, "{text}");
        }
        assert_eq!(rewrite("\"\\ud83d\"", |_, _| Some("x".to_owned())), Some("\"x\"".to_owned()));
    }
}
