//! A file of contacts or companies: reads tables and JSON in the encodings and dialects that exports have,
//! guesses which columns identify them, and writes rows with results beside them.
//!
//! | module | does |
//! |---|---|
//! | `source` | bytes, from the beginning as often as necessary |
//! | `workbook` | a sheet as CSV (feature `xlsx`) |
//! | `encoding` | bytes to text and back, byte for byte |
//! | `records` | text to records, each with its raw text |
//! | `cell_kind` | what the text of a cell looks like |
//! | `field` | what a column can mean |
//! | `layout` | guesses the delimiter and the header |
//! | `objects` | JSON lines and arrays |
//! | `format` | a row from its text, and back with results beside it |
//! | `contact_file` | a file as a whole: its format and its rows |
//! | `mapping` | which columns mean what |

mod cell_kind;
mod contact_file;
mod encoding;
mod field;
mod format;
mod layout;
mod mapping;
mod objects;
mod records;
mod source;
#[cfg(feature = "xlsx")]
mod workbook;

pub(crate) use self::contact_file::{ContactFile, FileRow, Unreadable};
pub(crate) use self::field::Field;
pub(crate) use self::format::Format;
pub(crate) use self::mapping::{Assignment, Given, Mapping, Values};

#[cfg(test)]
mod tests;
