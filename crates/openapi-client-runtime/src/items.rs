//! Streams of typed items: server-sent events, JSON lines and JSON sequences.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use serde::de::DeserializeOwned;

use crate::decode::decode;
use crate::decode_error::DecodeError;
use crate::frames::{Frame, Frames, Framing};
use crate::stream::StreamingResponse;
use crate::transport_error::TransportError;

/// The data that ends the event streams of some APIs.
const DONE: &str = "[DONE]";

/// The error of a stream in place of an item.
#[derive(Debug)]
#[non_exhaustive]
pub enum StreamError {
    /// The response was cut off. The stream has ended.
    Transport(TransportError),
    /// An item does not match its description. The stream continues.
    Item {
        /// The text of the item. `Display` does not show it.
        text: String,
        /// The place and reason of the mismatch.
        decode_error: DecodeError,
    },
}

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(error) => error.fmt(f),
            Self::Item { decode_error, .. } => {
                write!(f, "an item of the stream does not match its description, {decode_error}")
            }
        }
    }
}

impl std::error::Error for StreamError {}

/// A server-sent event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event<T> {
    /// The type of the event; `None` for a plain message.
    pub event: Option<String>,
    /// The last event id that the server sent.
    pub id: Option<String>,
    /// The data.
    pub data: T,
}

/// The frames of a response.
#[derive(Debug)]
struct FrameStream {
    response: StreamingResponse,
    frames: Frames,
    is_over: bool,
}

impl FrameStream {
    fn new(response: StreamingResponse, framing: Framing) -> Self {
        Self { response, frames: Frames::new(framing), is_over: false }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame, StreamError>>> {
        loop {
            if let Some(frame) = self.frames.next() {
                return Poll::Ready(Some(Ok(frame)));
            }
            if self.is_over {
                return Poll::Ready(None);
            }
            match Pin::new(&mut self.response).poll_next(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Ok(chunk))) => self.frames.feed(&chunk),
                Poll::Ready(Some(Err(error))) => {
                    self.is_over = true;
                    return Poll::Ready(Some(Err(StreamError::Transport(error))));
                }
                Poll::Ready(None) => {
                    self.is_over = true;
                    self.frames.end();
                }
            }
        }
    }
}

fn item<T: DeserializeOwned>(text: &str) -> Result<T, StreamError> {
    match decode(text.as_bytes()) {
        Ok((item, _)) => Ok(item),
        Err(decode_error) => Err(StreamError::Item { text: text.to_owned(), decode_error }),
    }
}

/// Decodes an event that is described as an object with `event`, `id` and `data`.
fn whole<T: DeserializeOwned>(frame: &Frame) -> Result<T, StreamError> {
    whole_with(frame, frame.data.as_str().into())
}

/// Decodes such an event if its data may be an object or a list.
fn whole_json<T: DeserializeOwned>(frame: &Frame) -> Result<T, StreamError> {
    let data: Option<serde_json::Value> = serde_json::from_str(&frame.data).ok();
    let data = data.filter(|data| data.is_object() || data.is_array());
    whole_with(frame, data.unwrap_or_else(|| frame.data.as_str().into()))
}

fn whole_with<T: DeserializeOwned>(
    frame: &Frame,
    data: serde_json::Value,
) -> Result<T, StreamError> {
    let mut event = serde_json::Map::new();
    for (name, value) in [("event", &frame.event), ("id", &frame.id)] {
        if let Some(value) = value {
            event.insert(name.to_owned(), value.as_str().into());
        }
    }
    event.insert("data".to_owned(), data);
    item(&serde_json::Value::Object(event).to_string())
}

/// A response that is a stream of server-sent events.
///
/// The stream ends with the response, or at an event whose data is `[DONE]`.
///
/// ```
/// use openapi_client_runtime::{EventStream, StreamError};
///
/// async fn print(mut events: EventStream<serde_json::Value>) -> Result<(), StreamError> {
///     while let Some(event) = events.next().await {
///         match event {
///             Ok(event) => println!("{}", event.data),
///             Err(error @ StreamError::Item { .. }) => eprintln!("{error}"),
///             Err(error) => return Err(error),
///         }
///     }
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct EventStream<T> {
    frames: FrameStream,
    decode: fn(&Frame) -> Result<T, StreamError>,
}

