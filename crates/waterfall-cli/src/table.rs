//! A file of contacts or companies. Reads tables and JSON in the encodings and dialects of common
//! exports, guesses which columns identify the contacts, and writes rows with results next to them.
//!
//! | module | does |
//! |---|---|
//! | `source` | reads bytes, from the beginning as often as necessary |
//! | `workbook` | converts a sheet to CSV (feature `xlsx`) |
//! | `encoding` | converts bytes to text and back, byte for byte |
//! | `records` | splits text into records, each with its raw text |
//! | `cell_kind` | recognizes the kind of a cell's text |
//! | `field` | the possible meanings of a column |
//! | `layout` | guesses the delimiter and the header |
//! | `objects` | reads JSON lines and arrays |
//! | `format` | parses a row from its text, and writes it with results |
//! | `contact_file` | a complete file: its format and its rows |
//! | `mapping` | the meaning of each column |

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
