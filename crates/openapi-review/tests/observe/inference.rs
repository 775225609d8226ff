//! Observes responses of a random document with a description that lacks parts of it. The corrected
//! description must allow responses that were not observed.

use fastrand::Rng;
use openapi_review::observe::compare;
use serde_json::{Map, Value, json};

use crate::corrections::corrected;
use crate::support::{document, lines, observed};

/// The number of documents.
const DOCUMENTS: u64 = 60;
/// The numbers of observed and held-out responses.
const SEEN: usize = 400;
const HELD_OUT: usize = 50;

fn scalar(rng: &mut Rng) -> Value {
    match rng.usize(..9) {
        0 => json!({"type": "string"}),
        1 => json!({"type": "string", "enum": ["low", "medium", "high"]}),
        2 => json!({"type": "string", "format": "uuid"}),
        3 => json!({"type": "string", "format": "date"}),
        4 => json!({"type": "string", "format": "date-time"}),
        5 => json!({"type": "integer"}),
        6 => json!({"type": "number"}),
        7 => json!({"type": "boolean"}),
        _ => json!({"type": "string", "format": "email"}),
    }
}

fn schema(rng: &mut Rng, depth: usize) -> Value {
    match rng.usize(..10) {
        0 | 1 if depth > 0 => object(rng, depth - 1),
        2 | 3 if depth > 0 => json!({"type": "array", "items": schema(rng, depth - 1)}),
        4 if depth > 0 => json!({"anyOf": [scalar(rng), object(rng, depth - 1)]}),
        5 => json!({"anyOf": [scalar(rng), {"type": "null"}]}),
        6 => {
            let mut scalar = scalar(rng);
            if scalar.get("enum").is_none() {
                scalar["type"] = json!([scalar["type"], "null"]);
            }
            scalar
        }
        _ => scalar(rng),
    }
}

fn object(rng: &mut Rng, depth: usize) -> Value {
    let names = ["alpha", "beta", "gamma", "delta"];
    let fields: Map<String, Value> = names[..rng.usize(1..=4)]
        .iter()
        .map(|name| ((*name).to_owned(), schema(rng, depth)))
        .collect();
    let required: Vec<&String> = fields.keys().filter(|_| rng.bool()).collect();
    json!({"type": "object", "required": required, "properties": fields})
}

fn sample(schema: &Value, rng: &mut Rng) -> Value {
    if let Some(all) = schema["anyOf"].as_array() {
        return sample(&all[rng.usize(..all.len())], rng);
    }
    if let Some(values) = schema["enum"].as_array() {
        return values[rng.usize(..values.len())].clone();
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => &kinds[rng.usize(..kinds.len())],
        kind => kind,
    };
    match kind.as_str().unwrap() {
        "null" => Value::Null,
        "boolean" => json!(rng.bool()),
        "integer" => json!(rng.i32(-100..100)),
        "number" => json!(f64::from(rng.i32(-100..100)) / 8.0),
        "string" => text(&schema["format"], rng),
        "array" => (0..rng.usize(..4)).map(|_| sample(&schema["items"], rng)).collect(),
        _ => {
            let fields = schema["properties"].as_object().unwrap();
            let required = schema["required"].as_array().unwrap();
            let is_there = |name: &String, rng: &mut Rng| {
                required.iter().any(|one| one == name) || rng.usize(..10) < 7
            };
            let mut object = Map::new();
            for (name, field) in fields {
                if is_there(name, rng) {
                    object.insert(name.clone(), sample(field, rng));
                }
            }
            Value::Object(object)
        }
    }
}

fn text(format: &Value, rng: &mut Rng) -> Value {
    let day = rng.u32(10..28);
    json!(match format.as_str() {
        Some("uuid") => format!("7d44db58-5de3-4e92-a2fb-{:012x}", rng.u64(..1 << 40)),
        Some("date") => format!("2026-01-{day}"),
        Some("date-time") => format!("2026-01-{day}T10:00:00Z"),
        Some("email") => format!("person{}@example.com", rng.u16(..)),
        _ => (0..rng.usize(1..30)).map(|_| rng.alphanumeric()).collect(),
    })
}

/// Removes parts of a schema, like a vendor's outdated document.
fn outdated(schema: &mut Value, rng: &mut Rng) {
    match schema {
        Value::Object(members) => {
            if let Some(fields) = members.get_mut("properties").and_then(Value::as_object_mut) {
                let names: Vec<String> = fields.keys().skip(1).cloned().collect();
                for name in names.iter().filter(|_| rng.usize(..4) == 0) {
                    fields.shift_remove(name);
                }
                fields.values_mut().for_each(|field| outdated(field, rng));
                members.insert("required".to_owned(), json!(fields_of(members)));
            } else if members.contains_key("anyOf") || members.contains_key("items") {
                let one = rng.bool();
                let kept = members.get("anyOf").map(|all| all[usize::from(one)].clone());
                match kept.filter(|_| rng.usize(..3) == 0) {
                    Some(kept) => *schema = kept,
                    None => members.values_mut().for_each(|inner| outdated(inner, rng)),
                }
            } else if rng.usize(..3) == 0 {
                *schema = scalar(rng);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| outdated(item, rng)),
        _ => {}
    }
}

fn fields_of(schema: &Map<String, Value>) -> Vec<String> {
    schema["properties"].as_object().unwrap().keys().cloned().collect()
}

#[test]
fn observations_lead_to_a_description_of_unobserved_responses() {
    let mut differences = 0;
    for seed in 0..DOCUMENTS {
        let rng = &mut Rng::with_seed(seed);
        let truth = object(rng, 3);
        let mut described = truth.clone();
        outdated(&mut described, rng);
        let bodies: Vec<Value> = (0..SEEN).map(|_| sample(&truth, rng)).collect();
        let root = document(&described, &json!({}));
        let (after, targets) = corrected(&root, &bodies);
        differences += targets.len();
        let (description, seen) = observed(&after, &bodies);
        assert_eq!(lines(&compare(&description, &seen)), [""; 0], "seed {seed}: {after:#}");
        let at = "/paths/~1pets~1{id}/get/responses/200/content/application~1json/schema";
        let schema = after.pointer(at).unwrap();
        let validator = jsonschema::validator_for(schema).unwrap();
        for _ in 0..HELD_OUT {
            let body = sample(&truth, rng);
            let errors: Vec<String> =
                validator.iter_errors(&body).map(|error| error.to_string()).collect();
            assert_eq!(errors, [""; 0], "seed {seed}: {body:#}\n{schema:#}");
        }
    }
    assert!(differences > 200, "{differences} actions are too few to try anything");
}
