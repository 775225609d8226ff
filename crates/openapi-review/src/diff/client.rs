//! Compares the surfaces of both generated clients, as a dependent crate sees them.

use std::collections::{BTreeMap, BTreeSet};

use openapi_document::diagnostic::Diagnostic;

use crate::diff::change::Change;
use crate::diff::client_change::{ClientChange, Found, Step, code, operation_page, type_page};
use crate::diff::kind::{ClientKind, Kind};
use crate::diff::renames;
use crate::surface::{Argument, ClientSurface, Job, Operation, TypeItem, TypeRef};

/// Keywords that limit the items of an array.
const ITEM_LIMITS: [&str; 3] = ["minItems", "maxItems", "uniqueItems"];
/// The folder of the outline that contains the operations.
const OPERATIONS: &str = "operations";
/// The page of the outline that lists the kinds of jobs.
const JOBS_PAGE: &str = "jobs";

/// The changes for a crate that depends on the generated client.
#[derive(Debug, Clone, Default)]
pub struct ClientReport {
    /// The changes, the largest step first.
    pub changes: Vec<ClientChange>,
    /// The reason why the clients could not be compared, if there is one.
    pub not_compared: Option<String>,
}

impl ClientReport {
    /// Creates a result without a comparison, for this reason.
    pub fn not_compared(reason: impl Into<String>) -> Self {
        Self { changes: Vec::new(), not_compared: Some(reason.into()) }
    }

    /// Adds changes of the server's behavior for which the client is unchanged: limits on items are
    /// not part of a type.
    pub(crate) fn add_item_limits(&mut self, api: &[Change]) {
        if self.not_compared.is_some() {
            return;
        }
        let limits = api.iter().filter(|change| {
            let keyword = change.pointer.rsplit('/').next().unwrap_or_default();
            change.kind == Kind::Constraint && ITEM_LIMITS.contains(&keyword)
        });
        for change in limits {
            let component = change.pointer.strip_prefix("/components/schemas/");
            let name = component.and_then(|rest| rest.split('/').next());
            self.changes.push(ClientChange {
                step: Step::Patch,
                kind: ClientKind::Behaviour,
                item: name.map_or_else(|| OPERATIONS.to_owned(), type_page),
                message: change.message.clone(),
                accepted: None,
            });
        }
    }

    /// Returns whether code that uses the client may no longer compile because of a change that is
    /// not accepted.
    pub fn is_breaking(&self) -> bool {
        self.changes.iter().any(|change| change.step == Step::Major && change.accepted.is_none())
    }

    /// Returns the step from `version`. Before 1.0, a break is a minor step, and everything else is
    /// a patch.
    pub fn step(&self, version: &str) -> Step {
        let step = self.changes.iter().map(|change| change.step).max().unwrap_or(Step::None);
        match step {
            Step::Major if version.starts_with("0.") => Step::Minor,
            Step::Minor if version.starts_with("0.") => Step::Patch,
            step => step,
        }
    }
}

/// Compares the clients of two documents, or reports why one can't be
/// generated.
pub fn compare(
    old: Result<ClientSurface, Diagnostic>,
    new: Result<ClientSurface, Diagnostic>,
) -> ClientReport {
    let (side, diagnostic) = match (old, new) {
        (Ok(old), Ok(new)) => {
            return ClientReport { changes: changes(old, &new), not_compared: None };
        }
        (Err(diagnostic), _) => ("old", diagnostic),
        (_, Err(diagnostic)) => ("new", diagnostic),
    };
    ClientReport::not_compared(format!(
        "the {side} side can't be generated: {}",
        diagnostic.message
    ))
}

