//! A build task for another workspace: generates the client of its API description. With `check`,
//! reports whether the client is up to date.
//!
//! Run it from the root of that workspace:
//! `cargo run -p openapi-client-codegen --example xtask -- generate`.

use std::error::Error;
use std::path::Path;

use openapi_client_codegen::config::{Config, Runtime};
use openapi_client_codegen::{artifacts, project};

fn main() -> Result<(), Box<dyn Error>> {
    let config = Config {
        runtime: Runtime::at("::my_runtime"),
        client_version: "1.2.0".to_owned(),
        command: "cargo xtask".to_owned(),
        description: "api/openapi.yaml".to_owned(),
        overlay: "api/overlay.yaml".to_owned(),
        client: "client/src/generated.rs".to_owned(),
        outline: "client/outline".to_owned(),
        registry: None,
        baseline: None,
        document: None,
        fixtures: None,
    };
    let root = Path::new(".");
    let files = project::run(root, &config)?;
    let stale = artifacts::stale(root, &files, &config);
    if std::env::args().nth(1).as_deref() == Some("check") {
        print!("{}", artifacts::report(&stale, files.len(), &config));
        std::process::exit(i32::from(!stale.is_empty()));
    }
    artifacts::write(root, &stale)?;
    Ok(())
}
