//! Corrects a document: converts findings to actions of an overlay.

use std::collections::HashMap;

use openapi_document::diagnostic::Diagnostic;
use openapi_document::document::Document;
use openapi_document::overlay::{self, Policy};
use openapi_document::{load, yaml};
use serde_json::{Map, Value, json};

use crate::observe::finding::{Code, Finding};
use crate::observe::format::Format;
use crate::observe::json_type::JsonType;
use crate::observe::report::{Shown, evidence};

/// The Overlay version of the generated actions.
const VERSION: &str = "1.0.0";
/// The keywords that document a value. All others are moved into an alternative.
const WORDS: [&str; 9] = [
    "title",
    "description",
    "summary",
    "example",
    "examples",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
];

/// The actions that extend a document to allow the observations.
#[derive(Debug, Clone, Default)]
pub struct Corrections {
    /// The actions, in order, each with the evidence as its reason.
    pub actions: Vec<Value>,
    /// The findings, by index, that no action corrects, with the reasons.
    pub left: Vec<(usize, &'static str)>,
}

/// Creates corrections from findings. `document` is the description with its overlay applied; the
/// actions belong at the end of that overlay.
///
/// The values of a small set are written only if `shown` allows them.
///
/// # Errors
///
/// A [`Diagnostic`] if the document lacks the subject of a finding, because it is not the document
/// with which the responses were compared.
pub fn corrections(
    document: &Document,
    findings: &[Finding],
    shown: &Shown,
) -> Result<Corrections, Diagnostic> {
    let mut corrected = document.clone();
    let mut corrections = Corrections::default();
    let mut order: Vec<(usize, &Finding)> = findings.iter().enumerate().collect();
    order.sort_by_key(|(_, finding)| {
        // Nested schemas are handled before the schema itself, which may move.
        let depth = finding.pointer.matches('/').count();
        (std::cmp::Reverse(depth), finding.kind.is_some())
    });
    for (index, finding) in order {
        let found = Found { root: &corrected.root, finding, values: shown.allows(finding) };
        match found.actions() {
            Ok(actions) => {
                for action in actions {
                    // The next action may be about the same schema.
                    apply(&mut corrected, &action)?;
                    corrections.actions.push(action);
                }
            }
            Err(why) => corrections.left.push((index, why)),
        }
    }
    Ok(corrections)
}

fn apply(document: &mut Document, action: &Value) -> Result<(), Diagnostic> {
    let root = json!({ "overlay": VERSION, "actions": [action] });
    overlay::apply(document, &Document::new(root, HashMap::new()), Policy::Maintained)
}

/// Appends actions to the text of an overlay without changing the existing text.
///
/// # Errors
///
/// A [`Diagnostic`] if the text is not an overlay.
pub fn append(name: &str, text: &str, actions: &[Value]) -> Result<String, Diagnostic> {
    let mut wanted = load::load(name, text)?.root;
    if actions.is_empty() {
        return Ok(text.to_owned());
    }
    if let Some(list) = wanted["actions"].as_array_mut() {
        list.extend(actions.iter().cloned());
    }
    let listed = yaml::print(&json!(actions), &|pointer: &str| is_action(pointer));
    let indented = listed.lines().map(|line| match line {
        "" => "\n".to_owned(),
        line => format!("  {line}\n"),
    });
    let appended = format!("{}\n\n{}", text.trim_end(), indented.collect::<String>());
    let is_kept = load::load(name, &appended).is_ok_and(|document| document.root == wanted);
    if is_kept {
        return Ok(appended);
    }
    // The list is in flow style, or not at the end.
    Ok(yaml::print(&wanted, &|pointer: &str| {
        pointer.matches('/').count() == 1 || is_action(pointer.trim_start_matches("/actions"))
    }))
}

fn is_action(pointer: &str) -> bool {
    pointer.matches('/').count() == 1
}

/// A finding with the current document.
struct Found<'a> {
    root: &'a Value,
    finding: &'a Finding,
    /// Whether the finding's values may be written.
    values: bool,
}

type Actions = Result<Vec<Value>, &'static str>;

const GONE: &str = "the schema is corrected already";

