//! [`Contract`]: the responses that the description allows for an operation.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use jsonschema::Validator;
use serde_json::Value;
use waterfall_api::{Operation, Response};

/// The responses that the description allows for an operation.
pub(crate) struct Contract {
    pub(crate) root: Value,
    pub(crate) seen: BTreeSet<(&'static str, u16)>,
    /// The compiled validators by their schemas.
    validators: RefCell<HashMap<String, Rc<Validator>>>,
}

impl Contract {
    pub(crate) fn new() -> Self {
        Self {
            root: waterfall_tests::description().root,
            seen: BTreeSet::new(),
            validators: RefCell::default(),
        }
    }

    fn responses(&self, operation: &Operation) -> &Value {
        &self.root["paths"][operation.path][operation.method.to_lowercase()]["responses"]
    }

    /// Returns the schema of the response, or the reason why the response violates the contract.
    pub(crate) fn violation(&self, operation: &Operation, answer: &Response) -> Option<String> {
        let status = answer.status().as_u16();
        let response = &self.responses(operation)[status.to_string()];
        let response = match response["$ref"].as_str() {
            Some(reference) => self.root.pointer(&reference[1..]).unwrap(),
            None => response,
        };
        let Some(schema) = response.pointer("/content/application~1json/schema") else {
            return Some(format!(
                "{} responds with {status}, which is not described",
                operation.id
            ));
        };
        let is_json = |header: &waterfall_api::HeaderValue| header == "application/json";
        if !answer.headers().get("content-type").is_some_and(is_json) {
            return Some(format!("{} {status} is not application/json", operation.id));
        }
        let validator = self.validator(schema);
        let Ok(body) = serde_json::from_slice::<Value>(answer.body()) else {
            return Some(format!("{} {status}: not JSON", operation.id));
        };
        let errors: Vec<String> =
            validator.iter_errors(&body).map(|error| error.to_string()).collect();
        (!errors.is_empty()).then(|| format!("{} {status}: {errors:?} in {body}", operation.id))
    }

    fn validator(&self, schema: &Value) -> Rc<Validator> {
        let compile = || {
            let mut schema = schema.clone();
            schema["components"] = self.root["components"].clone();
            Rc::new(jsonschema::validator_for(&schema).unwrap())
        };
        let mut validators = self.validators.borrow_mut();
        validators.entry(schema.to_string()).or_insert_with(compile).clone()
    }

    pub(crate) fn check(&mut self, operation: &'static Operation, answer: &Response) {
        assert_eq!(self.violation(operation, answer), None);
        self.seen.insert((operation.id, answer.status().as_u16()));
    }
}
