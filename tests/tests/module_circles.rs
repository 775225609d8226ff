//! Modules of a crate depend on each other in one direction.
//!
//! The test reads the paths of every module (`use` declarations, and paths that begin
//! with `crate`, `super` or `self`), follows re-exports to the module that defines the
//! item, and fails on any circle. Code under `#[cfg(test)]` doesn't count.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;
use syn::visit::Visit;

type ModulePath = Vec<String>;

/// One module: its file, the items that it defines, and what it refers to.
#[derive(Default)]
struct Module {
    file: PathBuf,
    children: BTreeSet<String>,
    defines: BTreeSet<String>,
    /// `pub use`: the name that it gives, and the path behind it.
    reexports: Vec<(String, Vec<String>)>,
    globs: Vec<Vec<String>>,
    paths: BTreeSet<Vec<String>>,
}

#[test]
fn no_module_circles() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut crates: Vec<_> = fs::read_dir(top.join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("src").is_dir())
        .collect();
    crates.push(top.join("xtask"));
    crates.sort();
    let circles: Vec<_> = crates.iter().flat_map(|path| circles(path)).collect();
    assert!(circles.is_empty(), "modules in circles:\n\n{}", circles.join("\n"));
}

/// Each circle of a crate, as text: its files, and why they depend on each other.
fn circles(package: &Path) -> Vec<String> {
    let source = package.join("src");
    let root = ["lib.rs", "main.rs"].iter().map(|name| source.join(name)).find(|it| it.exists());
    let Some(root) = root else { return Vec::new() };
    let mut modules = BTreeMap::new();
    read(&root, &source, Vec::new(), &mut modules);
    let edges = edges(&modules);
    let keys: Vec<_> = modules.keys().collect();
    let index = |path: &ModulePath| keys.binary_search(&path).unwrap();
    let mut graph = DiGraphMap::<usize, ()>::new();
    for (from, to, _) in &edges {
        graph.add_edge(index(from), index(to), ());
    }
    let name = package.file_name().unwrap_or_default().to_string_lossy().into_owned();
    tarjan_scc(&graph)
        .into_iter()
        .filter(|component| component.len() > 1)
        .map(|component| {
            let inside: BTreeSet<_> = component.into_iter().map(|index| keys[index]).collect();
            describe(&name, &inside, &edges, &modules)
        })
        .collect()
}

type Edge = (ModulePath, ModulePath, String);

fn describe(
    package: &str,
    inside: &BTreeSet<&ModulePath>,
    edges: &[Edge],
    modules: &BTreeMap<ModulePath, Module>,
) -> String {
    let file = |path: &ModulePath| modules[path].file.file_stem().unwrap().to_string_lossy();
    let mut text = format!("{package}: {} modules\n", inside.len());
    for (from, to, item) in edges {
        if inside.contains(from) && inside.contains(to) {
            let (from, to) = (from.join("::"), to.join("::"));
            text.push_str(&format!("  {from} uses {to} ({item})\n"));
        }
    }
    let files: Vec<_> = inside.iter().map(|path| file(path).into_owned()).collect();
    text.push_str(&format!("  files: {}\n", files.join(", ")));
    text
}

fn edges(modules: &BTreeMap<ModulePath, Module>) -> Vec<Edge> {
    let mut edges = BTreeSet::new();
    for (from, module) in modules {
        for path in &module.paths {
            if let Some((to, item)) = resolve(modules, path, 0)
                && to != *from
            {
                edges.insert((from.clone(), to, item));
            }
        }
    }
    edges.into_iter().collect()
}

/// The module that defines the item behind an absolute path, and the item's name.
fn resolve(
    modules: &BTreeMap<ModulePath, Module>,
    path: &[String],
    depth: usize,
) -> Option<(ModulePath, String)> {
    if depth > 16 {
        return None;
    }
    let mut at: ModulePath = Vec::new();
    for (index, segment) in path.iter().enumerate() {
        let module = modules.get(&at)?;
        if module.children.contains(segment) {
            at.push(segment.clone());
            continue;
        }
        if module.defines.contains(segment) {
            return Some((at, segment.clone()));
        }
        let rest = &path[index + 1..];
        let reexport = module.reexports.iter().find(|(name, _)| name == segment);
        if let Some((_, target)) = reexport {
            let target = [target, rest].concat();
            return resolve(modules, &target, depth + 1);
        }
        return module.globs.iter().find_map(|glob| {
            let target = [glob, &path[index..]].concat();
            resolve(modules, &target, depth + 1)
        });
    }
    // The module itself was imported: what is used of it is said where it is used.
    None
}

/// Reads a module's file and those of its children.
fn read(file: &Path, folder: &Path, path: ModulePath, modules: &mut BTreeMap<ModulePath, Module>) {
    let text =
        fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let parsed =
        syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    items(file, folder, path, &parsed.items, modules);
}

