pub mod operations {}
pub mod types {}
pub struct Client;
