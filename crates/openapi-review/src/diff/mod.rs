//! Compares two documents, and reports what changed and whom it affects.
//!
//! There are two levels, which may differ. [`api`](Report::api) contains the changes for any caller
//! of the API, judged by the meaning of the documents and not by their wording.
//! [`client`](Report::client) contains the changes for a crate that depends on the generated
//! client.
//!
//! The verdict on a change of the API depends on the sender of the value. If the client sends it,
//! an additional requirement is breaking; if the server sends it, a weaker guarantee is. A schema
//! that is used in both directions is judged in both. If the direction is not known, a change
//! counts as breaking.

mod bodies;
mod change;
mod client;
mod client_change;
mod constants;
mod constraints;
mod docs;
mod document;
mod fields;
mod graph;
mod items;
mod json;
mod keywords;
mod kind;
mod known;
mod markdown;
mod matched;
mod media;
mod operation;
mod operations;
mod overrides;
mod pair;
mod parameters;
mod read;
mod renames;
mod report;
mod security;
mod sent;
mod servers;
mod sets;
mod shape;
mod subject;
mod text;
mod types;
mod unions;
mod used_by;
mod view;

pub use self::change::{Change, Direction, Side, Verdict};
pub use self::client::{ClientReport, compare as compare_clients};
pub use self::client_change::{ClientChange, Step};
pub use self::json::json;
pub use self::kind::{ClientKind, Kind};
pub use self::markdown::markdown;
pub use self::overrides::Overrides;
pub use self::report::{Operations, Report, api, compare, report};
pub use self::text::text;
