//! Generates the next version of a large document, reproducible by its seed: fields, values and
//! operations are added and removed, types and texts change.

use serde_json::{Map, Value, json};

/// Returns `document` after `edits` edits.
pub(crate) fn revised(document: &str, seed: u64, edits: usize) -> String {
    let mut root: Value = serde_json::from_str(document).expect("JSON");
    let mut dice = Dice(seed);
    for number in 0..edits {
        edit(&mut root, &mut dice, number);
    }
    root["info"]["version"] = json!("2.0.0");
    format!("{root:#}")
}

/// Generates numbers by a linear congruential generator with Knuth's constants.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % count.max(1)
    }
}

fn edit(root: &mut Value, dice: &mut Dice, number: usize) {
    let kind = dice.below(10);
    if kind < 2 {
        return operation(root, dice, number, kind == 0);
    }
    let schemas = root["components"]["schemas"].as_object_mut().expect("schemas");
    let names: Vec<String> = schemas.keys().cloned().collect();
    let other = format!("#/components/schemas/{}", names[dice.below(names.len())]);
    let schema = &mut schemas[&names[dice.below(names.len())]];
    schema["description"] = json!(format!("Text {number}."));
    if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        values.push(json!(format!("value_{number}")));
        return;
    }
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    let new = match kind {
        2 | 3 => json!({ "type": "string", "maxLength": 20 + number }),
        4 => json!({ "type": ["string", "null"] }),
        5 => json!({ "$ref": other }),
        6 => json!({ "anyOf": [{ "$ref": other }, { "type": "null" }] }),
        7 => json!({ "type": "array", "items": { "$ref": other } }),
        8 => json!({ "type": "string", "enum": ["one", "two"] }),
        _ => json!({ "type": "object", "properties": { "inner": { "$ref": other } } }),
    };
    let first = properties.keys().nth(dice.below(properties.len())).cloned();
    match (dice.below(3), first) {
        (0, Some(name)) => drop(properties.shift_remove(&name)),
        (1, Some(name)) => drop(properties.insert(name, new)),
        _ => drop(properties.insert(format!("field_{number}"), new)),
    }
}

/// Removes an operation, or changes its body and its response schema.
fn operation(root: &mut Value, dice: &mut Dice, number: usize, is_gone: bool) {
    let schemas = root["components"]["schemas"].as_object().expect("schemas");
    let name = schemas.keys().nth(dice.below(schemas.len())).cloned().unwrap_or_default();
    let paths = root["paths"].as_object_mut().expect("paths");
    let index = dice.below(paths.len());
    let Some(item) = paths.values_mut().nth(index).and_then(Value::as_object_mut) else { return };
    if is_gone {
        item.shift_remove("get");
        return;
    }
    let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
    let content = json!({ "application/json": { "schema": schema } });
    let mut operation = Map::new();
    operation.insert("operationId".to_owned(), json!(format!("put_{number}")));
    operation.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
    operation.insert(
        "responses".to_owned(),
        json!({ "200": { "description": "Well.", "content": content } }),
    );
    item.insert("put".to_owned(), Value::Object(operation));
}
