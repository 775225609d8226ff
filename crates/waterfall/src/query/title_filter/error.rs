//! [`TitleFilterError`]: why a text is not a valid title filter.

use std::fmt;

use waterfall_api::types::ErrorCode;

/// Returned if a text is not a valid [`TitleFilter`](crate::TitleFilter).
///
/// ```
/// use waterfall::{ErrorCode, TitleFilter};
///
/// let error = "CFO OR (VP Finance AND Head".parse::<TitleFilter>().unwrap_err();
/// assert_eq!((error.position(), error.column()), (7, 8));
/// assert_eq!(error.code(), ErrorCode::ValidationBadTitleFilterMissingRightParenthesis);
/// assert_eq!(error.to_string(), "column 8: the right parenthesis for this one is missing");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TitleFilterError {
    pub(super) problem: Problem,
    pub(super) position: usize,
    pub(super) column: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    Empty,
    MissingOperand,
    MissingOperandOfNot,
    MissingRightParenthesis,
    ExtraRightParenthesis,
    ExtraLeftParenthesis,
    ExtraTerm,
    ExtraNot,
    EmptyTerm,
    OpenQuote,
    QuoteInTerm,
    ControlCharacter,
    TooDeep,
}

impl TitleFilterError {
    /// Returns the position of the problem: the offset in bytes from the start of the text.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Returns the position of the problem: the number of the character, from 1.
    pub fn column(&self) -> usize {
        self.column
    }

    /// Returns the code with which the API would reject the text. A text that is ambiguous, but
    /// that the API may accept, has the general
    /// [`ValidationBadTitleFilter`](ErrorCode::ValidationBadTitleFilter).
    pub fn code(&self) -> ErrorCode {
        match self.problem {
            Problem::Empty | Problem::MissingOperandOfNot | Problem::EmptyTerm => {
                ErrorCode::ValidationBadTitleFilterMissingString
            }
            Problem::MissingOperand => {
                ErrorCode::ValidationBadTitleFilterMissingStringOrNotOrLeftParenthesis
            }
            Problem::MissingRightParenthesis => {
                ErrorCode::ValidationBadTitleFilterMissingRightParenthesis
            }
            Problem::ExtraRightParenthesis => {
                ErrorCode::ValidationBadTitleFilterExtraRightParenthesis
            }
            Problem::ExtraLeftParenthesis => {
                ErrorCode::ValidationBadTitleFilterExtraLeftParenthesis
            }
            Problem::ExtraTerm => ErrorCode::ValidationBadTitleFilterExtraString,
            Problem::ExtraNot
            | Problem::OpenQuote
            | Problem::QuoteInTerm
            | Problem::ControlCharacter
            | Problem::TooDeep => ErrorCode::ValidationBadTitleFilter,
        }
    }
}

impl fmt::Display for TitleFilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: ", self.column)?;
        f.write_str(match self.problem {
            Problem::Empty => "a term is missing; give a job title, such as CFO OR VP Finance",
            Problem::MissingOperand => "a term, NOT or a left parenthesis is missing",
            Problem::MissingOperandOfNot => "a term or a left parenthesis is missing after NOT",
            Problem::MissingRightParenthesis => "the right parenthesis for this one is missing",
            Problem::ExtraRightParenthesis => "there is no left parenthesis for this one",
            Problem::ExtraLeftParenthesis => {
                "there is no operator before this parenthesis; add AND or OR"
            }
            Problem::ExtraTerm => "there is no operator before this term; add AND or OR",
            Problem::ExtraNot => "there is no operator before this NOT; write AND NOT or OR NOT",
            Problem::EmptyTerm => "the quotation marks have no term in them",
            Problem::OpenQuote => "the second quotation mark is missing",
            Problem::QuoteInTerm => "a term has a quotation mark in it, which can't be sent",
            Problem::ControlCharacter => "the term has a control character",
            Problem::TooDeep => "the parentheses are nested too deeply",
        })
    }
}

impl std::error::Error for TitleFilterError {}
