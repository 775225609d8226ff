//! What changed from one document to another, and whom it harms.
//!
//! Two levels, which need not agree: [`api`](Report::api) is what changed for
//! anybody who calls the API, judged by what the documents mean and not by
//! how they say it; [`client`](Report::client) is what a crate sees that
//! depends on the generated client.
//!
//! The API is judged by who sends a value. Where the client sends it, asking
//! for more breaks; where the server does, promising less breaks. A schema
//! that is used both ways is judged both ways. Where it is not known, a
//! change counts as breaking.

mod bodies;
mod change;
mod client;
mod client_change;
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
