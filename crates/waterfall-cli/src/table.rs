//! A file of contacts: reads tables and JSON in the encodings and dialects that exports have,
//! guesses which columns identify the person, and writes rows with results beside them.
//!
//! | module | does |
//! |---|---|
//! | `encoding` | bytes to text and back, byte for byte |
//! | `records` | text to records, each with its raw text |
//! | `cell_kind` | what the text of a cell looks like |
//! | `layout` | guesses the delimiter and the header |
//! | `objects` | JSON lines and arrays |
//! | `contact_file` | a file as a whole: its format and its rows |
//! | `mapping` | which columns mean what |

mod cell_kind;
mod contact_file;
mod encoding;
mod layout;
mod mapping;
mod objects;
mod records;

pub(crate) use self::contact_file::{ContactFile, FileRow, Format, Unreadable};
pub(crate) use self::mapping::{Assignment, Mapping};

#[cfg(test)]
mod tests;
