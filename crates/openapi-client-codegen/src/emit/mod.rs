//! Stage: progenitor writes the client, and syn passes make it resilient.
//!
//! A pass takes the code that the one before it left and has one idea, which
//! its module documents. [`emit`] lists them in order.

mod answers;
mod client;
pub(crate) mod code;
mod constants;
mod constructors;
mod cycles;
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

/// The client's code, and what is known of it that the code doesn't say.
#[derive(Debug, Clone)]
pub struct Emitted {
    /// The code.
    pub file: syn::File,
    /// How each field behaves when it is absent or null, by type and name.
    pub presence: Presences,
    /// The lengths that limited strings take, by type.
    pub lengths: Lengths,
    /// The texts of the variants of open enums, by type and variant.
    pub values: Values,
    /// The types that some operation takes, and all that they are made of.
    pub requests: BTreeSet<String>,
    /// The operations, in the order of the code.
    pub operations: Vec<Operation>,
    /// The kinds of jobs, in the order of their launchers.
    pub jobs: Vec<Job>,
    /// The structs of response headers.
    pub headers: Headers,
    /// The constants of security schemes, each with the way it is applied.
    pub schemes: BTreeMap<String, String>,
    /// The URLs of the servers.
    pub servers: Vec<String>,
    /// Whether the server of single operations can be replaced.
    pub replaces_servers: bool,
}

/// Turns a normalized document into code.
pub fn emit(document: &Document, runtime: &Runtime) -> Result<Emitted, Diagnostic> {
    let path = runtime.parsed()?;
    let mut file = progenitor(document, true)?;
    let presence = fields::fold(&mut file)?;
    unions::restore(code::types_mut(&mut file)?, &document.root);
    statuses::restore(code::types_mut(&mut file)?, &document.root);
    let requests = constructors::request_types(&file);
    cycles::boxed(code::types_mut(&mut file)?);
    tolerance::keep_elements(&mut file);
    let types = code::types_mut(&mut file)?;
    unions::decode(types, &document.root);
    tolerance::accept_any_text(types);
    objects::decode_by_hand(types);
    constructors::offer(types, &requests, &presence);
    let values = enums::open(types, &document.root);
    constants::offer(types, &document.root);
    let lengths = limits::carry(types);
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
    runtime::name(&mut file, &path)
        .map_err(|error| Diagnostic::new(format!("the emitted code: {error}")))?;
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

/// What progenitor makes of a 3.0 document. With `seam`, types can be compared, and what
/// the passes replace is left out; otherwise, the code is untouched.
pub fn progenitor(document: &Document, seam: bool) -> Result<syn::File, Diagnostic> {
    // The path to what does not fit is worked out only on failure: it costs as
    // much again.
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
        .map_err(|panic| Diagnostic::new(format!("progenitor can't take the document: {panic}")))?
        .map_err(|error| Diagnostic::new(format!("progenitor can't take the document: {error}")))?;
    let tokens = if seam { leave_out::replaced(tokens) } else { tokens };
    let file = syn::parse2(tokens)
        .map_err(|error| Diagnostic::new(format!("progenitor's code: {error}")))?;
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