impl Found<'_> {
    fn actions(&self) -> Actions {
        match self.finding.code {
            Code::UnknownField => Ok(vec![self.field()]),
            Code::TypeMismatch | Code::NullNotAllowed => self.allow_type(),
            Code::UnknownValue => self.list_values(),
            Code::DateShape | Code::FormatMismatch => Ok(self.loosen_format()),
            Code::FieldMissing => Ok(vec![self.make_optional()]),
            Code::UndescribedResponse | Code::NotJson => {
                Err("a response is described by hand, unless a gateway sent it")
            }
            Code::FieldNeverSeen | Code::ValueNeverSeen | Code::TypeNeverSeen => {
                Err("what was never seen may still come")
            }
        }
    }

    fn schema(&self) -> &Value {
        self.root.pointer(&self.finding.pointer).unwrap_or(&Value::Null)
    }

    fn update(&self, update: Value) -> Value {
        json!({
            "target": path(&self.finding.pointer),
            "description": self.reason(),
            "update": update,
        })
    }

    fn remove(&self, inside: &str) -> Value {
        json!({
            "target": format!("{}{inside}", path(&self.finding.pointer)),
            "description": format!("{} First step: take out what is to be replaced.", self.reason()),
            "remove": true,
        })
    }

    /// Describes the evidence, with the responses from which it comes.
    fn reason(&self) -> String {
        let mut evidence = evidence(self.finding);
        if let Some(first) = evidence.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let mut operations: Vec<String> = self
            .finding
            .places
            .iter()
            .map(|place| format!("`{}` in responses of {}", place.path, place.operation))
            .collect();
        operations.dedup();
        let more = operations.len().saturating_sub(3);
        operations.truncate(3);
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        format!("{evidence}. Observed at {}{more}.", operations.join(", "))
    }

    fn field(&self) -> Value {
        let mut schema = self.finding.schema(self.values);
        describe(&mut schema, &format!("{}. Not described by the vendor.", capital(self.finding)));
        match &self.finding.field {
            Some(name) => self.update(json!({"properties": {(name.as_str()): schema}})),
            None => self.update(json!({"additionalProperties": schema})),
        }
    }

    fn allow_type(&self) -> Actions {
        let Some(kind) = self.finding.kind else { return Err(GONE) };
        let schema = self.schema();
        let added = self.finding.schema(self.values);
        let is_simple = !matches!(kind, JsonType::Array | JsonType::Object);
        let name = kind.name();
        let Some(members) = schema.as_object() else { return Err(GONE) };
        let says = |names: &[&str]| names.iter().any(|name| members.contains_key(*name));
        if kind == JsonType::Number && members.get("type").is_some_and(|all| has(all, "integer")) {
            return Ok(self.integer_to_number(&schema["type"]));
        }
        let plain = !says(&["$ref", "allOf", "anyOf", "oneOf", "enum", "const"]);
        match (members.get("type"), plain && is_simple) {
            (Some(Value::Array(types)), true) if !types.iter().any(|one| one == name) => {
                return Ok(vec![self.update(json!({"type": [name]}))]);
            }
            (Some(Value::String(one)), true) if one != name => {
                return Ok(vec![self.update(json!({"type": [one, name]}))]);
            }
            (Some(_), true) => return Err(GONE),
            _ => {}
        }
        let added = match kind {
            JsonType::Null => json!({"type": "null"}),
            _ => {
                let mut added = added;
                describe_fields(&mut added);
                added
            }
        };
        let is_union = |union: &str| {
            members.iter().all(|(member, _)| member == union || is_about_words(member))
        };
        for union in ["anyOf", "oneOf"] {
            if schema[union].is_array() && is_union(union) {
                return Ok(vec![self.update(json!({union: [added]}))]);
            }
        }
        Ok(self.wrap(members, added))
    }

    /// Moves the contents of the schema into an alternative, next to another one.
    fn wrap(&self, members: &Map<String, Value>, added: Value) -> Vec<Value> {
        let (mut names, mut old) = (Vec::new(), Map::new());
        for (name, value) in members.iter().filter(|(name, _)| !is_about_words(name)) {
            names.push(quoted(name));
            old.insert(name.clone(), value.clone());
        }
        vec![
            self.remove(&format!("[{}]", names.join(", "))),
            self.update(json!({"anyOf": [old, added]})),
        ]
    }

    fn integer_to_number(&self, types: &Value) -> Vec<Value> {
        let mut actions = Vec::new();
        if self.schema().get("format").is_some() {
            actions.push(self.remove(".format"));
        }
        if types.is_array() {
            actions.push(self.remove(".type[?@ == 'integer']"));
            actions.push(self.update(json!({"type": ["number"]})));
        } else {
            actions.push(self.update(json!({"type": "number"})));
        }
        actions
    }

    fn list_values(&self) -> Actions {
        if self.finding.small_set().is_none() {
            return Ok(self.make_text());
        }
        let Some(values) = self.finding.values().filter(|_| self.values) else {
            return Err("its values need consent: --show-values PATH");
        };
        let values: Vec<&String> = values.keys().collect();
        let schema = self.schema();
        for list in ["enum", "x-extensible-enum"] {
            if schema[list].is_array() {
                return Ok(vec![self.update(json!({list: values}))]);
            }
        }
        let Some(constant) = schema.get("const") else { return Err(GONE) };
        let all: Vec<Value> = std::iter::once(constant.clone())
            .chain(values.into_iter().map(|it| json!(it)))
            .collect();
        Ok(vec![self.remove("['const']"), self.update(json!({"enum": all}))])
    }

    /// Returns the values as a list, unless there are too many.
    fn make_text(&self) -> Vec<Value> {
        let schema = self.schema();
        let mut actions = vec![self.remove("['enum', 'const', 'x-extensible-enum']")];
        if schema.get("type").is_none() {
            let is_nullable =
                schema["enum"].as_array().is_some_and(|values| values.iter().any(Value::is_null));
            let text = json!({"type": "string"});
            let nullable = json!({"type": ["string", "null"]});
            actions.push(self.update(if is_nullable { nullable } else { text }));
        }
        actions
    }

    /// Date-times without an offset have a separate name; other texts have none.
    fn loosen_format(&self) -> Vec<Value> {
        let seen: Vec<Format> = self.finding.formats().collect();
        let is_time = |format: &Format| matches!(format, Format::DateTime | Format::LocalDateTime);
        let is_described = self.schema()["format"] == "date-time";
        if is_described && seen.iter().all(is_time) {
            return vec![
                self.remove(".format"),
                self.update(json!({"x-format": Format::DateTime.name()})),
            ];
        }
        vec![self.remove("['format', 'x-format', 'pattern']")]
    }

    fn make_optional(&self) -> Value {
        let name = self.finding.field.as_deref().unwrap_or_default();
        let mut action = self.remove(&format!(".required[?@ == {}]", quoted(name)));
        action["description"] = json!(self.reason());
        action
    }
}

