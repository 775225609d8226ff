//! Taking a new document from the vendor in: everything is worked out in
//! memory, so that it is written as a whole or not at all.

mod address;
mod download;
mod given;
mod outcome;
mod plan;
mod remarks;
mod write;

pub use self::address::is_address;
pub use self::download::{Download, Limits, Origin, download};
pub use self::given::{Given, bytes, name, read};
pub use self::outcome::Outcome;
pub use self::plan::{Plan, compare, plan, regenerate};
pub use self::remarks::{remarks, worked_around};
pub use self::write::{File, write};