/// Compares two surfaces.
fn changes(mut old: ClientSurface, new: &ClientSurface) -> Vec<ClientChange> {
    let mut found = Found::default();
    let renamed_types = renames::find(&old, new);
    for (before, after) in &renamed_types {
        let message = format!("`{before}` is now called `{after}`");
        found.add(Step::Major, ClientKind::Renamed, &type_page(after), message);
    }
    renames::apply(&mut old, &renamed_types);
    for (before, after) in &renamed_types {
        if let Some(constants) = old.constants.remove(before) {
            old.constants.insert(after.clone(), constants);
        }
    }
    ignore_lengths(&mut old, new);
    let renamed = operations_renamed(&old, new);
    for (before, after) in &renamed {
        let page = operation_page(after);
        let message = format!("`{before}` is now called `{after}`");
        found.add(Step::Major, ClientKind::Renamed, &page, message);
        found.operation(after, &old.operations[*before], &new.operations[*after]);
    }
    for (name, before) in &old.operations {
        match new.operations.get(name) {
            Some(after) => found.operation(name, before, after),
            None if renamed.contains_key(name.as_str()) => {}
            None => found.removed(&operation_page(name), name),
        }
    }
    for (name, before) in &old.types {
        match new.types.get(name) {
            Some(after) => found.type_item(name, before, after),
            None if new.limited.contains_key(name) => {}
            None => found.removed(&type_page(name), name),
        }
    }
    let was_there = |name: &str| renamed.values().any(|after| *after == name);
    for name in new.operations.keys().filter(|name| !old.operations.contains_key(*name)) {
        if !was_there(name) {
            found.added(&operation_page(name), name);
        }
    }
    for name in new.types.keys().filter(|name| !old.types.contains_key(*name)) {
        if !old.limited.contains_key(name) {
            found.added(&type_page(name), name);
        }
    }
    found.limited(&old, new);
    found.constants(&old, new);
    found.headers(&old, new);
    found.schemes(&old, new);
    found.servers(&old, new);
    found.jobs(&old, new, &renamed);
    let mut changes = found.0;
    changes.sort_by(|a, b| (b.step, &a.item, &a.message).cmp(&(a.step, &b.item, &b.message)));
    changes
}

/// If a string of limited length becomes another kind of type, or the reverse, that is the only
/// change reported: the lengths of fields are not compared.
fn ignore_lengths(old: &mut ClientSurface, new: &ClientSurface) {
    let is_other = |name: &str| {
        (old.limited.contains_key(name) && new.types.contains_key(name))
            || (new.limited.contains_key(name) && old.types.contains_key(name))
    };
    let names = old.limited.keys().chain(new.limited.keys());
    let others: BTreeSet<String> = names.filter(|name| is_other(name)).cloned().collect();
    let structs = old.types.values_mut().filter_map(|item| match item {
        TypeItem::Struct(item) => Some(item),
        _ => None,
    });
    for field in structs.flat_map(|item| item.fields.values_mut()) {
        field.ty.for_each_name(&mut |name| {
            if others.contains(name) {
                field.length = new.limited.get(name).copied().unwrap_or_default();
            }
        });
    }
}

/// Returns the new names by the old ones: methods that call the same operation.
fn operations_renamed<'s>(
    old: &'s ClientSurface,
    new: &'s ClientSurface,
) -> BTreeMap<&'s str, &'s str> {
    let calls: BTreeMap<(&str, String), &str> =
        new.operations.iter().map(|(name, operation)| (operation.call(), name.as_str())).collect();
    old.operations
        .iter()
        .filter_map(|(name, operation)| {
            let after = *calls.get(&operation.call())?;
            let is_free = !new.operations.contains_key(name) && !old.operations.contains_key(after);
            is_free.then_some((name.as_str(), after))
        })
        .collect()
}

