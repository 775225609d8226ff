//! Measures how often unions decode to the variant that was sent. Generates a client for each
//! document, compiles it, and decodes instances of each variant. Without arguments, measures the
//! documents in `tests/fixtures/unions`. `--count N` sets the number of instances per variant.

#![allow(clippy::unwrap_used, reason = "a measurement that unwraps fails, as it should")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use openapi_client_codegen::config::{Config, Runtime};
use openapi_client_codegen::generate::generate;
use openapi_client_codegen::operations::Selection;
use openapi_client_codegen::surface;
use openapi_document::load;
use openapi_review::surface::{ClientSurface, EnumKind, TypeItem};
use waterfall_tests::unions::{Instance, Unions};
use waterfall_tests::{repo, top};

/// The default number of instances per variant.
const COUNT: usize = 24;
/// The maximum number of wrong examples that are printed per union.
const EXAMPLES: usize = 3;

/// Reads lines `document TAB union TAB instance`, and prints the decoded variant of each.
const MAIN: &str = r##"
fn variant<T: serde::de::DeserializeOwned + std::fmt::Debug>(text: &str) -> String {
    match serde_json::from_str::<T>(text) {
        Ok(value) => format!("{value:?}").split('(').next().unwrap_or_default().to_owned(),
        Err(error) => format!("an error: {error}"),
    }
}

fn main() {
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let mut parts = line.splitn(3, '\t');
        let (document, union, text) =
            (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        let decode = decoder(document, union).expect("a union");
        println!("{}", decode(text));
    }
}
"##;

fn main() -> ExitCode {
    let (mut count, mut paths) = (COUNT, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--count" => count = arguments.next().unwrap().parse().unwrap(),
            path => paths.push(PathBuf::from(path)),
        }
    }
    if paths.is_empty() {
        let folder = top().join("tests/fixtures/unions");
        paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
    }
    let folder = top().join("target/unions");
    fs::create_dir_all(folder.join("src")).unwrap();
    let folder = folder.canonicalize().unwrap();
    let documents = documents(&paths, &folder);
    let decoded = decode(&folder, &documents, count);
    report(&documents, &decoded)
}

/// A document, its unions, and the types of its client that are unions.
struct Measured {
    name: String,
    unions: Unions,
    types: Vec<String>,
}

/// Writes the clients of all documents.
fn documents(paths: &[PathBuf], folder: &Path) -> Vec<Measured> {
    let config = Config { runtime: Runtime::at(repo::RUNTIME), ..repo::config() };
    let mut all = Vec::new();
    for path in paths {
        let name = path.file_stem().unwrap().to_string_lossy().replace(['-', '.'], "_");
        let text = fs::read_to_string(path).unwrap();
        let document = load::load(&path.display().to_string(), &text).unwrap();
        let unions = Unions::of(&document);
        // In the generated document, the inline unions are components.
        let hoisted = folder.join(format!("{name}.json"));
        fs::write(&hoisted, unions.root().to_string()).unwrap();
        let made = generate(&hoisted, None, &Selection::default(), &config);
        let made = match made {
            Ok(made) => made,
            Err(diagnostic) => {
                println!("{name}: no client: {diagnostic}");
                continue;
            }
        };
        fs::write(folder.join(format!("src/{name}.rs")), &made.code).unwrap();
        let types = union_types(&surface::of(&made.emitted), &unions);
        all.push(Measured { name, unions, types });
    }
    all
}

/// The types that are unions in the document and in the client.
fn union_types(surface: &ClientSurface, unions: &Unions) -> Vec<String> {
    let is_union = |item: &&TypeItem| match item {
        TypeItem::Enum(item) => item.kind == EnumKind::Union,
        _ => false,
    };
    let types =
        unions.type_names().filter(|name| surface.types.get(*name).filter(is_union).is_some());
    types.map(str::to_owned).collect()
}

/// Compiles the clients, and decodes the instances with them.
fn decode(
    folder: &Path,
    documents: &[Measured],
    count: usize,
) -> BTreeMap<(String, String), Vec<(Instance, String)>> {
    let runtime = top().canonicalize().unwrap().join("crates/openapi-client-runtime");
    let manifest = format!(
        "[package]\nname = \"unions\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         openapi-client-runtime = {{ path = {runtime:?} }}\nserde = \"1\"\nserde_json = \"1\"\n\n\
         [workspace]\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(top().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let mut main = String::new();
    let mut arms = String::new();
    for Measured { name, types, .. } in documents {
        writeln!(main, "#[allow(warnings)]\nmod {name};").unwrap();
        for ty in types {
            writeln!(arms, "(\"{name}\", \"{ty}\") => variant::<{name}::types::{ty}>,").unwrap();
        }
    }
    writeln!(
        main,
        "fn decoder(document: &str, union: &str) -> Option<fn(&str) -> String> {{\n\
         Some(match (document, union) {{\n{arms}_ => return None }}) }}\n{MAIN}"
    )
    .unwrap();
    fs::write(folder.join("src/main.rs"), main).unwrap();
    let mut sent: Vec<(String, Instance)> = Vec::new();
    for Measured { name, unions, types } in documents {
        for ty in types {
            sent.extend(unions.instances(ty, count).into_iter().map(|one| (name.clone(), one)));
        }
    }
    let found = run(folder, &sent);
    let mut decoded: BTreeMap<(String, String), Vec<(Instance, String)>> = BTreeMap::new();
    for ((name, instance), found) in sent.into_iter().zip(found) {
        decoded.entry((name, instance.union.clone())).or_default().push((instance, found));
    }
    decoded
}

fn run(folder: &Path, sent: &[(String, Instance)]) -> Vec<String> {
    let mut child = Command::new(env!("CARGO"))
        .args(["run", "--offline", "--quiet"])
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines: String = sent
        .iter()
        .map(|(name, Instance { union, value, .. })| format!("{name}\t{union}\t{value}\n"))
        .collect();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the clients do not compile");
    writer.join().unwrap().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn report(
    documents: &[Measured],
    decoded: &BTreeMap<(String, String), Vec<(Instance, String)>>,
) -> ExitCode {
    let (mut all, mut right, mut wrong, mut unknown) = (0, 0, 0, 0);
    let (mut reported, mut silent, mut unions) = (0, 0, 0);
    for Measured { name, unions: of, .. } in documents {
        for ((_, union), decoded) in decoded.iter().filter(|((document, _), _)| document == name) {
            let tally = of.judge(union, decoded);
            println!("{name} {union}: {tally}");
            for example in tally.examples.iter().take(EXAMPLES) {
                println!("    {example}");
            }
            unions += 1;
            all += decoded.len() - tally.invalid;
            right += tally.right;
            wrong += tally.wrong;
            unknown += tally.unknown;
            let open = tally.wrong + tally.unknown - tally.against_document;
            reported += if tally.is_reported { open } else { 0 };
            silent += tally.against_document + if tally.is_reported { 0 } else { open };
        }
    }
    let share = |count: usize, of: usize| 100.0 * count as f64 / of.max(1) as f64;
    let missed = wrong + unknown;
    println!(
        "{unions} unions, {all} instances: {right} right ({:.2} %), {wrong} wrong, {unknown} \
         unknown; of the {missed} that are not right, {reported} are of unions that the report \
         calls undecided, {silent} are silent ({:.2} %)",
        share(right, all),
        share(silent, all),
    );
    if silent == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
