//! The outline of the client: pages that a reviewer reads instead of the code.
//!
//! There is one file for each operation and each type, and one for all job kinds. A file has one
//! line for each status, field and value. The order of the lines is independent of the document.

use std::collections::BTreeMap;

use openapi_review::surface::{
    ClientSurface, Enum, EnumKind, Operation, Struct, TypeItem, Variant, heading,
};

/// Returns the files of the outline, by name without extension.
pub fn outline(surface: &ClientSurface) -> BTreeMap<String, String> {
    let operations = surface.operations.iter().map(|(name, operation)| {
        (format!("operations/{name}"), page(&title(operation), operation_lines(name, operation)))
    });
    let types = surface.types.iter().map(|(name, item)| {
        let lines = match item {
            TypeItem::Newtype(_) => Vec::new(),
            TypeItem::Struct(item) => field_lines(item),
            TypeItem::Enum(item) => variant_lines(item),
        };
        let constants = surface.constants.get(name).into_iter().flatten();
        let constants = constants.map(|(name, value)| format!("const {name} = {value}"));
        let lines = lines.into_iter().chain(constants).collect();
        (format!("types/{name}"), page(&heading(name, item), lines))
    });
    let jobs = surface.jobs.iter().map(|(name, job)| format!("{name}: {job}"));
    let jobs = (!surface.jobs.is_empty())
        .then(|| ("jobs".to_owned(), page("kinds of jobs", jobs.collect())));
    operations.chain(types).chain(jobs).collect()
}

fn page(heading: &str, lines: Vec<String>) -> String {
    let lines = lines.into_iter().map(|line| format!("  {line}\n"));
    [format!("{heading}\n")].into_iter().chain(lines).collect()
}

fn title(operation: &Operation) -> String {
    let Operation { id, method, path, .. } = operation;
    format!("operation {id}: {method} {path}, {}", operation.credentials())
}

fn operation_lines(name: &str, operation: &Operation) -> Vec<String> {
    let arguments = operation.arguments.iter();
    let arguments =
        arguments.map(|argument| format!("argument {}: {}", argument.name, argument.ty));
    let returns = operation.returns.iter().map(|ty| format!("returns {ty}"));
    let statuses =
        operation.statuses.iter().map(|(status, outcome)| format!("{status}: {outcome}"));
    let name = [format!("fn {name}")];
    name.into_iter().chain(arguments).chain(returns).chain(statuses).collect()
}

fn field_lines(item: &Struct) -> Vec<String> {
    let lines = item.fields.iter().map(|(wire, field)| {
        let name = &field.name;
        let wire = if wire == name { String::new() } else { format!(" = {wire:?}") };
        let length =
            if field.length.is_any() { String::new() } else { format!(", {}", field.length) };
        format!("{name}{wire}: {}, {}{length}", field.ty, field.presence)
    });
    let mut lines: Vec<String> = lines.collect();
    lines.sort();
    lines
}

fn variant_lines(item: &Enum) -> Vec<String> {
    let mut lines: Vec<String> = item.variants.iter().map(variant_line).collect();
    if item.kind != EnumKind::Union {
        // The order of a union's variants is the order in which they are tried, so it is kept.
        lines.sort();
    }
    lines
}

fn variant_line(variant: &Variant) -> String {
    let value = variant.value.as_ref().map(|value| format!(" = {value:?}"));
    variant.label() + &value.unwrap_or_default()
}
