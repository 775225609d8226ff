//! Stage: progenitor generates the client, and passes over the syntax tree make it resilient.
//!
//! Each pass changes the result of the preceding pass for one purpose, which its module documents.
//! [`emit`] calls the passes in order.

mod answers;
mod client;
pub(crate) mod code;
mod constants;
mod constructors;
mod cycles;
mod docs;
mod duplicates;
mod enums;
mod fields;
mod headers;
mod jobs;
mod leave_out;
mod limits;
mod objects;
mod operations;
mod panics;
mod requests;
mod runtime;
mod schemars;
mod security;
mod statuses;
mod tolerance;
mod unions;
mod value_names;

use std::collections::{BTreeMap, BTreeSet};

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::pointer::child;
use openapiv3::OpenAPI;
use progenitor::{CrateVers, GenerationSettings, Generator, InterfaceStyle};
use serde::Deserialize;

pub(crate) use self::constructors::{is_required, is_sent_as_null};
pub use self::enums::Values;
pub use self::fields::Presences;
pub use self::headers::Headers;
pub use self::jobs::Job;
pub use self::limits::Lengths;
pub(crate) use self::operations::has_servers;
pub use self::operations::{Operation, Requirement};
use crate::config::Runtime;
use crate::embed;
use crate::markers;

/// The code of the client, and properties that the code does not express.
#[derive(Debug, Clone)]
pub struct Emitted {
    /// The code.
    pub file: syn::File,
    /// The presence of each field, by type and name.
    pub presence: Presences,
    /// The length limits of strings, by type.
    pub lengths: Lengths,
    /// The values of open enums' variants, by type and variant.
    pub values: Values,
    /// The types that operations take, including nested types.
    pub requests: BTreeSet<String>,
    /// The operations, in the order of the code.
    pub operations: Vec<Operation>,
    /// The kinds of jobs, in the order of their launchers.
    pub jobs: Vec<Job>,
    /// The structs of response headers.
    pub headers: Headers,
    /// The constants of security schemes, and how each scheme is applied.
    pub schemes: BTreeMap<String, String>,
    /// The URLs of the servers.
    pub servers: Vec<String>,
    /// Whether the server of single operations can be replaced.
    pub replaces_servers: bool,
}

/// Generates the code of a normalized document.
pub fn emit(document: &Document, runtime: &Runtime) -> Result<Emitted, Diagnostic> {
    let path = runtime.parsed()?;
    let mut file = progenitor(document, true)?;
    let presence = fields::fold(&mut file)?;
    unions::restore(code::types_mut(&mut file)?, &document.root);
    statuses::restore(code::types_mut(&mut file)?, &document.root);
    let requests = constructors::request_types(&file);
    cycles::box_types(code::types_mut(&mut file)?);
    tolerance::keep_elements(&mut file);
    let types = code::types_mut(&mut file)?;
    unions::decode(types, &document.root);
    tolerance::accept_any_text(types);
    objects::decode_by_hand(types);
    constructors::add(types, &requests, &presence);
    let values = enums::open(types, &document.root);
    constants::add(types, &document.root);
    let lengths = limits::annotate(types);
    if runtime.schemars {
        schemars::derive_behind_feature(types);
    } else {
        schemars::remove(types);
    }
    let replaces_servers = has_servers(&document.root);
    client::behind_transport(&mut file, replaces_servers);
    let operations = operations::write(&mut file, document)?;
    let jobs = jobs::implement(&mut file, &operations);
    let headers = headers::describe(&mut file, &operations);
    let servers = security::servers(&mut file, &document.root);
    let schemes = security::schemes(&mut file, &document.root);
    docs::plain(&mut file);
    runtime::name(&mut file, &path)
        .map_err(|error| Diagnostic::new(format!("the generated code is invalid: {error}")))?;
    if runtime.is_embedded {
        file.items.push(embed::module()?);
    }
    Ok(Emitted {
        file,
        presence,
        lengths,
        values,
        requests,
        operations,
        jobs,
        headers,
        schemes,
        servers,
        replaces_servers,
    })
}

/// Returns progenitor's client of a 3.0 document. With `seam`, types implement `PartialEq`, and
/// code that the passes replace is removed. Otherwise, the code is unchanged.
pub fn progenitor(document: &Document, seam: bool) -> Result<syn::File, Diagnostic> {
    // Deserializes a second time to determine the path of an error. This is done only after a
    // failure, because it doubles the cost.
    let api = OpenAPI::deserialize(&document.root).or_else(|_| {
        serde_path_to_error::deserialize(&document.root).map_err(|error| {
            let pointer = pointer(error.path());
            document.diagnostic(&pointer, format!("not valid OpenAPI: {}", error.into_inner()))
        })
    })?;
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_crate(markers::CRATE, CrateVers::Any, None)
        .with_map_type("::std::collections::BTreeMap");
    if seam {
        settings.with_derive("PartialEq");
    }
    let tokens = panics::caught(|| Generator::new(&settings).generate_tokens(&api))
        .map_err(|panic| Diagnostic::new(format!("progenitor rejects the document: {panic}")))?
        .map_err(|error| Diagnostic::new(format!("progenitor rejects the document: {error}")))?;
    let tokens = if seam { leave_out::replaced(tokens) } else { tokens };
    let file = syn::parse2(tokens)
        .map_err(|error| Diagnostic::new(format!("progenitor's code is invalid: {error}")))?;
    duplicates::check(&file)?;
    Ok(file)
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;

    path.iter().fold(String::new(), |pointer, segment| match segment {
        Segment::Map { key } => child(&pointer, key),
        Segment::Seq { index } => child(&pointer, index),
        Segment::Enum { .. } | Segment::Unknown => pointer,
    })
}
