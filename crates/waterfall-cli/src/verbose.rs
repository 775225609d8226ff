//! `--verbose`: the events of the library as lines on stderr.

mod words;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use serde::Serialize;
use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

use crate::output;
use crate::run::many::ledger::{Shared, lock};

/// The target of all that is of interest here.
const LIBRARY: &str = "waterfall";

/// What inputs are called, once there are any.
#[derive(Debug, Clone, Default)]
pub(crate) struct Labels(Arc<OnceLock<Shared>>);

impl Labels {
    pub(crate) fn of(&self, ledger: Shared) {
        let _ = self.0.set(ledger);
    }

    fn label(&self, place: usize) -> Option<String> {
        lock(self.0.get()?).label(place)
    }
}

/// Tells what is decided from now on.
pub(crate) fn start(json: bool) -> Labels {
    let labels = Labels::default();
    let verbose = Verbose {
        since: Instant::now(),
        json,
        labels: labels.clone(),
        waiting: AtomicBool::new(false),
    };
    // There is no other subscriber in this program.
    let _ = tracing::subscriber::set_global_default(Registry::default().with(verbose));
    labels
}

struct Verbose {
    since: Instant,
    json: bool,
    labels: Labels,
    /// What was told last is that requests wait for the limit.
    waiting: AtomicBool,
}

/// What is known of a span.
struct Notes {
    /// The place in the batch.
    place: Option<usize>,
    /// A read that was made; what follows from it comes next.
    read: Option<String>,
}

/// The fields of an event or a span.
#[derive(Debug, Default)]
pub(crate) struct Fields(BTreeMap<&'static str, Value>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Verbose {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target() == LIBRARY
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::DEBUG)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let place = fields.0.get("batch.index").and_then(Value::as_u64);
        let place = place.and_then(|place| usize::try_from(place).ok());
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(Notes { place, read: None });
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let name = event.metadata().name();
        let name = name.strip_prefix("waterfall.").unwrap_or(name);
        let span = context.event_span(event);
        let mut extensions = span.as_ref().map(|span| span.extensions_mut());
        let notes = extensions.as_mut().and_then(|extensions| extensions.get_mut::<Notes>());
        let place = notes.as_ref().and_then(|notes| notes.place);
        let label = place.and_then(|place| self.labels.label(place));
        if self.json {
            return self.tell_json(name, label, fields);
        }
        let line = words::line(name, &fields, notes.map(|notes| &mut notes.read));
        if let Some(line) = line
            && !self.is_old(name)
        {
            let label = label.map(|label| format!("[{label}] ")).unwrap_or_default();
            let time = self.since.elapsed().as_secs_f64();
            output::stderr(&format!("+{time:.1}s  {label}{line}"));
        }
    }
}

/// An event for programs.
#[derive(Serialize)]
struct Object<'a> {
    event: &'a str,
    at_s: f64,
    query: Option<String>,
    #[serde(flatten)]
    fields: BTreeMap<&'static str, Value>,
}

impl Verbose {
    fn tell_json(&self, event: &str, query: Option<String>, fields: Fields) {
        let at_s = (self.since.elapsed().as_secs_f64() * 1e3).round() / 1e3;
        let mut fields = fields.0;
        fields.remove("message");
        let object = Object { event, at_s, query, fields };
        output::stderr(&serde_json::to_string(&object).unwrap_or_default());
    }

    /// Many requests may wait for the limit one after the other: that is told once.
    fn is_old(&self, name: &str) -> bool {
        let waiting = name == "rate_limiter.waiting";
        self.waiting.swap(waiting, Ordering::Relaxed) && waiting
    }
}

impl Fields {
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.0.get(name)?.as_f64()
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.insert(field.name(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name(), value.into());
    }
}
