//! [`Builder`]: builds the requests of generated operations.

use std::fmt;

use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Body, Method, Url};
use serde::Serialize;
use serde_json::Value;

#[cfg(feature = "multipart")]
use crate::multipart::{Multipart, Part};
use crate::outcome::OperationError;
use crate::style::Style;
use crate::transport::{Operation, Request};
use crate::transport_error::BoxError;

/// For generated code: builds the request of an operation.
///
/// The first error is returned by [`build`](Self::build).
#[derive(Debug)]
pub struct Builder {
    operation: &'static Operation,
    url: String,
    /// The part of the path template that is not in the URL yet.
    template: &'static str,
    query: Vec<String>,
    headers: HeaderMap,
    cookies: Vec<String>,
    body: Option<Body>,
    error: Option<BoxError>,
}

/// The reason why a request can't be built.
#[derive(Debug)]
struct Invalid(String);

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Invalid {}

impl Builder {
    /// Creates a builder for a request to the API at `baseurl`.
    pub fn new(operation: &'static Operation, baseurl: &str) -> Self {
        Self {
            operation,
            url: baseurl.trim_end_matches('/').to_owned(),
            template: operation.path,
            query: Vec::new(),
            headers: HeaderMap::new(),
            cookies: Vec::new(),
            body: None,
            error: None,
        }
    }

    fn fallibly(mut self, add: impl FnOnce(&mut Self) -> Result<(), BoxError>) -> Self {
        if self.error.is_none()
            && let Err(error) = add(&mut self)
        {
            self.error = Some(error);
        }
        self
    }

    /// Adds the next parameter of the path.
    #[must_use]
    pub fn path<T: Serialize + ?Sized>(self, name: &str, value: &T) -> Self {
        self.path_as(name, Style::SIMPLE, value)
    }

    /// Adds the next parameter of the path in a style.
    #[must_use]
    pub fn path_as<T: Serialize + ?Sized>(self, name: &str, style: Style, value: &T) -> Self {
        self.fallibly(|this| {
            let value = style.in_path(name, &serde_json::to_value(value)?);
            let Some((before, rest)) = this.template.split_once('{') else { return Ok(()) };
            this.template = rest.split_once('}').map_or("", |(_, rest)| rest);
            this.url.push_str(before);
            let is_alone = before.ends_with('/') && !this.template.starts_with(|c| c != '/');
            if is_alone && [".", ".."].contains(&value.as_str()) {
                let text = format!(
                    "the path parameter `{name}` is `{value}`, which would change the path"
                );
                return Err(Invalid(text).into());
            }
            this.url.push_str(&value);
            Ok(())
        })
    }

    /// Adds a parameter to the query unless the value is `None`.
    #[must_use]
    pub fn query<T: Serialize + ?Sized>(self, name: &str, value: &T) -> Self {
        self.query_as(name, Style::FORM_EXPLODED, value)
    }

    /// Adds a parameter to the query in a style, unless the value is `None`.
    #[must_use]
    pub fn query_as<T: Serialize + ?Sized>(self, name: &str, style: Style, value: &T) -> Self {
        self.fallibly(|this| {
            let value = serde_json::to_value(value)?;
            if !value.is_null() {
                this.query.extend(style.pairs(name, &value));
            }
            Ok(())
        })
    }

    /// Sets the whole query to the fields of an object.
    #[must_use]
    pub fn query_string<T: Serialize + ?Sized>(self, value: &T) -> Self {
        self.fallibly(|this| {
            let value = serde_json::to_value(value)?;
            match value {
                Value::Null => {}
                Value::String(text) => this.query.push(text),
                value => this.query.push(form(&value, &[])?.replace('+', "%20")),
            }
            Ok(())
        })
    }

    /// Sets the whole query to a value as JSON, unless the value is `None`.
    #[must_use]
    pub fn query_json<T: Serialize + ?Sized>(self, value: &T) -> Self {
        self.fallibly(|this| {
            let value = serde_json::to_value(value)?;
            if !value.is_null() {
                this.query.push(Style::JSON.in_path("", &value));
            }
            Ok(())
        })
    }

    /// Adds a header unless the value is `None`.
    #[must_use]
    pub fn header<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Self {
        self.header_as(name, Style::SIMPLE, value)
    }

