//! `--verbose`: writes the events of the library as lines to stderr.

mod fields;
mod format;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use serde::Serialize;
use serde_json::Value;
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

use self::fields::Fields;
use crate::batch::progress_state::SharedState;
use crate::output;

/// The target of all logged events.
const LIBRARY: &str = "waterfall";

/// The labels of the inputs, if there is a batch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Labels(Arc<OnceLock<(SharedState, Positions)>>);

/// The positions of jobs among all inputs, for each kind of jobs with a separate batch.
pub(crate) type Positions = BTreeMap<&'static str, Vec<usize>>;

impl Labels {
    pub(crate) fn of(&self, state: SharedState, positions: Positions) {
        let _ = self.0.set((state, positions));
    }

    /// Returns the position among all inputs of a job in the batch of a kind.
    fn position(&self, kind: &str, index: usize) -> usize {
        let positions = self.0.get().and_then(|(_, positions)| positions.get(kind));
        positions.and_then(|positions| positions.get(index)).copied().unwrap_or(index)
    }

    fn label(&self, position: usize) -> Option<String> {
        let (state, _) = self.0.get()?;
        state.lock().label(position)
    }
}

/// Logs all decisions from now on.
pub(crate) fn start(json: bool) -> Labels {
    let labels = Labels::default();
    let verbose = Verbose {
        since: Instant::now(),
        json,
        labels: labels.clone(),
        waiting: AtomicBool::new(false),
    };
    // This program has no other subscriber.
    let _ = tracing::subscriber::set_global_default(Registry::default().with(verbose));
    labels
}

struct Verbose {
    since: Instant,
    json: bool,
    labels: Labels,
    /// Whether the last line reported that requests wait for the limit.
    waiting: AtomicBool,
}

/// Data of a span.
struct SpanData {
    /// The position in the batch.
    position: Option<usize>,
    /// A read that is logged together with its consequence.
    read: Option<String>,
}

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
        let position = fields.0.get("batch.index").and_then(Value::as_u64);
        let position = position.and_then(|position| usize::try_from(position).ok());
        let kind = fields.0.get("job.kind").and_then(Value::as_str).unwrap_or_default();
        let position = position.map(|index| self.labels.position(kind, index));
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(SpanData { position, read: None });
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let name = event.metadata().name();
        let name = name.strip_prefix("waterfall.").unwrap_or(name);
        let span = context.event_span(event);
        let mut extensions = span.as_ref().map(|span| span.extensions_mut());
        let data = extensions.as_mut().and_then(|extensions| extensions.get_mut::<SpanData>());
        let position = data.as_ref().and_then(|data| data.position);
        let label = position.and_then(|position| self.labels.label(position));
        if self.json {
            return self.log_json(name, label, fields);
        }
        let line = format::line(name, &fields, data.map(|data| &mut data.read));
        if let Some(line) = line
            && !self.is_repeated(name)
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
    fn log_json(&self, event: &str, query: Option<String>, fields: Fields) {
        let at_s = (self.since.elapsed().as_secs_f64() * 1e3).round() / 1e3;
        let mut fields = fields.0;
        fields.remove("message");
        let object = Object { event, at_s, query, fields };
        output::stderr(&serde_json::to_string(&object).unwrap_or_default());
    }

    /// Returns whether this is a repeated line about requests that wait for the limit.
    fn is_repeated(&self, name: &str) -> bool {
        let waiting = name == "rate_limiter.waiting";
        self.waiting.swap(waiting, Ordering::Relaxed) && waiting
    }
}