impl<T: DeserializeOwned> EventStream<T> {
    /// For generated code: decodes the data of each event as JSON.
    #[doc(hidden)]
    pub fn json(response: StreamingResponse) -> Self {
        let decode = |frame: &Frame| item(&frame.data);
        Self { frames: FrameStream::new(response, Framing::Events), decode }
    }

    /// For generated code: decodes each event as an object with `event`, `id` and the text of
    /// `data`.
    #[doc(hidden)]
    pub fn whole(response: StreamingResponse) -> Self {
        Self { frames: FrameStream::new(response, Framing::Events), decode: whole }
    }

    /// For generated code: decodes each event as an object with `event`, `id` and `data`, which may
    /// be JSON.
    #[doc(hidden)]
    pub fn whole_json(response: StreamingResponse) -> Self {
        Self { frames: FrameStream::new(response, Framing::Events), decode: whole_json }
    }
}

impl EventStream<String> {
    /// For generated code: returns the data of each event as text.
    #[doc(hidden)]
    pub fn text(response: StreamingResponse) -> Self {
        let decode = |frame: &Frame| Ok(frame.data.clone());
        Self { frames: FrameStream::new(response, Framing::Events), decode }
    }
}

impl<T> EventStream<T> {
    /// Returns the response with its status and headers.
    pub fn response(&self) -> &StreamingResponse {
        &self.frames.response
    }

    /// Returns the next event, or `None` at the end of the stream. Canceling the future loses no
    /// event.
    ///
    /// # Errors
    ///
    /// Fails if the response is cut off, or if the event does not match its description.
    pub async fn next(&mut self) -> Option<Result<Event<T>, StreamError>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<T> Stream for EventStream<T> {
    type Item = Result<Event<T>, StreamError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.frames.poll(context).map(|frame| match frame? {
            Ok(frame) if frame.data == DONE => {
                self.frames.is_over = true;
                None
            }
            Ok(frame) => {
                let data = (self.decode)(&frame);
                Some(data.map(|data| Event { event: frame.event, id: frame.id, data }))
            }
            Err(error) => Some(Err(error)),
        })
    }
}

/// A response that is a sequence of JSON values: one per line, or each after a record separator
/// (RFC 7464).
///
/// ```
/// use openapi_client_runtime::{JsonLines, StreamError};
///
/// async fn sum(mut numbers: JsonLines<i64>) -> Result<i64, StreamError> {
///     let mut sum = 0;
///     while let Some(number) = numbers.next().await {
///         sum += number?;
///     }
///     Ok(sum)
/// }
/// ```
#[derive(Debug)]
pub struct JsonLines<T> {
    frames: FrameStream,
    decode: fn(&str) -> Result<T, StreamError>,
}

impl<T: DeserializeOwned> JsonLines<T> {
    /// For generated code: decodes each line or record as JSON.
    #[doc(hidden)]
    pub fn json(response: StreamingResponse) -> Self {
        Self { frames: FrameStream::new(response, Framing::Lines), decode: item }
    }
}

impl<T> JsonLines<T> {
    /// Returns the response with its status and headers.
    pub fn response(&self) -> &StreamingResponse {
        &self.frames.response
    }

    /// Returns the next value, or `None` at the end of the stream. Canceling the future loses no
    /// value.
    ///
    /// # Errors
    ///
    /// Fails if the response is cut off, or if the value does not match its description.
    pub async fn next(&mut self) -> Option<Result<T, StreamError>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<T> Stream for JsonLines<T> {
    type Item = Result<T, StreamError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let frame = self.frames.poll(context);
        frame.map(|frame| frame.map(|frame| frame.and_then(|frame| (self.decode)(&frame.data))))
    }
}
