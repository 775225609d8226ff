//! [`Prepared`]: an input after its checks, before anything is sent.

use waterfall::{ContactQuery, Error};

use crate::batch::input::Input;
use crate::batch::seen::Key;
use crate::failure::Failure;
use crate::query_spec::{QuerySpec, parse};

/// An input, and its query or job, or why it has none.
#[derive(Debug)]
pub(crate) struct Prepared<T = ContactQuery> {
    pub(crate) input: Input,
    /// The query or job, with a key that is equal for the same person or job.
    pub(crate) wanted: Result<(T, Key), String>,
}

impl Prepared {
    pub(crate) fn new(input: Input, options: &QuerySpec) -> Self {
        let wanted = prepare(&input.text, options);
        Self { input, wanted }
    }
}

fn prepare(text: &str, options: &QuerySpec) -> Result<(ContactQuery, Key), String> {
    let problems = |error: Error| error.messages().join("; ");
    let query = parse(text)?.or(options).query().map_err(problems)?;
    let key = Key::of(&query).map_err(problems)?;
    Ok((query, key))
}

/// The query of a single argument.
pub(crate) fn single(text: &str, options: QuerySpec) -> Result<ContactQuery, Failure> {
    let input = Input { index: 0, line: None, text: text.trim().to_owned() };
    let label = input.label();
    let (query, _) = Prepared::new(input, &options).wanted.map_err(|problem| Failure::Queries {
        problems: vec![format!("query {label}: {problem}")],
        of: 1,
    })?;
    Ok(query)
}
