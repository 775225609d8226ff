//! Options of the commands of immediate operations.

use std::time::Duration;

use clap::Args as Group;
use serde_json::{Map, Value};

use crate::args::connection::Connection;
use crate::args::parse;

#[derive(Debug, Group)]
pub(crate) struct Operation {
    /// Your own JSON object, returned with the result
    #[arg(long, value_name = "JSON", value_parser = parse::json_object)]
    pub(crate) custom_fields: Option<Map<String, Value>>,
    /// Maximum waiting time: 90, 90s, 1.5m [default: 5m]
    ///
    /// Applies to a result that is not ready at once.
    #[arg(long, alias = "max-wait", value_name = "TIME", value_parser = parse::positive_duration)]
    pub(crate) deadline: Option<Duration>,
    #[command(flatten)]
    pub(crate) connection: Connection,
}