fn items(
    file: &Path,
    folder: &Path,
    path: ModulePath,
    items_of: &[syn::Item],
    modules: &mut BTreeMap<ModulePath, Module>,
) {
    let mut module = Module { file: file.to_owned(), ..Module::default() };
    let children = items_of.iter().filter_map(|item| match item {
        syn::Item::Mod(child) if !is_test(&child.attrs) => Some(child),
        _ => None,
    });
    for child in children {
        let name = child.ident.to_string();
        module.children.insert(name.clone());
        let mut below = path.clone();
        below.push(name.clone());
        match &child.content {
            Some((_, content)) => items(file, &folder.join(&name), below, content, modules),
            None => {
                let beside = folder.join(format!("{name}.rs"));
                let inside = folder.join(&name).join("mod.rs");
                let source = if beside.exists() { beside } else { inside };
                read(&source, &folder.join(&name), below, modules);
            }
        }
    }
    let mut collector = Collector { module: &mut module, path: &path, imports: BTreeMap::new() };
    for item in items_of {
        collector.note(item);
    }
    for item in items_of {
        if !matches!(item, syn::Item::Mod(_)) && !is_test(attributes(item)) {
            collector.visit_item(item);
        }
    }
    modules.insert(path, module);
}

struct Collector<'a> {
    module: &'a mut Module,
    path: &'a ModulePath,
    /// Modules that were imported by name, for paths such as `telemetry::read`.
    imports: BTreeMap<String, Vec<String>>,
}

impl Collector<'_> {
    fn note(&mut self, item: &syn::Item) {
        let name = match item {
            syn::Item::Const(it) => it.ident.to_string(),
            syn::Item::Enum(it) => it.ident.to_string(),
            syn::Item::Fn(it) => it.sig.ident.to_string(),
            syn::Item::Static(it) => it.ident.to_string(),
            syn::Item::Struct(it) => it.ident.to_string(),
            syn::Item::Trait(it) => it.ident.to_string(),
            syn::Item::Type(it) => it.ident.to_string(),
            syn::Item::Union(it) => it.ident.to_string(),
            syn::Item::Use(it) if !is_test(&it.attrs) => return self.import(it),
            _ => return,
        };
        self.module.defines.insert(name);
    }

    fn import(&mut self, import: &syn::ItemUse) {
        let is_public = !matches!(import.vis, syn::Visibility::Inherited);
        let mut leaves = Vec::new();
        flatten(&import.tree, Vec::new(), &mut leaves);
        for (target, name) in leaves {
            let Some(target) = self.absolute(&target) else { continue };
            match name {
                Some(name) if is_public => self.module.reexports.push((name, target)),
                Some(name) => {
                    self.module.paths.insert(target.clone());
                    self.imports.insert(name, target);
                }
                None if is_public => self.module.globs.push(target),
                None => {
                    self.module.paths.insert(target);
                }
            }
        }
    }

    /// The path from the crate's root; `None` if it leads out of the crate.
    fn absolute(&self, path: &[String]) -> Option<Vec<String>> {
        let mut base = self.path.clone();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => {
                base.clear();
                rest = &path[1..];
            }
            "self" => rest = &path[1..],
            "super" => {
                while rest.first().is_some_and(|segment| segment == "super") {
                    base.pop()?;
                    rest = &rest[1..];
                }
            }
            first if self.module.children.contains(first) => {}
            _ => return None,
        }
        base.extend(rest.iter().cloned());
        Some(base)
    }
}

impl<'ast> Visit<'ast> for Collector<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<_> = path.segments.iter().map(|it| it.ident.to_string()).collect();
        let imported = self.imports.get(&segments[0]).filter(|_| segments.len() > 1).cloned();
        if let Some(target) = imported {
            self.module.paths.insert([&target, &segments[1..]].concat());
        } else if segments.len() > 1
            && let Some(target) = self.absolute(&segments)
        {
            self.module.paths.insert(target);
        }
        syn::visit::visit_path(self, path);
    }
}

fn flatten(
    tree: &syn::UseTree,
    mut path: Vec<String>,
    leaves: &mut Vec<(Vec<String>, Option<String>)>,
) {
    match tree {
        syn::UseTree::Path(part) => {
            path.push(part.ident.to_string());
            flatten(&part.tree, path, leaves);
        }
        syn::UseTree::Name(part) if part.ident == "self" => {
            let name = path.last().cloned();
            leaves.push((path, name));
        }
        syn::UseTree::Name(part) => {
            path.push(part.ident.to_string());
            leaves.push((path, Some(part.ident.to_string())));
        }
        syn::UseTree::Rename(part) => {
            if part.ident != "self" {
                path.push(part.ident.to_string());
            }
            leaves.push((path, Some(part.rename.to_string())));
        }
        syn::UseTree::Glob(_) => leaves.push((path, None)),
        syn::UseTree::Group(group) => {
            group.items.iter().for_each(|item| flatten(item, path.clone(), leaves));
        }
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let syn::Meta::List(list) = &attribute.meta else {
            return attribute.path().is_ident("test");
        };
        list.path.is_ident("cfg")
            && list.tokens.to_string().split_whitespace().any(|it| it == "test")
    })
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(it) => &it.attrs,
        syn::Item::Enum(it) => &it.attrs,
        syn::Item::Fn(it) => &it.attrs,
        syn::Item::Impl(it) => &it.attrs,
        syn::Item::Macro(it) => &it.attrs,
        syn::Item::Static(it) => &it.attrs,
        syn::Item::Struct(it) => &it.attrs,
        syn::Item::Trait(it) => &it.attrs,
        syn::Item::Type(it) => &it.attrs,
        syn::Item::Use(it) => &it.attrs,
        _ => &[],
    }
}
