//! Prints filters as text that means the same under any precedence.

use std::fmt::{self, Display as _};

use super::TitleFilter;
use super::node::Node;
use super::parse::{OPERATORS, is_quote};

impl fmt::Display for TitleFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Term(term) if needs_quotes(term) => write!(f, "\"{term}\""),
            Self::Term(term) => f.write_str(term),
            Self::Not(operand) => {
                f.write_str("NOT ")?;
                operand.fmt_operand(f)
            }
            Self::And(operands) => fmt_all(operands, " AND ", f),
            Self::Or(operands) => fmt_all(operands, " OR ", f),
        }
    }
}

impl Node {
    fn fmt_operand(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Term(_) = self { self.fmt(f) } else { write!(f, "({self})") }
    }
}

fn fmt_all(operands: &[Node], operator: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, operand) in operands.iter().enumerate() {
        if index > 0 {
            f.write_str(operator)?;
        }
        operand.fmt_operand(f)?;
    }
    Ok(())
}

/// Returns whether the term would be parsed differently without quotation marks.
fn needs_quotes(term: &str) -> bool {
    term.is_empty()
        || term.contains(['(', ')'])
        || term.contains(is_quote)
        || term.split(' ').any(|word| OPERATORS.contains(&word))
}