fn is_about_words(name: &str) -> bool {
    WORDS.contains(&name) || (name.starts_with("x-") && name != "x-format")
}

fn has(types: &Value, name: &str) -> bool {
    types == name || types.as_array().is_some_and(|types| types.iter().any(|one| one == name))
}

fn capital(finding: &Finding) -> String {
    let mut text = evidence(finding);
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// Adds a description to a schema, and a short one to the fields below, as a document requires.
fn describe(schema: &mut Value, text: &str) {
    if let Some(members) = schema.as_object_mut() {
        members.insert("description".to_owned(), json!(text));
    }
    describe_fields(schema);
}

fn describe_fields(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                if name == "properties" {
                    for (name, field) in value.as_object_mut().into_iter().flatten() {
                        describe(field, &format!("`{name}`, as observed."));
                    }
                } else {
                    describe_fields(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(describe_fields),
        _ => {}
    }
}

/// Writes a name in brackets for JSONPath.
fn quoted(name: &str) -> String {
    format!("'{}'", name.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Converts a JSON pointer to a JSONPath.
fn path(pointer: &str) -> String {
    let mut path = "$".to_owned();
    for segment in pointer.split('/').skip(1) {
        let name = segment.replace("~1", "/").replace("~0", "~");
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let is_index = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
        let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if starts && name.chars().all(is_plain) {
            path.push('.');
            path.push_str(&name);
        } else if is_index && is_in_list(&path) {
            path.push_str(&format!("[{name}]"));
        } else {
            path.push_str(&format!("[{}]", quoted(&name)));
        }
    }
    path
}

/// Returns whether a path leads to a list of schemas, whose members have numbers. Statuses are
/// names.
fn is_in_list(path: &str) -> bool {
    ["allOf", "anyOf", "oneOf", "prefixItems", "parameters"]
        .iter()
        .any(|list| path.ends_with(&format!(".{list}")))
}