    /// Adds a header in a style, unless the value is `None`.
    #[must_use]
    pub fn header_as<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        style: Style,
        value: &T,
    ) -> Self {
        self.fallibly(|this| {
            let value = serde_json::to_value(value)?;
            if !value.is_null() {
                let value = HeaderValue::try_from(style.in_header(&value))?;
                this.headers.append(HeaderName::try_from(name)?, value);
            }
            Ok(())
        })
    }

    /// Adds a cookie unless the value is `None`.
    #[must_use]
    pub fn cookie<T: Serialize + ?Sized>(self, name: &str, value: &T) -> Self {
        self.cookie_as(name, Style::SIMPLE, value)
    }

    /// Adds a cookie in a style, unless the value is `None`.
    #[must_use]
    pub fn cookie_as<T: Serialize + ?Sized>(self, name: &str, style: Style, value: &T) -> Self {
        self.fallibly(|this| {
            let value = serde_json::to_value(value)?;
            if !value.is_null() {
                this.cookies.push(style.in_cookie(name, &value));
            }
            Ok(())
        })
    }

    /// Sets the media types that the operation accepts.
    #[must_use]
    pub fn accept(mut self, types: &'static str) -> Self {
        self.headers.insert(ACCEPT, HeaderValue::from_static(types));
        self
    }

    /// Adds an optional body by `add`, if there is a body.
    #[must_use]
    pub fn maybe<B>(self, body: Option<B>, add: impl FnOnce(Self, B) -> Self) -> Self {
        match body {
            Some(body) => add(self, body),
            None => self,
        }
    }

    fn body(&mut self, content_type: &str, body: impl Into<Body>) -> Result<(), BoxError> {
        self.headers.insert(CONTENT_TYPE, HeaderValue::try_from(content_type)?);
        self.body = Some(body.into());
        Ok(())
    }

    /// Sets a JSON body.
    #[must_use]
    pub fn json<T: Serialize + ?Sized>(self, content_type: &str, body: &T) -> Self {
        self.fallibly(|this| this.body(content_type, serde_json::to_vec(body)?))
    }

    /// Sets a body of `name=value` pairs. `styles` has the fields with a style.
    #[must_use]
    pub fn form<T: Serialize + ?Sized>(
        self,
        content_type: &str,
        body: &T,
        styles: &[(&str, Style)],
    ) -> Self {
        self.fallibly(|this| {
            let pairs = form(&serde_json::to_value(body)?, styles)?;
            this.body(content_type, pairs)
        })
    }

    /// Sets a multipart body. `parts` has the settings of fields with a media type.
    #[cfg(feature = "multipart")]
    #[must_use]
    pub fn multipart<T: Serialize + ?Sized>(
        self,
        content_type: &str,
        body: &T,
        parts: &[(&str, Part)],
    ) -> Self {
        self.fallibly(|this| {
            let multipart = Multipart::of(body, parts)?;
            this.body(&multipart.content_type(content_type), multipart.into_body())
        })
    }

    /// Sets a body that is sent unchanged.
    #[must_use]
    pub fn raw(self, content_type: &str, body: impl Into<Body>) -> Self {
        self.fallibly(|this| this.body(content_type, body))
    }

    /// Builds the request. `client` adds nothing to the request.
    ///
    /// # Errors
    ///
    /// Fails if a value can't be encoded for its location, or if the base URL is invalid.
    pub fn build(mut self, client: &reqwest::Client) -> Result<Request, InvalidRequest> {
        self = self.fallibly(|this| {
            if !this.cookies.is_empty() {
                this.headers.insert(COOKIE, HeaderValue::try_from(this.cookies.join("; "))?);
            }
            Ok(())
        });
        match self.error {
            Some(error) => Err(InvalidRequest(error)),
            None => self.request(client).map_err(InvalidRequest),
        }
    }

    fn request(self, client: &reqwest::Client) -> Result<Request, BoxError> {
        // A fragment in a path only distinguishes operations in the description. It is never sent.
        let path = self.template.split_once('#').map_or(self.template, |(path, _)| path);
        let mut url = self.url;
        let length: usize = self.query.iter().map(|pair| pair.len() + 1).sum();
        url.reserve_exact(path.len() + length);
        url.push_str(path);
        let mut separator = if url.contains('?') { '&' } else { '?' };
        for pair in &self.query {
            url.push(separator);
            url.push_str(pair);
            separator = '&';
        }
        let method = Method::from_bytes(self.operation.method.as_bytes())?;
        let request = client.request(method, Url::parse(&url)?).headers(self.headers).build();
        let mut request = request.map_err(reqwest::Error::without_url)?;
        *request.body_mut() = self.body;
        Ok(Request::new(self.operation, request))
    }
}

/// For generated code: a request that can't be built. Nothing was sent.
#[derive(Debug)]
pub struct InvalidRequest(BoxError);

impl<E> From<InvalidRequest> for OperationError<E> {
    fn from(invalid: InvalidRequest) -> Self {
        Self::Build(invalid.0)
    }
}

/// For generated code: replacements of the servers that the description defines for single
/// operations.
#[derive(Debug, Clone, Default)]
pub struct Servers(Vec<(String, String)>);

impl Servers {
    /// Replaces a described server by another base URL.
    pub fn replace(&mut self, described: &str, baseurl: &str) {
        self.0.push((described.to_owned(), baseurl.to_owned()));
    }

    /// Returns the base URL for a described server. A relative URL is resolved against `baseurl`.
    pub fn url(&self, baseurl: &str, described: &str) -> String {
        if let Some((_, replaced)) = self.0.iter().rev().find(|(known, _)| known == described) {
            return replaced.clone();
        }
        let joined = Url::parse(baseurl).and_then(|base| base.join(described));
        joined.map_or_else(|_| described.to_owned(), String::from)
    }
}

/// Encodes an object as a form. According to the specification, objects without a style are sent as
/// JSON; a list is sent as one pair per element.
fn form(value: &Value, styles: &[(&str, Style)]) -> Result<String, BoxError> {
    let Value::Object(members) = value else {
        return Err(Invalid("the body of a form must be an object".to_owned()).into());
    };
    let pairs = members.iter().flat_map(|(name, value)| {
        let known = styles.iter().find(|(styled, _)| styled == name).map(|(_, style)| *style);
        let style = known.unwrap_or(match value {
            Value::Object(_) => Style::JSON,
            _ => Style::FORM_EXPLODED,
        });
        style.pairs(name, value)
    });
    // Forms encode a space as `+`.
    Ok(pairs.collect::<Vec<_>>().join("&").replace("%20", "+"))
}
