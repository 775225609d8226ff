//! [`TitleFilter`]: a Boolean expression over job titles.

mod error;
mod node;
mod parse;
mod print;

use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use self::error::Problem;
pub use self::error::TitleFilterError;
use self::node::Node;
use super::text;

/// A Boolean expression that a person's job title must match, for a
/// [`ProspectorQuery`](crate::ProspectorQuery).
///
/// Build it, or parse it from text:
///
/// ```
/// use waterfall::TitleFilter;
///
/// let built = TitleFilter::term("CFO").or("VP Finance").and(TitleFilter::not("Assistant"));
/// let parsed: TitleFilter = "(CFO OR VP Finance) AND NOT Assistant".parse()?;
/// assert_eq!(built, parsed);
/// assert_eq!(built.to_string(), "(CFO OR VP Finance) AND (NOT Assistant)");
/// # Ok::<(), waterfall::TitleFilterError>(())
/// ```
///
/// # Text
///
/// Terms, the operators `AND`, `OR` and `NOT` in upper case, and parentheses. A term is one or more
/// words, `VP Finance` for example; `and`, `or` and `not` in lower case are words. There must be an
/// operator between two terms.
///
/// Waterfall does not document precedence and quotation marks, so this crate avoids both:
///
/// - When a text is parsed, `NOT` binds more tightly than `AND`, and `AND` more tightly than `OR`.
///   A filter prints, and is sent, with parentheses wherever operators are mixed, so that it means
///   the same under any precedence.
/// - A term may be quoted when a text is parsed (`"VP Finance"`). It prints with quotation marks
///   only if it would be parsed differently without them: a term with an operator or a parenthesis
///   in it, such as `"R AND D"`. It is not known whether Waterfall supports these.
///
/// It is also undocumented whether a term matches whole words or parts of words.
///
/// A malformed text is rejected with the position of the problem ([`TitleFilterError`]). serde
/// serializes the text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TitleFilter(Node);

impl TitleFilter {
    /// Matches titles that match this term: one or more words. The term is not parsed: `AND` and
    /// parentheses in it are parts of the term.
    pub fn term(term: impl AsRef<str>) -> Self {
        Self(Node::Term(text::clean(term.as_ref())))
    }

    /// Matches titles that don't match this filter.
    #[must_use]
    pub fn not(filter: impl Into<Self>) -> Self {
        Self(Node::Not(Box::new(filter.into().0)))
    }

    /// Matches titles that match at least one of these filters. Invalid without any filter.
    ///
    /// ```
    /// use waterfall::TitleFilter;
    ///
    /// let filter = TitleFilter::any(["CFO", "VP Finance", "Head of Finance"]);
    /// assert_eq!(filter.to_string(), "CFO OR VP Finance OR Head of Finance");
    /// ```
    pub fn any<T: Into<Self>>(filters: impl IntoIterator<Item = T>) -> Self {
        let filters = filters.into_iter().map(Into::into);
        filters.reduce(|one, other: Self| one.or(other)).unwrap_or_else(|| Self::term(""))
    }

    /// Matches titles that match this filter, the other one, or both. A text is a term.
    #[must_use]
    pub fn or(self, other: impl Into<Self>) -> Self {
        Self(Node::or(self.0, other.into().0))
    }

    /// Matches titles that match both this filter and the other one. A text is a term.
    #[must_use]
    pub fn and(self, other: impl Into<Self>) -> Self {
        Self(Node::and(self.0, other.into().0))
    }

    /// Checks whether the filter can be sent. A parsed filter always can.
    ///
    /// # Errors
    ///
    /// A term is empty or contains a quotation mark. The position is that in the printed filter.
    pub fn validate(&self) -> Result<(), TitleFilterError> {
        let text = self.to_string();
        if self.0.any_term(&|term: &str| term.contains(parse::is_quote)) {
            let position = text.find(parse::is_quote).unwrap_or_default();
            return Err(parse::error(&text, Problem::QuoteInTerm, position));
        }
        text.parse::<Self>().map(|_| ())
    }

    /// Returns the operators in lower case, which are parsed as words of a term.
    pub(super) fn words_like_operators(&self) -> Vec<&'static str> {
        const OPERATORS: [&str; 3] = ["and", "or", "not"];
        let has = |operator: &&str| {
            let is_word = |term: &str| term.split(' ').any(|word| word == *operator);
            self.0.any_term(&is_word)
        };
        OPERATORS.into_iter().filter(|operator| has(operator)).collect()
    }
}

/// A term.
impl From<&str> for TitleFilter {
    fn from(term: &str) -> Self {
        Self::term(term)
    }
}

/// A term.
impl From<String> for TitleFilter {
    fn from(term: String) -> Self {
        Self::term(term)
    }
}

impl FromStr for TitleFilter {
    type Err = TitleFilterError;

    fn from_str(text: &str) -> Result<Self, TitleFilterError> {
        parse::parse(text).map(Self)
    }
}

impl Serialize for TitleFilter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TitleFilter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
