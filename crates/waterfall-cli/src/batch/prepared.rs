//! [`Prepared`]: an input after its checks, before anything is sent.

use std::sync::Arc;

use waterfall::Error;

use crate::batch::input::Input;
use crate::batch::query::LaunchQuery;
use crate::batch::seen::Key;

/// Reads a query from the text of an input. The error does not repeat the text.
pub(crate) type Parse<Q> = Arc<dyn Fn(&str) -> Result<Q, String> + Send + Sync>;

/// An input with its query or job, or the reason why it has none.
#[derive(Debug)]
pub(crate) struct Prepared<T> {
    pub(crate) input: Input,
    /// The query or job, with a key that is equal for the same query or job.
    pub(crate) wanted: Result<(T, Key), String>,
}

impl<Q: LaunchQuery> Prepared<Q> {
    pub(crate) fn new(input: Input, parse: &Parse<Q>) -> Self {
        let wanted = parse(&input.text).and_then(|query| {
            let key = query.key().map_err(|error: Error| error.messages().join("; "))?;
            Ok((query, key))
        });
        Self { input, wanted }
    }
}

impl<T> Prepared<T> {
    /// Returns the input without the query or job.
    pub(crate) fn without_query(self) -> Prepared<()> {
        Prepared { input: self.input, wanted: self.wanted.map(|(_, key)| ((), key)) }
    }
}
