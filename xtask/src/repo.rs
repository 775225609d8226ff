//! What is particular to this repository: all its paths, the name of its
//! command, and the version of its client.

#[path = "../../crates/waterfall-cli/src/commands/drift/formats.rs"]
pub mod formats;

use std::path::Path;

use openapi_client_codegen::config::{Config, Fixtures, Runtime};

/// The command, as maintainers type it.
pub const COMMAND: &str = "cargo xtask";
/// The API description, from the top of the repository.
pub const DESCRIPTION: &str = "openapi/waterfall.yaml";
/// Where the vendor publishes the description.
pub const VENDOR: &str = "https://waterfall-io-public.s3.us-east-1.amazonaws.com/api_specs.yaml";
/// Where the stored description was downloaded from, if it was.
pub const ORIGIN: &str = "openapi/origin.json";
/// The corrections of the description.
pub const OVERLAY: &str = "openapi/overlay.yaml";
/// The lint findings in the description that are accepted.
pub const ACCEPTED: &str = "openapi/lint.yaml";
/// Severities and accepted changes of `diff`; there need not be any.
pub const DIFF_RULES: &str = "openapi/diff.yaml";
/// The generated client.
pub const CLIENT: &str = "crates/waterfall-api/src/generated.rs";
/// The folder of the outline; all of its files are generated.
pub const OUTLINE: &str = "tests/snapshots/outline";
/// Which Rust type each schema became, for tests.
pub const REGISTRY: &str = "tests/src/registry.rs";
/// What progenitor makes of the description on its own, for benches.
pub const BASELINE: &str = "tests/benches/decode/plain.rs";
/// The description after its corrections, which the sandbox serves.
pub const SERVED: &str = "crates/waterfall-sandbox/src/docs/openapi.json";
/// Documents with one quirk each.
pub const FIXTURES: &str = "tests/fixtures/quirks";
/// The clients of those documents.
pub const FIXTURE_CLIENTS: &str = "tests/src/fixtures.rs";

/// The runtime crate of generated code, as that code names it.
pub const RUNTIME: &str = "::openapi_client_runtime";
/// The version of the client's crate, from which semver steps are taken.
pub const CLIENT_VERSION: &str = "0.1.0";

/// The settings of the generator.
pub fn config() -> Config {
    Config {
        runtime: Runtime { schemars: true, ..Runtime::at(RUNTIME) },
        client_version: CLIENT_VERSION.to_owned(),
        command: COMMAND.to_owned(),
        description: DESCRIPTION.to_owned(),
        overlay: OVERLAY.to_owned(),
        client: CLIENT.to_owned(),
        outline: OUTLINE.to_owned(),
        registry: Some(REGISTRY.to_owned()),
        baseline: Some(BASELINE.to_owned()),
        document: Some(SERVED.to_owned()),
        fixtures: Some(Fixtures {
            documents: FIXTURES.to_owned(),
            clients: FIXTURE_CLIENTS.to_owned(),
        }),
    }
}

/// The top of the repository in which this was built. The crates that include
/// this file are one folder below.
pub fn built_in() -> &'static Path {
    let this = Path::new(env!("CARGO_MANIFEST_DIR"));
    this.parent().unwrap_or(this)
}
