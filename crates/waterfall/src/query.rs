//! The queries that launch jobs, one type for each kind of jobs. The modules beside them clean and
//! check one sort of value each, for all kinds.

pub(crate) mod contact;
mod custom_fields;
mod domain;
mod email;
mod linkedin;
mod name;
mod slug;
mod text;
pub(crate) mod web_address;
