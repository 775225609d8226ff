//! Multipart bodies.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use reqwest::Body;
use serde::Serialize;
use serde_json::Value;

use crate::file::{self, Content, File, PLACEHOLDER};
use crate::style;
use crate::transport_error::BoxError;

/// For generated code: the described properties of a part.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    content_type: &'static str,
}

impl Part {
    /// Creates the properties of a part with a media type.
    pub const fn new(content_type: &'static str) -> Self {
        Self { content_type }
    }
}

/// A multipart body.
pub(crate) struct Multipart {
    boundary: String,
    segments: VecDeque<Content>,
}

impl Multipart {
    /// Creates a body with one part for each field, or for each element of a list.
    pub(crate) fn of<T: Serialize + ?Sized>(
        body: &T,
        parts: &[(&str, Part)],
    ) -> Result<Self, BoxError> {
        let (value, files) = file::collected(|| serde_json::to_value(body));
        let mut files: Vec<Option<File>> = files.into_iter().map(Some).collect();
        let random = || RandomState::new().hash_one(0);
        let boundary = format!("{:016x}{:016x}", random(), random());
        let mut multipart = Self { boundary, segments: VecDeque::new() };
        let Value::Object(members) = value? else {
            return Err("the body of a form must be an object".into());
        };
        for (name, value) in members {
            let part = parts.iter().find(|(known, _)| *known == name).map(|(_, part)| *part);
            let values = match value {
                Value::Array(values) => values,
                Value::Null => continue,
                value => vec![value],
            };
            for value in values {
                let index = value.get(PLACEHOLDER).and_then(Value::as_u64);
                let index = index.and_then(|index| usize::try_from(index).ok());
                match index.and_then(|index| files.get_mut(index)?.take()) {
                    Some(file) => multipart.file(&name, file, part),
                    None => multipart.value(&name, &value, part),
                }
            }
        }
        multipart.text(format!("--{}--\r\n", multipart.boundary));
        Ok(multipart)
    }

    fn text(&mut self, text: String) {
        self.segments.push_back(Content::Bytes(text.into()));
    }

    fn start(&mut self, name: &str, file_name: Option<&str>, content_type: Option<&str>) {
        let mut head = format!(
            "--{}\r\nContent-Disposition: form-data; name=\"{}\"",
            self.boundary,
            quoted(name)
        );
        if let Some(file_name) = file_name {
            head += &format!("; filename=\"{}\"", quoted(file_name));
        }
        if let Some(content_type) = content_type {
            let content_type: String = content_type.chars().filter(|c| !c.is_control()).collect();
            head += &format!("\r\nContent-Type: {content_type}");
        }
        self.text(head + "\r\n\r\n");
    }

    fn value(&mut self, name: &str, value: &Value, part: Option<Part>) {
        let is_json = value.is_object() || value.is_array();
        let default = is_json.then_some("application/json");
        let content_type = part.map(|part| part.content_type).or(default);
        self.start(name, None, content_type);
        let is_json = content_type.is_some_and(|kind| kind.contains("json"));
        let text = if is_json { value.to_string() } else { style::text(value) };
        self.text(text + "\r\n");
    }

    fn file(&mut self, name: &str, file: File, part: Option<Part>) {
        // A description may list several types or a range.
        let described = part
            .map(|part| part.content_type)
            .filter(|content_type| !content_type.contains([',', '*']));
        let default = described.unwrap_or("application/octet-stream");
        let file_name = file.name().unwrap_or(name).to_owned();
        self.start(name, Some(&file_name), Some(file.content_type().unwrap_or(default)));
        self.segments.push_back(file.into_content());
        self.text("\r\n".to_owned());
    }

    /// Returns the media type of the body with its boundary.
    pub(crate) fn content_type(&self, essence: &str) -> String {
        format!("{essence}; boundary={}", self.boundary)
    }

    /// Returns the body, in one piece if all parts are in memory.
    pub(crate) fn into_body(self) -> Body {
        let mut all = Vec::new();
        for segment in &self.segments {
            match segment {
                Content::Bytes(bytes) => all.extend_from_slice(bytes),
                Content::Stream(_) => return Body::wrap(Segments(self.segments, None)),
            }
        }
        all.into()
    }
}

/// Escapes a name between quotes as browsers do.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// The segments of a body, in order: parts that are streams, and the bytes between them.
struct Segments(VecDeque<Content>, Option<Body>);

impl HttpBody for Segments {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        loop {
            if let Some(current) = &mut self.1 {
                match Pin::new(current).poll_frame(context) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Some(Ok(frame))) if frame.is_data() => {
                        return Poll::Ready(Some(Ok(frame)));
                    }
                    Poll::Ready(Some(Ok(_))) => continue,
                    Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error.into()))),
                    Poll::Ready(None) => self.1 = None,
                }
            }
            match self.0.pop_front() {
                None => return Poll::Ready(None),
                Some(Content::Bytes(bytes)) => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Some(Content::Stream(stream)) => {
                    let body = stream.lock().ok().and_then(|mut body| body.take());
                    match body {
                        Some(body) => self.1 = Some(body),
                        None => {
                            let error = "the stream of this file was already sent";
                            return Poll::Ready(Some(Err(error.into())));
                        }
                    }
                }
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
