//! [`Code`]: the cause of a line in the report.

/// Whether a change loses information.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// The client can send and decode everything that it could without the change.
    Lossless,
    /// Something in the document is missing from the client.
    Lossy,
}

/// A cause of lines in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The stable identifier in kebab case.
    pub id: &'static str,
    /// Whether the change loses information.
    pub loss: Loss,
    /// The meaning of the line.
    pub meaning: &'static str,
    /// The reason for the change.
    pub reason: &'static str,
    /// The recommended action.
    pub action: &'static str,
}

/// The action if nothing is lost.
pub(super) const NOTHING: &str = "Nothing.";
/// The action if the document can be written differently.
pub(super) const CORRECT: &str =
    "If the client should represent more, correct the document in an overlay.";

/// Declares codes with their name, loss, meaning, reason and action, and the list of all codes.
macro_rules! codes {
    ($list:ident: $($name:ident, $id:literal, $loss:ident, $meaning:literal, $reason:literal, $action:expr;)*) => {
        $(
            #[doc = $meaning]
            pub static $name: crate::codes::code::Code = crate::codes::code::Code {
                id: $id,
                loss: crate::codes::code::Loss::$loss,
                meaning: $meaning,
                reason: $reason,
                action: $action,
            };
        )*
        pub(super) static $list: &[&crate::codes::code::Code] = &[$(&$name),*];
    };
}
pub(super) use codes;
