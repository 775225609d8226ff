//! The queries that launch jobs, one type for each kind of jobs. The modules beside them clean and
//! check one sort of value each, for all kinds.

pub(crate) mod contact;
pub(crate) mod custom_fields;
pub(crate) mod domain;
pub(crate) mod email;
pub(crate) mod linkedin;
pub(crate) mod name;
mod slug;
pub(crate) mod text;
pub(crate) mod web_address;
