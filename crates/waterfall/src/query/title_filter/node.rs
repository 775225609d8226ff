//! [`Node`]: an expression.

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// A clean text. It may be empty if it was built.
    Term(String),
    Not(Box<Node>),
    /// At least two operands, none of which is an `And`.
    And(Vec<Node>),
    /// At least two operands, none of which is an `Or`.
    Or(Vec<Node>),
}

impl Node {
    pub(super) fn or(one: Self, other: Self) -> Self {
        let mut operands = one.into_or();
        operands.extend(other.into_or());
        Self::Or(operands)
    }

    pub(super) fn and(one: Self, other: Self) -> Self {
        let mut operands = one.into_and();
        operands.extend(other.into_and());
        Self::And(operands)
    }

    fn into_or(self) -> Vec<Self> {
        if let Self::Or(operands) = self { operands } else { vec![self] }
    }

    fn into_and(self) -> Vec<Self> {
        if let Self::And(operands) = self { operands } else { vec![self] }
    }

    pub(super) fn any_term(&self, is: &impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Term(term) => is(term),
            Self::Not(operand) => operand.any_term(is),
            Self::And(operands) | Self::Or(operands) => {
                operands.iter().any(|operand| operand.any_term(is))
            }
        }
    }
}
