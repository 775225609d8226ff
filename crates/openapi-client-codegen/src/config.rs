//! What the generator has to know of the repository that it works for.

use openapi_document::diagnostic::Diagnostic;

use crate::embed;

/// Paths, names and versions of a repository. All paths are from its top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// How generated code names the runtime crate.
    pub runtime: Runtime,
    /// The version of the client, from which semver steps are taken.
    pub client_version: String,
    /// The command that writes the generated files, as headers and messages
    /// name it. Its subcommands and flags are appended.
    pub command: String,
    /// The API description.
    pub description: String,
    /// Its corrections.
    pub overlay: String,
    /// The generated client.
    pub client: String,
    /// The folder of the outline; all of its files are generated.
    pub outline: String,
    /// A macro that lists which Rust type each schema became, for tests.
    pub registry: Option<String>,
    /// What progenitor makes of the description on its own, for benches.
    pub baseline: Option<String>,
    /// The description after its corrections, in JSON, for programs that serve it.
    pub document: Option<String>,
    /// Documents with one quirk each, whose clients tests compile.
    pub fixtures: Option<Fixtures>,
}

/// How generated code names what it refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runtime {
    /// The path of the runtime crate: `crate` for code that is part of it, such
    /// as `::name_of_the_crate` for code anywhere else. The runtime crate is then the only
    /// dependency that the code needs; it re-exports all others in a module
    /// `__private`.
    pub path: String,
    /// Whether types derive `JsonSchema` behind the feature `schemars` of the
    /// crate that has the code.
    pub schemars: bool,
    /// Whether the code has the runtime as a module of its own, `runtime`. It needs the crates
    /// of [`DEPENDENCIES`](crate::embed::DEPENDENCIES) then.
    pub is_embedded: bool,
}

impl Runtime {
    /// Code of the runtime crate itself.
    pub fn here() -> Self {
        Self { path: "crate".to_owned(), schemars: true, is_embedded: false }
    }

    /// Code of any crate that depends on the runtime crate.
    pub fn at(path: impl Into<String>) -> Self {
        Self { path: path.into(), schemars: false, is_embedded: false }
    }

    /// Code that needs no runtime crate.
    pub fn embedded() -> Self {
        Self { is_embedded: true, ..Self::at(embed::MODULE) }
    }

    pub(crate) fn parsed(&self) -> Result<syn::Path, Diagnostic> {
        syn::parse_str(&self.path).map_err(|_| {
            Diagnostic::new(format!("`{}` is not the path of a crate", self.path))
                .help("name the runtime crate as code does, such as `::my_runtime`, or `crate`")
        })
    }
}

/// Where documents for tests are, and where their clients go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixtures {
    /// The folder of the documents.
    pub documents: String,
    /// The file with the clients of all of them.
    pub clients: String,
}

impl Config {
    /// What the description says and the client can't; there only if there is
    /// something of the kind.
    pub fn losses(&self) -> String {
        format!("{}/losses.txt", self.outline)
    }

    /// The command that writes the generated files.
    pub(crate) fn generate(&self) -> String {
        format!("{} generate", self.command)
    }
}
