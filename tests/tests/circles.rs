//! Tests that the modules of each crate depend on each other in one direction only.
//!
//! A module depends on another one if a `use` declaration or a path in it leads there. Declaring
//! child modules is not a dependency, but using them is. A re-export counts as a dependency of its
//! module, so a module that imports through the crate root closes a circle.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, UseTree};

/// The name of a module within its crate; empty for the root.
type Module = Vec<String>;

/// The modules with a separate file, and their contents.
struct Modules(BTreeMap<Module, (PathBuf, syn::File)>);

impl Modules {
    fn read(source: &Path) -> Self {
        let mut modules = BTreeMap::new();
        let mut folders = vec![source.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let text = fs::read_to_string(&path).unwrap();
                    let file = syn::parse_file(&text).unwrap();
                    modules.insert(module(path.strip_prefix(source).unwrap()), (path, file));
                }
            }
        }
        Self(modules)
    }

    /// Returns the modules on which each module depends.
    fn needs(&self) -> BTreeMap<&Module, BTreeSet<&Module>> {
        let needs = self.0.iter().map(|(module, (_, file))| {
            let mut reader = Reader { modules: self, here: module.clone(), needs: BTreeSet::new() };
            reader.visit_file(file);
            reader.needs.remove(module);
            (module, reader.needs)
        });
        needs.collect()
    }

    /// Returns the file module that a path leads to, if it belongs to this crate.
    fn target(&self, here: &Module, path: &[String]) -> Option<&Module> {
        let (mut module, mut rest) = match path.first()?.as_str() {
            "crate" => (Module::new(), &path[1..]),
            "self" => (here.clone(), &path[1..]),
            "super" => (here.clone(), path),
            child => {
                let is_child = self.0.contains_key(&[&here[..], &[child.to_owned()]].concat());
                (is_child.then(|| here.clone())?, path)
            }
        };
        while rest.first().is_some_and(|segment| segment == "super") {
            module.pop();
            rest = &rest[1..];
        }
        for segment in rest {
            module.push(segment.clone());
            if !self.0.contains_key(&module) {
                module.pop();
                break;
            }
        }
        // A module within a file belongs to the file.
        while !self.0.contains_key(&module) && !module.is_empty() {
            module.pop();
        }
        self.0.get_key_value(&module).map(|(module, _)| module)
    }

    /// Returns the shortest circle through each module that is on one, by files.
    fn circles(&self) -> BTreeSet<Vec<String>> {
        let needs = self.needs();
        let circles = needs.keys().filter_map(|start| shortest(start, &needs));
        circles
            .map(|circle| {
                let first = circle.iter().enumerate().min_by_key(|(_, module)| **module);
                let first = first.map_or(0, |(index, _)| index);
                let from_first = circle.iter().cycle().skip(first).take(circle.len() + 1);
                from_first.map(|module| self.0[*module].0.display().to_string()).collect()
            })
            .collect()
    }
}

/// Returns the name of the module in a file.
fn module(file: &Path) -> Module {
    let mut module: Module = file
        .with_extension("")
        .iter()
        .map(|segment| segment.to_string_lossy().into_owned())
        .collect();
    if module.last().is_some_and(|last| last == "mod") || module == ["lib"] || module == ["main"] {
        module.pop();
    }
    module
}

fn shortest<'m>(
    start: &'m Module,
    needs: &BTreeMap<&'m Module, BTreeSet<&'m Module>>,
) -> Option<Vec<&'m Module>> {
    let mut seen: BTreeSet<&Module> = BTreeSet::new();
    let mut todo = VecDeque::from([vec![start]]);
    while let Some(way) = todo.pop_front() {
        for next in &needs[*way.last()?] {
            if *next == start {
                return Some(way);
            }
            if seen.insert(next) {
                todo.push_back([&way[..], &[*next]].concat());
            }
        }
    }
    None
}

/// Collects the dependencies of one file, without those of its tests.
struct Reader<'m> {
    modules: &'m Modules,
    /// The current module, which may be within the file.
    here: Module,
    needs: BTreeSet<&'m Module>,
}

impl Reader<'_> {
    fn tree(&mut self, tree: &UseTree, mut path: Vec<String>) {
        match tree {
            UseTree::Path(inner) => {
                path.push(inner.ident.to_string());
                self.tree(&inner.tree, path);
            }
            UseTree::Name(name) => {
                if name.ident != "self" {
                    path.push(name.ident.to_string());
                }
                self.needs.extend(self.modules.target(&self.here, &path));
            }
            UseTree::Rename(name) => {
                path.push(name.ident.to_string());
                self.needs.extend(self.modules.target(&self.here, &path));
            }
            UseTree::Glob(_) => self.needs.extend(self.modules.target(&self.here, &path)),
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.tree(tree, path.clone()));
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let attrs = match item {
            Item::Mod(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !attrs.iter().any(is_for_tests) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.here.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.here.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.tree(&item.tree, Vec::new());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() && path.segments.len() > 1 {
            let segments: Vec<String> =
                path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.needs.extend(self.modules.target(&self.here, &segments));
        }
        visit::visit_path(self, path);
    }

    /// `pub(in path)` names a module but is not a dependency.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}

fn is_for_tests(attr: &Attribute) -> bool {
    attr.path().is_ident("cfg")
        && attr.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test")
}

#[test]
fn modules_form_no_circles() {
    let top = waterfall_tests::top();
    let crates = fs::read_dir(top.join("crates")).unwrap().flatten();
    let mut crates: Vec<String> =
        crates.map(|entry| format!("crates/{}", entry.file_name().display())).collect();
    crates.push("xtask".to_owned());
    assert!(crates.len() > 3, "{crates:?}");
    for name in crates {
        let circles = Modules::read(&top.join(&name).join("src")).circles();
        let circles: Vec<String> = circles.iter().map(|circle| circle.join("\n  -> ")).collect();
        assert!(circles.is_empty(), "circles in {name}:\n{}", circles.join("\n"));
    }
}

fn modules(files: &[(&str, &str)]) -> Modules {
    let read = files.iter().map(|(name, text)| {
        let path = PathBuf::from(name);
        (module(&path), (path, syn::parse_file(text).unwrap()))
    });
    Modules(read.collect())
}

#[test]
fn a_circle_is_found_by_its_files() {
    let found = |a: &str, b: &str| -> Vec<Vec<String>> {
        let root = "mod a; mod b; pub use a::A;";
        modules(&[("lib.rs", root), ("a.rs", a), ("b/mod.rs", b), ("b/c.rs", "struct C;")])
            .circles()
            .into_iter()
            .collect()
    };
    let circle = [["a.rs", "b/mod.rs", "a.rs"].map(str::to_owned).to_vec()];
    assert_eq!(found("use crate::b::B; struct A;", "use super::a::A; struct B;"), circle);
    assert_eq!(found("fn f() { crate::b::f() }", "fn g() { let _: super::a::A; }"), circle);
    // Through the root, which re-exports the contents of `a`.
    assert_eq!(found("struct A; use crate::A as B;", "").len(), 1);
    for (a, b) in [
        ("use crate::b::B; struct A;", "mod c; use self::c::C; struct B;"),
        ("struct A; mod inner { use super::A; }", "use std::a::A;"),
        ("struct A; #[cfg(test)] mod tests { use crate::b::B; }", "use crate::a::A;"),
    ] {
        assert_eq!(found(a, b), Vec::<Vec<String>>::new(), "{a} / {b}");
    }
}
