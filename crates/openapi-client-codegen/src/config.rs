//! [`Config`]: the paths, names and versions of the repository that uses the generator.

use openapi_document::diagnostic::Diagnostic;

use crate::embed;

/// Paths, names and versions of a repository. All paths are relative to its root.
///
/// ```
/// use openapi_client_codegen::config::{Config, Runtime};
///
/// let config = Config {
///     runtime: Runtime::at("::openapi_client_runtime"),
///     client_version: "1.2.0".to_owned(),
///     command: "cargo xtask".to_owned(),
///     description: "api/openapi.yaml".to_owned(),
///     overlay: "api/overlay.yaml".to_owned(),
///     client: "client/src/generated.rs".to_owned(),
///     outline: "client/outline".to_owned(),
///     registry: None,
///     baseline: None,
///     document: None,
///     fixtures: None,
/// };
/// assert_eq!(config.losses(), "client/outline/losses.txt");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// How generated code refers to the runtime crate.
    pub runtime: Runtime,
    /// The current version of the client. Semver steps are computed from it.
    pub client_version: String,
    /// The command that writes the generated files, for headers and messages. Subcommands and flags
    /// are appended to it.
    pub command: String,
    /// The file with the API description.
    pub description: String,
    /// The file with the corrections of the description.
    pub overlay: String,
    /// The file with the generated client.
    pub client: String,
    /// The folder of the outline. All of its files are generated.
    pub outline: String,
    /// The file with a macro that maps schemas to Rust types, for tests.
    pub registry: Option<String>,
    /// The file with the types that progenitor generates without this crate, for benches.
    pub baseline: Option<String>,
    /// The file with the corrected description in JSON, for programs that serve it.
    pub document: Option<String>,
    /// Documents that each have one quirk. Tests compile their clients.
    pub fixtures: Option<Fixtures>,
}

/// How generated code refers to the runtime crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runtime {
    /// The path of the runtime crate: `crate` for code inside the runtime crate, or a path such as
    /// `::name_of_the_crate` for any other crate. Generated code needs no other dependency, because
    /// the runtime crate re-exports all others in a module `__private`.
    pub path: String,
    /// Whether types derive `JsonSchema` if the feature `schemars` of the containing crate is
    /// enabled.
    pub schemars: bool,
    /// Whether the runtime is embedded as the module `runtime`. The code then needs the crates in
    /// [`DEPENDENCIES`](crate::embed::DEPENDENCIES).
    pub is_embedded: bool,
}

impl Runtime {
    /// Creates the setting for code inside the runtime crate.
    pub fn here() -> Self {
        Self { path: "crate".to_owned(), schemars: true, is_embedded: false }
    }

    /// Creates the setting for code in a crate that depends on the runtime crate.
    pub fn at(path: impl Into<String>) -> Self {
        Self { path: path.into(), schemars: false, is_embedded: false }
    }

    /// Creates the setting for code that embeds the runtime.
    pub fn embedded() -> Self {
        Self { is_embedded: true, ..Self::at(embed::MODULE) }
    }

    pub(crate) fn parsed(&self) -> Result<syn::Path, Diagnostic> {
        syn::parse_str(&self.path).map_err(|_| {
            Diagnostic::new(format!("`{}` is not the path of a crate", self.path)).help(
                "name the runtime crate by a Rust path such as `::my_runtime`, or use `crate`",
            )
        })
    }
}

/// The locations of test documents and their clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixtures {
    /// The folder of the documents.
    pub documents: String,
    /// The file with the clients of all documents.
    pub clients: String,
}

impl Config {
    /// Returns the path of the file that lists the losses. The file exists only if there are
    /// losses.
    pub fn losses(&self) -> String {
        format!("{}/losses.txt", self.outline)
    }

    /// Returns the command that writes the generated files.
    pub(crate) fn generate(&self) -> String {
        format!("{} generate", self.command)
    }
}
