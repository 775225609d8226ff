//! The specifics of this repository: its paths, the name of its command, and the version of its
//! client.

#[path = "../../crates/waterfall-cli/src/commands/drift/formats.rs"]
pub mod formats;

use std::path::Path;

use openapi_client_codegen::config::{Config, Fixtures, Runtime};

/// The command, as maintainers type it.
pub const COMMAND: &str = "cargo xtask";
/// The API description, relative to the top folder of the repository.
pub const DESCRIPTION: &str = "openapi/waterfall.yaml";
/// Where the vendor publishes the description.
pub const VENDOR: &str = "https://waterfall-io-public.s3.us-east-1.amazonaws.com/api_specs.yaml";
/// The source from which the stored description was downloaded, if it was.
pub const ORIGIN: &str = "openapi/origin.json";
/// The corrections of the description.
pub const OVERLAY: &str = "openapi/overlay.yaml";
/// The lint findings in the description that are accepted.
pub const ACCEPTED: &str = "openapi/lint.yaml";
/// Severities and accepted changes of `diff`; optional.
pub const DIFF_RULES: &str = "openapi/diff.yaml";
/// The generated client.
pub const CLIENT: &str = "crates/waterfall-api/src/generated.rs";
/// The folder of the outline; all of its files are generated.
pub const OUTLINE: &str = "tests/snapshots/outline";
/// The Rust type of each schema, for tests.
pub const REGISTRY: &str = "tests/src/registry.rs";
/// The output of progenitor alone for the description, for benches.
pub const BASELINE: &str = "tests/benches/decode/plain.rs";
/// The description with its corrections, which the sandbox serves.
pub const SERVED: &str = "crates/waterfall-sandbox/src/docs/openapi.json";
/// Documents with one quirk each.
pub const FIXTURES: &str = "tests/fixtures/quirks";
/// The clients of those documents.
pub const FIXTURE_CLIENTS: &str = "tests/src/fixtures.rs";

/// The runtime crate, by its name in generated code.
pub const RUNTIME: &str = "::openapi_client_runtime";
/// The version of the client's crate, on which semver steps are based.
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

/// Returns the top folder of the repository in which this was built. The crates that include this
/// file are one folder below.
pub fn built_in() -> &'static Path {
    let this = Path::new(env!("CARGO_MANIFEST_DIR"));
    this.parent().unwrap_or(this)
}
