//! Captures all `tracing` output, of every crate and at every level.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::io;
use std::sync::{Arc, LazyLock, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Event, Level, Subscriber};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

/// Name and fields of a span, or of an event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) level: Level,
    pub(crate) fields: BTreeMap<&'static str, String>,
    /// The index of the span that contains it.
    pub(crate) inside: Option<usize>,
}

impl Entry {
    pub(crate) fn get(&self, field: &str) -> &str {
        self.fields.get(field).map_or("", String::as_str)
    }
}

#[derive(Debug, Default)]
struct All {
    spans: Vec<Entry>,
    events: Vec<Entry>,
    text: Vec<u8>,
}

/// The output on this thread since the start of the capture.
#[derive(Debug, Clone, Default)]
pub(crate) struct Captured(Arc<Mutex<All>>);

/// With a single subscriber, the first thread that reaches an event determines for all threads
/// whether it is enabled. With a second subscriber, each thread decides for itself.
static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(Registry::default()));

/// The index of a span in [`All::spans`].
struct SpanIndex(usize);

impl Captured {
    /// Captures until the guard is dropped.
    pub(crate) fn listen() -> (Self, DefaultGuard) {
        LazyLock::force(&ANOTHER);
        let captured = Self::default();
        let text = tracing_subscriber::fmt::layer()
            .with_span_events(FmtSpan::FULL)
            .with_writer(captured.clone());
        let subscriber = Registry::default().with(captured.clone()).with(text);
        let guard = tracing::subscriber::set_default(subscriber);
        (captured, guard)
    }

    pub(crate) fn spans(&self) -> Vec<Entry> {
        self.0.lock().unwrap().spans.clone()
    }

    pub(crate) fn events(&self) -> Vec<Entry> {
        self.0.lock().unwrap().events.clone()
    }

    pub(crate) fn events_named(&self, name: &str) -> Vec<Entry> {
        self.events().into_iter().filter(|event| event.name == name).collect()
    }

    /// Returns the output as text: as a subscriber formats it, followed by all fields.
    pub(crate) fn text(&self) -> String {
        let all = self.0.lock().unwrap();
        let mut text = String::from_utf8(all.text.clone()).unwrap();
        for entry in all.spans.iter().chain(&all.events) {
            writeln!(text, "{entry:?}").unwrap();
        }
        text
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Captured {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let (mut fields, metadata) = (Fields::default(), attributes.metadata());
        attributes.record(&mut fields);
        let span = context.span(id).unwrap();
        let inside =
            span.parent().and_then(|parent| parent.extensions().get().map(|SpanIndex(i)| *i));
        let entry =
            Entry { name: metadata.name(), level: *metadata.level(), fields: fields.0, inside };
        let mut all = self.0.lock().unwrap();
        span.extensions_mut().insert(SpanIndex(all.spans.len()));
        all.spans.push(entry);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        let span = context.span(id).unwrap();
        let place = span.extensions().get().map(|SpanIndex(place)| *place).unwrap();
        self.0.lock().unwrap().spans[place].fields.append(&mut fields.0);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let (mut fields, metadata) = (Fields::default(), event.metadata());
        event.record(&mut fields);
        let span = context.event_span(event);
        let inside = span.and_then(|span| span.extensions().get().map(|SpanIndex(place)| *place));
        let entry =
            Entry { name: metadata.name(), level: *metadata.level(), fields: fields.0, inside };
        self.0.lock().unwrap().events.push(entry);
    }
}

#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
