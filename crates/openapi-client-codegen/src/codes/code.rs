//! What a code is.

/// Whether a line of the report is about something that is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// The client can send and understand all that it could without the change.
    Lossless,
    /// Something that the document says does not reach the client.
    Lossy,
}

/// A cause of lines in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The stable name, in kebab case.
    pub id: &'static str,
    /// What it costs.
    pub loss: Loss,
    /// What it means.
    pub meaning: &'static str,
    /// Why it happens.
    pub reason: &'static str,
    /// What to do.
    pub action: &'static str,
}

/// What to do where nothing is lost.
pub(super) const NOTHING: &str = "Nothing.";
/// What to do where the document can be written otherwise.
pub(super) const CORRECT: &str =
    "Correct the document in an overlay if the client should have more.";

/// Declares codes and the list of all of them: name, loss, meaning, reason, action.
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
