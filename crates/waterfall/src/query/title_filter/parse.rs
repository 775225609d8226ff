//! The parser: `or := and (OR and)*`, `and := unary (AND unary)*`,
//! `unary := NOT unary | ( or ) | term`.

use super::error::{Problem, TitleFilterError};
use super::node::Node;
use crate::query::text;

pub(super) const OPERATORS: [&str; 3] = ["AND", "OR", "NOT"];

/// The maximum depth of nested parentheses and `NOT`s.
const DEEPEST: usize = 100;

pub(super) fn is_quote(character: char) -> bool {
    matches!(character, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}')
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Term(String),
    And,
    Or,
    Not,
    Left,
    Right,
}

pub(super) fn parse(text: &str) -> Result<Node, TitleFilterError> {
    let tokens = tokens(text)?;
    let mut parser = Parser { text, tokens, next: 0, depth: 0 };
    if parser.tokens.is_empty() {
        return Err(parser.error(Problem::Empty, 0));
    }
    let node = parser.or()?;
    match parser.peek() {
        None => Ok(node),
        Some((token, at)) => {
            let problem = match token {
                Token::Right => Problem::ExtraRightParenthesis,
                token => extra(token),
            };
            Err(parser.error(problem, *at))
        }
    }
}

/// Returns the problem of a token in the position of an operator. `AND` and `OR` are operators.
fn extra(token: &Token) -> Problem {
    match token {
        Token::Left => Problem::ExtraLeftParenthesis,
        Token::Not => Problem::ExtraNot,
        _ => Problem::ExtraTerm,
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(Token, usize)>,
    next: usize,
    depth: usize,
}

impl Parser<'_> {
    fn or(&mut self) -> Result<Node, TitleFilterError> {
        let mut node = self.and()?;
        while self.take(&Token::Or) {
            node = Node::or(node, self.and()?);
        }
        Ok(node)
    }

    fn and(&mut self) -> Result<Node, TitleFilterError> {
        let mut node = self.unary(Problem::MissingOperand)?;
        while self.take(&Token::And) {
            node = Node::and(node, self.unary(Problem::MissingOperand)?);
        }
        Ok(node)
    }

    fn unary(&mut self, missing: Problem) -> Result<Node, TitleFilterError> {
        let Some((token, at)) = self.peek().cloned() else {
            return Err(self.error(missing, self.text.trim_end().len()));
        };
        if self.depth == DEEPEST {
            return Err(self.error(Problem::TooDeep, at));
        }
        self.next += 1;
        self.depth += 1;
        let node = match token {
            Token::Term(term) => Node::Term(term),
            Token::Not => Node::Not(Box::new(self.unary(Problem::MissingOperandOfNot)?)),
            Token::Left => self.group(at)?,
            Token::And | Token::Or | Token::Right => return Err(self.error(missing, at)),
        };
        self.depth -= 1;
        Ok(node)
    }

    fn group(&mut self, opened_at: usize) -> Result<Node, TitleFilterError> {
        let node = self.or()?;
        match self.peek() {
            Some((Token::Right, _)) => {
                self.next += 1;
                Ok(node)
            }
            Some((token, at)) => Err(self.error(extra(token), *at)),
            None => Err(self.error(Problem::MissingRightParenthesis, opened_at)),
        }
    }

    fn peek(&self) -> Option<&(Token, usize)> {
        self.tokens.get(self.next)
    }

    fn take(&mut self, token: &Token) -> bool {
        let is_next = self.peek().is_some_and(|(next, _)| next == token);
        self.next += usize::from(is_next);
        is_next
    }

    fn error(&self, problem: Problem, position: usize) -> TitleFilterError {
        error(self.text, problem, position)
    }
}

pub(super) fn error(text: &str, problem: Problem, position: usize) -> TitleFilterError {
    let column = text[..position].chars().count() + 1;
    TitleFilterError { problem, position, column }
}

/// Returns the tokens with their positions. Words without an operator between them are one term.
fn tokens(text: &str) -> Result<Vec<(Token, usize)>, TitleFilterError> {
    let mut tokens = Vec::new();
    let mut words: Option<(usize, usize)> = None;
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        let end = at + character.len_utf8();
        if character.is_whitespace() {
            at = end;
            continue;
        }
        let (token, end) = match character {
            '(' => (Some(Token::Left), end),
            ')' => (Some(Token::Right), end),
            quote if is_quote(quote) => {
                let (term, end) = quoted(text, at, end)?;
                (Some(Token::Term(term)), end)
            }
            _ => {
                let is_end = |c: char| c.is_whitespace() || c == '(' || c == ')' || is_quote(c);
                let end = text[at..].find(is_end).map_or(text.len(), |length| at + length);
                (operator(&text[at..end]), end)
            }
        };
        match token {
            Some(token) => {
                add_term(text, words.take(), &mut tokens)?;
                tokens.push((token, at));
            }
            None => words = Some((words.map_or(at, |(start, _)| start), end)),
        }
        at = end;
    }
    add_term(text, words, &mut tokens)?;
    Ok(tokens)
}

fn operator(word: &str) -> Option<Token> {
    match word {
        "AND" => Some(Token::And),
        "OR" => Some(Token::Or),
        "NOT" => Some(Token::Not),
        _ => None,
    }
}

fn add_term(
    text: &str,
    words: Option<(usize, usize)>,
    tokens: &mut Vec<(Token, usize)>,
) -> Result<(), TitleFilterError> {
    let Some((start, end)) = words else { return Ok(()) };
    let term = term(text, start, &text[start..end])?;
    // A term can't consist of invisible characters alone.
    if !term.is_empty() {
        tokens.push((Token::Term(term), start));
    }
    Ok(())
}

fn quoted(text: &str, at: usize, start: usize) -> Result<(String, usize), TitleFilterError> {
    let Some(length) = text[start..].find(is_quote) else {
        return Err(error(text, Problem::OpenQuote, at));
    };
    let end = start + length;
    let term = term(text, at, &text[start..end])?;
    if term.is_empty() {
        return Err(error(text, Problem::EmptyTerm, at));
    }
    let quote = text[end..].chars().next().map_or(0, char::len_utf8);
    Ok((term, end + quote))
}

fn term(text: &str, at: usize, words: &str) -> Result<String, TitleFilterError> {
    let term = text::clean(words);
    if text::has_control(&term) {
        return Err(error(text, Problem::ControlCharacter, at));
    }
    Ok(term)
}
