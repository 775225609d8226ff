//! Imports a new document of the vendor. All changes are computed in memory, so that either all
//! files are written or none.

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
