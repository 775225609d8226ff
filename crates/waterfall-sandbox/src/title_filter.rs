//! Title filters: Boolean expressions over job titles.
//!
//! The API documents `AND`, `OR` and `NOT` in upper case, and parentheses. It documents neither
//! precedence nor matching. Here, `NOT` binds most tightly, then `AND`, then `OR`. Consecutive
//! words are one phrase, as are words in double quotes. A phrase matches within a title, ignoring
//! case.

use crate::envelope::{ApiError, Code};

/// The maximum nesting, because parsing is recursive.
const MAX_DEPTH: usize = 100;

/// A parsed filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TitleFilter {
    /// In lower case.
    Phrase(String),
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    And,
    Or,
    Not,
    Left,
    Right,
    Phrase(String),
}

impl TitleFilter {
    pub(crate) fn parse(text: &str) -> Result<Self, ApiError> {
        let error = |code: Code| ApiError::new(code).detail(format!("'{text}'"));
        let tokens = tokens(text).ok_or_else(|| error(Code::TitleFilter))?;
        let mut parser = Parser { tokens: &tokens, depth: 0 };
        let filter = parser.any().map_err(error)?;
        match parser.tokens.first() {
            None => Ok(filter),
            Some(Token::Left) => Err(error(Code::TitleFilterExtraLeft)),
            Some(Token::Right) => Err(error(Code::TitleFilterExtraRight)),
            Some(Token::Phrase(_)) => Err(error(Code::TitleFilterExtraString)),
            Some(_) => Err(error(Code::TitleFilter)),
        }
    }

    /// Returns whether a title matches.
    pub(crate) fn matches(&self, title: &str) -> bool {
        self.matches_lower(&title.to_lowercase())
    }

    fn matches_lower(&self, title: &str) -> bool {
        match self {
            Self::Phrase(phrase) => title.contains(phrase),
            Self::Not(inner) => !inner.matches_lower(title),
            Self::And(all) => all.iter().all(|one| one.matches_lower(title)),
            Self::Or(any) => any.iter().any(|one| one.matches_lower(title)),
        }
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    depth: usize,
}

impl Parser<'_> {
    fn take(&mut self, token: &Token) -> bool {
        let found = self.tokens.first() == Some(token);
        if found {
            self.tokens = &self.tokens[1..];
        }
        found
    }

    fn any(&mut self) -> Result<TitleFilter, Code> {
        let mut parts = vec![self.all()?];
        while self.take(&Token::Or) {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { TitleFilter::Or(parts) })
    }

    fn all(&mut self) -> Result<TitleFilter, Code> {
        let mut parts = vec![self.one()?];
        while self.take(&Token::And) {
            parts.push(self.one()?);
        }
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { TitleFilter::And(parts) })
    }

    fn one(&mut self) -> Result<TitleFilter, Code> {
        if self.take(&Token::Not) {
            let operand = self.operand(Code::TitleFilterMissingString)?;
            return Ok(TitleFilter::Not(Box::new(operand)));
        }
        self.operand(Code::TitleFilterMissingOperand)
    }

    /// Parses a phrase or an expression in parentheses; otherwise returns this error.
    fn operand(&mut self, missing: Code) -> Result<TitleFilter, Code> {
        if self.take(&Token::Left) {
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return Err(Code::TitleFilter);
            }
            let inner = self.any()?;
            self.depth -= 1;
            return match self.tokens.first() {
                Some(Token::Right) => {
                    self.tokens = &self.tokens[1..];
                    Ok(inner)
                }
                None => Err(Code::TitleFilterMissingRight),
                Some(Token::Left) => Err(Code::TitleFilterExtraLeft),
                Some(Token::Phrase(_)) => Err(Code::TitleFilterExtraString),
                Some(_) => Err(Code::TitleFilter),
            };
        }
        match self.tokens.split_first() {
            Some((Token::Phrase(phrase), rest)) => {
                self.tokens = rest;
                Ok(TitleFilter::Phrase(phrase.to_lowercase()))
            }
            _ => Err(missing),
        }
    }
}

/// `None` if a quote is not closed.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    // Whether another word continues the last phrase.
    let mut in_phrase = false;
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '(' => (Token::Left, 1),
            ')' => (Token::Right, 1),
            '"' => {
                let length = rest[1..].find('"')?;
                (Token::Phrase(rest[1..=length].to_owned()), length + 2)
            }
            _ => {
                let is_end = |c: char| c.is_whitespace() || "()\"".contains(c);
                let length = rest.find(is_end).unwrap_or(rest.len());
                (word(&rest[..length]), length)
            }
        };
        match (token, tokens.last_mut()) {
            (Token::Phrase(word), Some(Token::Phrase(phrase))) if in_phrase && first != '"' => {
                phrase.push(' ');
                phrase.push_str(&word);
            }
            (token, _) => {
                in_phrase = matches!(token, Token::Phrase(_)) && first != '"';
                tokens.push(token);
            }
        }
        rest = rest[length..].trim_start();
    }
    Some(tokens)
}

fn word(text: &str) -> Token {
    match text {
        "AND" => Token::And,
        "OR" => Token::Or,
        "NOT" => Token::Not,
        _ => Token::Phrase(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_select_titles() {
        for (filter, title, expected) in [
            ("CEO OR Founder", "Co-Founder", true),
            ("(CEO OR Founder) AND NOT Assistant", "Assistant to the CEO", false),
            ("VP Sales", "vp sales EMEA", true),
            ("VP Sales", "VP of Sales", false),
            ("a OR b AND NOT c", "a c", true),
            ("NOT (a OR b)", "c", true),
            ("\"a AND b\"", "x a and b", true),
            ("and", "Sales and Marketing", true),
        ] {
            let matches = TitleFilter::parse(filter).unwrap().matches(title);
            assert_eq!(matches, expected, "{filter}: {title}");
        }
    }

    #[test]
    fn malformed_filters_have_the_codes_of_the_api() {
        let deep = "(".repeat(5_000);
        for (filter, code) in [
            ("(CEO OR Founder", Code::TitleFilterMissingRight),
            ("CEO)", Code::TitleFilterExtraRight),
            ("CEO (Founder)", Code::TitleFilterExtraLeft),
            ("(CEO) Founder", Code::TitleFilterExtraString),
            ("CEO AND", Code::TitleFilterMissingOperand),
            ("OR CEO", Code::TitleFilterMissingOperand),
            ("()", Code::TitleFilterMissingOperand),
            ("  ", Code::TitleFilterMissingOperand),
            ("CEO AND NOT", Code::TitleFilterMissingString),
            ("NOT NOT CEO", Code::TitleFilterMissingString),
            ("\"CEO", Code::TitleFilter),
            (deep.as_str(), Code::TitleFilter),
        ] {
            assert_eq!(TitleFilter::parse(filter).unwrap_err().code, code, "{filter}");
        }
    }
}
