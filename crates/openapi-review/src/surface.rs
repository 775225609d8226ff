//! The public surface of a generated client, as a dependent crate sees it.
//!
//! The types contain plain data. A generator fills them in, an outline prints them, and
//! [`diff`](crate::diff) compares them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The complete surface of a client.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientSurface {
    /// The operations, by the names of their methods.
    pub operations: BTreeMap<String, Operation>,
    /// The types, by name.
    pub types: BTreeMap<String, TypeItem>,
    /// The strings of limited length, by the names of their types. Fields with such a type also
    /// contain the limits.
    pub limited: BTreeMap<String, Length>,
    /// The kinds of jobs, by name.
    pub jobs: BTreeMap<String, Job>,
    /// The named values of integers, by type and name.
    pub constants: BTreeMap<String, BTreeMap<String, String>>,
    /// The structs of response headers, each with the types of its fields by name.
    pub headers: BTreeMap<String, BTreeMap<String, TypeRef>>,
    /// The constants of security schemes by name, and how each scheme is applied.
    pub schemes: BTreeMap<String, String>,
    /// The URLs in the constant that lists the servers.
    pub servers: Vec<String>,
    /// Whether the server of single operations can be replaced.
    pub replaces_servers: bool,
}

/// A kind of job: an operation that launches one, and the one that finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The method that launches a job.
    pub launch: String,
    /// The method that finds a job.
    pub find: String,
    /// The type of a job's id.
    pub id: TypeRef,
}

/// Describes the operations in one line.
impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { launch, find, id } = self;
        write!(f, "{launch}, then {find} by {id}")
    }
}

/// An operation and the method that calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The id in the description.
    pub id: String,
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path template.
    pub path: String,
    /// The accepted credentials: alternatives, each a list of credentials that are all required.
    pub security: Vec<Vec<Credential>>,
    /// Whether the method is deprecated.
    pub is_deprecated: bool,
    /// The arguments except `self`, in order.
    pub arguments: Vec<Argument>,
    /// The media type of the request body.
    pub body: Option<String>,
    /// The names of parameters and parts of bodies, each with its notation.
    pub written: Vec<(String, String)>,
    /// The media types that it accepts; empty for any.
    pub accept: String,
    /// The server, if the operation has a separate one.
    pub server: Option<String>,
    /// The return type of the method.
    pub returns: Option<TypeRef>,
    /// The outcome for each documented status: pattern and type.
    pub statuses: Vec<(String, String)>,
}

impl Operation {
    /// Returns method and path without the names of variables, which identify an operation on the
    /// wire.
    pub fn call(&self) -> (&str, String) {
        let mut path = String::new();
        let mut rest = self.path.as_str();
        while let Some((before, (_, after))) =
            rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            path.push_str(before);
            path.push_str("{}");
            rest = after;
        }
        (&self.method, path + rest)
    }

    /// Returns the accepted credentials in one line.
    pub fn credentials(&self) -> String {
        let none = || "no credentials".to_owned();
        let ways = self.security.iter().map(|together| {
            let together: Vec<String> = together.iter().map(ToString::to_string).collect();
            if together.is_empty() { none() } else { together.join(" and ") }
        });
        let ways: Vec<String> = ways.collect();
        if ways.is_empty() { none() } else { ways.join(" or ") }
    }
}

/// A security scheme that an operation requires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// The name of the scheme.
    pub scheme: String,
    /// The scopes or roles that it must grant.
    pub scopes: Vec<String>,
}

/// Formats the name, with the scopes in parentheses.
impl fmt::Display for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.scheme)?;
        if self.scopes.is_empty() { Ok(()) } else { write!(f, " ({})", self.scopes.join(", ")) }
    }
}

/// An argument of a method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: TypeRef,
}

/// A type of the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeItem {
    /// A struct around one value.
    Newtype(TypeRef),
    /// A struct with named fields.
    Struct(Struct),
    /// An enum.
    Enum(Enum),
}

/// A struct with named fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Struct {
    /// Whether undescribed fields are an error instead of being stored in a map.
    pub refuses_unknown: bool,
    /// How other crates construct it.
    pub constructor: Constructor,
    /// The fields, by their names on the wire.
    pub fields: BTreeMap<String, Field>,
}

/// How a struct is constructed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constructor {
    /// By `Default`: no field is required.
    Default,
    /// By `new`, which takes the required fields.
    New,
    /// Only by decoding.
    None,
}

/// A field of a struct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name in Rust.
    pub name: String,
    /// The type.
    pub ty: TypeRef,
    /// Whether it may be absent or null.
    pub presence: Presence,
    /// Whether a constructor takes it.
    pub is_constructed: bool,
    /// The lengths that a limited string accepts.
    pub length: Length,
}

/// Whether a field may be absent or null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// Always present, and not null.
    Required,
    /// Always present, but may be null.
    RequiredNullable,
    /// May be absent.
    Optional,
    /// May be absent or null.
    OptionalNullable,
}

impl fmt::Display for Presence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Required => "required",
            Self::RequiredNullable => "required, nullable",
            Self::Optional => "optional",
            Self::OptionalNullable => "optional, nullable",
        })
    }
}