impl Found {
    /// Compares the kinds of jobs: added, removed, or with other methods.
    fn jobs(&mut self, old: &ClientSurface, new: &ClientSurface, renamed: &BTreeMap<&str, &str>) {
        let method = |name: &str| renamed.get(name).copied().unwrap_or(name).to_owned();
        for (name, before) in &old.jobs {
            let Some(after) = new.jobs.get(name) else {
                let message = format!("the job kind `{name}` is gone");
                self.add(Step::Major, ClientKind::Removed, JOBS_PAGE, message);
                continue;
            };
            let (launch, find) = (method(&before.launch), method(&before.find));
            if (Job { launch, find, id: before.id.clone() }) != *after {
                let message = format!("the job kind `{name}` is `{after}`, was `{before}`");
                self.add(Step::Major, ClientKind::Signature, JOBS_PAGE, message);
            }
        }
        for name in new.jobs.keys().filter(|name| !old.jobs.contains_key(*name)) {
            self.add(
                Step::Minor,
                ClientKind::Added,
                JOBS_PAGE,
                format!("the job kind `{name}` is new"),
            );
        }
    }

    /// Compares strings of limited length that became enums or similar types, and the reverse: the
    /// name remains, but the methods of such a string are removed.
    fn limited(&mut self, old: &ClientSurface, new: &ClientSurface) {
        let text = "string of limited length";
        for name in old.limited.keys() {
            if let Some(item) = new.types.get(name) {
                self.another_kind(name, text, item.kind());
            }
        }
        for (name, item) in &old.types {
            if new.limited.contains_key(name) {
                self.another_kind(name, item.kind(), text);
            }
        }
    }

    fn operation(&mut self, name: &str, before: &Operation, after: &Operation) {
        let page = operation_page(name);
        let swapped = swapped(before, after);
        if swapped {
            let message = format!(
                "`{name}` takes {}, was {}: arguments of one type changed places",
                code(&arguments(after)),
                code(&arguments(before))
            );
            self.add(Step::Major, ClientKind::Signature, &page, message);
        }
        let mut signature =
            |what: &str, was: (Vec<&TypeRef>, String), is: (Vec<&TypeRef>, String)| {
                if was.0 != is.0 {
                    let message = format!("`{name}` {what} {}, was {}", is.1, was.1);
                    self.add(Step::Major, ClientKind::Signature, &page, message);
                }
            };
        signature("takes", argument_types(before), argument_types(after));
        signature("returns", returns(before), returns(after));
        self.sent(name, &page, before, after);
        let rest = |operation: &Operation| {
            let (method, path) = operation.call();
            (method.to_owned(), path, operation.body.clone(), operation.statuses.clone())
        };
        if rest(before) != rest(after) {
            let message =
                format!("`{name}` is called as before; the request or the responses differ");
            self.add(Step::Patch, ClientKind::Behaviour, &page, message);
        }
    }
}

/// Returns whether calls still compile but send a value in the place of another one: arguments are
/// positional in calls.
fn swapped(before: &Operation, after: &Operation) -> bool {
    let pairs = before.arguments.iter().zip(&after.arguments);
    let mut renamed = pairs.filter(|(was, is)| was.ty == is.ty && was.name != is.name);
    let is_known = |argument: &Argument| {
        before.arguments.iter().any(|was| was.name == argument.name && was.ty == argument.ty)
    };
    argument_types(before).0 == argument_types(after).0 && renamed.any(|(_, is)| is_known(is))
}

/// Returns the types of the arguments, with a readable form.
fn argument_types(operation: &Operation) -> (Vec<&TypeRef>, String) {
    let types = operation.arguments.iter().map(|argument| &argument.ty);
    (types.collect(), code(&arguments(operation)))
}

fn arguments(operation: &Operation) -> String {
    let arguments = operation.arguments.iter();
    let arguments = arguments.map(|argument| format!("{}: {}", argument.name, argument.ty));
    arguments.collect::<Vec<_>>().join(", ")
}

fn returns(operation: &Operation) -> (Vec<&TypeRef>, String) {
    let text = operation.returns.as_ref().map(ToString::to_string).unwrap_or_default();
    (operation.returns.iter().collect(), code(&text))
}
