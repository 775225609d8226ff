//! The properties that distinguish the operations that start a job: fields, result and price. Each
//! module of `operations` defines one.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::directive::Directive;
use crate::endpoint::{Endpoint, Feature, JobType};
use crate::envelope::{ApiError, Code};
use crate::form::{self, Fields, Form, bad_request};

/// An operation that starts a job.
pub(crate) struct JobOperation {
    pub(crate) kind: JobType,
    pub(crate) launch: Endpoint,
    pub(crate) find: Option<Endpoint>,
    /// Whether the response to the launch contains the result.
    pub(crate) at_once: bool,
    pub(crate) feature: Option<Feature>,
    pub(crate) form: Form,
    /// The fields with another name in the finder's response.
    pub(crate) renamed: &'static [(&'static str, &'static str)],
    /// The fields that the finder returns only if the launch had them.
    pub(crate) only_if_sent: &'static [&'static str],
    /// `None` for company titles: the API documents no counters for them.
    pub(crate) counters: Option<Counters>,
    /// Checks the contents, and returns the identity of the query: launches with the same identity
    /// are repetitions.
    pub(crate) identify: fn(&Fields) -> Result<u64, ApiError>,
    pub(crate) run: fn(&Launch) -> Result<Findings, ApiError>,
}

/// The names of an operation's counters in the account's usage.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counters {
    pub(crate) requests: &'static str,
    pub(crate) found: &'static str,
    /// The counter of phone numbers, for operations that find them in addition to people.
    pub(crate) phones: Option<&'static str>,
}

/// The result of a job, and its price.
#[derive(Debug, Clone, Default)]
pub(crate) struct Findings {
    /// The output without usage.
    pub(crate) output: Map<String, Value>,
    /// The value of the operation's counter.
    pub(crate) found: u32,
    pub(crate) persons: u32,
    pub(crate) phones: u32,
    pub(crate) companies: u32,
    pub(crate) cents: Cents,
}

/// Amounts by category, in US cents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cents {
    pub(crate) persons: u64,
    pub(crate) phones: u64,
    pub(crate) companies: u64,
    /// The price that belongs to none of the categories.
    pub(crate) other: u64,
}

impl Cents {
    pub(crate) fn total(self) -> u64 {
        self.persons + self.phones + self.companies + self.other
    }
}

impl Findings {
    pub(crate) fn new(output: Value) -> Self {
        let output = if let Value::Object(output) = output { output } else { Map::new() };
        Self { output, ..Self::default() }
    }

    /// Adds people at a price each, and counts them.
    pub(crate) fn with_persons(mut self, persons: usize, cents: u64) -> Self {
        self.persons = count(persons);
        self.found = self.persons;
        self.cents.persons = cents * u64::from(self.persons);
        self
    }

    pub(crate) fn with_phones(mut self, phones: usize, cents: u64) -> Self {
        self.phones = count(phones);
        self.cents.phones = cents * u64::from(self.phones);
        self
    }

    /// Adds companies at a price each, and counts them.
    pub(crate) fn with_companies(mut self, companies: usize, cents: u64) -> Self {
        self.companies = count(companies);
        self.found = self.companies;
        self.cents.companies = cents * u64::from(self.companies);
        self
    }

    /// Adds one result at a price that belongs to no category.
    pub(crate) fn with_result(mut self, is_billed: bool, cents: u64) -> Self {
        self.found = u32::from(is_billed);
        self.cents.other = if is_billed { cents } else { 0 };
        self
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A launch that the API would accept.
#[derive(Debug, Clone)]
pub(crate) struct Launch {
    /// The identity of the query among those of its kind.
    pub(crate) identity: u64,
    pub(crate) directive: Directive,
    /// The fields as they were received.
    pub(crate) fields: Fields,
    /// The unchanged custom fields, because a `Value` cannot represent every number.
    pub(crate) custom_fields: Option<Arc<RawValue>>,
}

impl Launch {
    /// Checks the form of the body, and then its contents. Contents are checked only for the
    /// strategy in use, because the API ignores the fields of the others.
    pub(crate) fn parse(operation: &JobOperation, body: &[u8]) -> Result<Self, ApiError> {
        let fields = form::read(body, operation.form)?;
        let custom_fields = raw_custom_fields(body)?;
        let nothing = Map::new();
        let custom = fields.get("custom_fields").and_then(Value::as_object).unwrap_or(&nothing);
        let directive = Directive::read(custom).map_err(bad_request)?;
        let identity = (operation.identify)(&fields)?;
        Ok(Self { identity, directive, fields, custom_fields })
    }

    pub(crate) fn webhook_url(&self) -> Option<&str> {
        form::text(&self.fields, "webhook_url")
    }

    pub(crate) fn wants_phones(&self) -> bool {
        form::flag(&self.fields, "include_phones", false)
    }

    /// Returns whether its job succeeds, unless the launch requests another end.
    pub(crate) fn succeeds(&self) -> bool {
        self.directive.state.as_deref().is_none_or(|state| state == "SUCCEEDED")
    }
}

impl JobOperation {
    /// Returns the result of a launch. Only a job that succeeds finds anything.
    pub(crate) fn findings(&self, launch: &Launch) -> Result<Findings, ApiError> {
        if launch.succeeds() { (self.run)(launch) } else { Ok(Findings::default()) }
    }

    /// Returns the feature that the launch needs, and the code of its refusal.
    pub(crate) fn needs(&self, launch: &Launch) -> Option<(Feature, Code)> {
        let phones = launch.wants_phones().then_some((Feature::Phone, Code::PermissionPhones));
        self.feature.map(|feature| (feature, Code::FeatureNotEnabled)).or(phones)
    }
}

fn raw_custom_fields(body: &[u8]) -> Result<Option<Arc<RawValue>>, ApiError> {
    #[derive(Deserialize)]
    struct Part {
        custom_fields: Option<Box<RawValue>>,
    }
    let part: Part = serde_json::from_slice(body).map_err(|_| bad_request("body: not JSON"))?;
    Ok(part.custom_fields.map(Arc::from))
}
