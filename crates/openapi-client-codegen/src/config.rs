//! What the generator has to know of the repository that it works for.

/// Paths, names and versions of a repository. All paths are from its top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
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
    /// Documents with one quirk each, whose clients tests compile.
    pub fixtures: Option<Fixtures>,
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