/// The limits of a string's length, in characters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Length {
    /// The minimum length.
    pub min: Option<usize>,
    /// The maximum length.
    pub max: Option<usize>,
}

impl Length {
    /// Returns whether there is no limit.
    pub fn is_any(self) -> bool {
        self == Self::default()
    }
}

/// `length min = 1, max = 9`; nothing where there is no limit.
impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bounds = [("min", self.min), ("max", self.max)];
        let bounds =
            bounds.iter().filter_map(|(name, bound)| Some(format!("{name} = {}", (*bound)?)));
        let bounds: Vec<String> = bounds.collect();
        if bounds.is_empty() { Ok(()) } else { write!(f, "length {}", bounds.join(", ")) }
    }
}

/// An enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enum {
    /// The kind of its variants.
    pub kind: EnumKind,
    /// The variants: those of a union in the order in which they are tried, all others sorted by
    /// name.
    pub variants: Vec<Variant>,
}

/// The kind of an enum's variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnumKind {
    /// Texts, with a separate variant for any other text.
    Open,
    /// The alternatives of a union.
    Union,
}

impl fmt::Display for EnumKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Union => "one of",
        })
    }
}

/// A variant of an enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// The name in Rust.
    pub name: String,
    /// The text on the wire, if the variant represents one.
    pub value: Option<String>,
    /// The contents.
    pub holds: Vec<TypeRef>,
}

impl Variant {
    /// Returns its name and contents, which distinguish it from the other variants.
    pub fn label(&self) -> String {
        let held: Vec<String> = self.holds.iter().map(ToString::to_string).collect();
        if held.is_empty() {
            self.name.clone()
        } else {
            format!("{}({})", self.name, held.join(", "))
        }
    }
}

/// A use of a type, without well-known paths and lifetimes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TypeRef {
    /// A type by its name, with its arguments: `Vec<Pet>`.
    Named(String, Vec<TypeRef>),
    /// `&Pet`.
    Reference(Box<TypeRef>),
    /// Any other type, such as a tuple, in its notation.
    Other(String),
}

impl TypeRef {
    /// Calls `visit` with the name of each type in it.
    pub fn for_each_name<'t>(&'t self, visit: &mut impl FnMut(&'t str)) {
        match self {
            Self::Named(name, arguments) => {
                visit(name);
                arguments.iter().for_each(|argument| argument.for_each_name(visit));
            }
            Self::Reference(inner) => inner.for_each_name(visit),
            Self::Other(_) => {}
        }
    }

    /// Renames the types in it.
    pub fn rename(&mut self, names: &BTreeMap<String, String>) {
        match self {
            Self::Named(name, arguments) => {
                if let Some(new) = names.get(name) {
                    name.clone_from(new);
                }
                arguments.iter_mut().for_each(|argument| argument.rename(names));
            }
            Self::Reference(inner) => inner.rename(names),
            Self::Other(_) => {}
        }
    }
}

impl fmt::Display for TypeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name, arguments) => {
                f.write_str(name)?;
                for (index, argument) in arguments.iter().enumerate() {
                    let before = if index == 0 { "<" } else { ", " };
                    write!(f, "{before}{argument}")?;
                }
                f.write_str(if arguments.is_empty() { "" } else { ">" })
            }
            Self::Reference(inner) => write!(f, "&{inner}"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl TypeItem {
    /// Returns the kind of the type in Rust.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Newtype(_) => "newtype",
            Self::Struct(_) => "struct",
            Self::Enum(_) => "enum",
        }
    }

    /// Returns the types that it contains.
    pub fn parts(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        let mut visit = |name| {
            names.insert(name);
        };
        match self {
            Self::Newtype(inner) => inner.for_each_name(&mut visit),
            Self::Struct(item) => {
                item.fields.values().for_each(|field| field.ty.for_each_name(&mut visit));
            }
            Self::Enum(item) => {
                let held = item.variants.iter().flat_map(|variant| &variant.holds);
                held.for_each(|ty| ty.for_each_name(&mut visit));
            }
        }
        names
    }

    /// Renames the types in it. A variant of a union is named after the type that it contains.
    pub fn rename(&mut self, names: &BTreeMap<String, String>) {
        match self {
            Self::Newtype(inner) => inner.rename(names),
            Self::Struct(item) => {
                item.fields.values_mut().for_each(|field| field.ty.rename(names));
            }
            Self::Enum(item) => {
                for variant in &mut item.variants {
                    if let Some(new) = names.get(&variant.name)
                        && item.kind == EnumKind::Union
                    {
                        variant.name.clone_from(new);
                    }
                    variant.holds.iter_mut().for_each(|ty| ty.rename(names));
                }
            }
        }
    }
}

/// Returns the first line of a page: `struct Pet, unknown fields kept`.
pub fn heading(name: &str, item: &TypeItem) -> String {
    match item {
        TypeItem::Newtype(inner) => format!("newtype {name}({inner})"),
        TypeItem::Struct(item) => {
            let unknown = if item.refuses_unknown { "refused" } else { "kept" };
            format!("struct {name}, unknown fields {unknown}")
        }
        TypeItem::Enum(item) => format!("enum {name}, {}", item.kind),
    }
}
