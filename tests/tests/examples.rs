//! Every named example of the description is a fixture: it decodes, encodes to the same JSON value,
//! and matches its snapshot. A new example in `openapi/waterfall.yaml` becomes a test.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use openapi_document::examples::{Example, collect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use waterfall_api::types::*;

macro_rules! dispatch {
    ($($schema:literal => $type:ty,)*) => {
        fn round_trip(example: &Example) -> Result<(Value, String), Failed> {
            match example.schema.as_str() {
                $($schema => round_trip_as::<$type>(&example.value),)*
                other => Err(format!("there is no type for the schema {other}").into()),
            }
        }
    };
}

waterfall_tests::for_each_schema!(dispatch);

fn round_trip_as<T: DeserializeOwned + Serialize + std::fmt::Debug>(
    value: &Value,
) -> Result<(Value, String), Failed> {
    let text = serde_json::to_string(value).map_err(|error| error.to_string())?;
    let decoded: T = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let encoded = serde_json::to_value(&decoded).map_err(|error| error.to_string())?;
    Ok((encoded, waterfall_tests::shown(&decoded)))
}

fn check(example: &Example) -> Result<(), Failed> {
    let (encoded, decoded) = round_trip(example)?;
    if encoded != example.value {
        return Err(format!(
            "was encoded differently:\n{encoded:#}\ninstead of\n{:#}",
            example.value
        )
        .into());
    }
    insta::with_settings!({
        snapshot_path => "../snapshots/examples",
        prepend_module_to_snapshot => false,
        omit_expression => true,
        description => format!("{} decoded as {}", example.name, example.schema),
    }, {
        insta::assert_snapshot!(format!("{}_{}", example.schema, example.name), decoded);
    });
    Ok(())
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = collect(&waterfall_tests::description())
        .into_iter()
        .map(|example| {
            let name = format!("{}::{}", example.schema, example.name);
            Trial::test(name, move || check(&example))
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}
