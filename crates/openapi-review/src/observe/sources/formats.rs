//! [`Formats`]: the formats in which programs write responses.

/// The structure around responses in the output of programs, and its names.
///
/// The default supports HAR files and lines with `operation`, or `method` and `url`, in addition to
/// `status` and `body`.
#[derive(Debug, Clone, Default)]
pub struct Formats {
    /// The operation of plain bodies.
    pub operation: Option<String>,
    /// The line formats of programs, by their members.
    pub envelopes: Vec<Envelope>,
    /// The kind of jobs whose IDs contain no kind.
    pub plain_kind: String,
    /// SQLite and PostgreSQL statements that select the kind of job, the status and the body of
    /// each response in a journal.
    pub journal: [&'static str; 2],
}

/// The format of a response on a line: JSON pointers into the line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Envelope {
    /// The response; null for a line without one.
    pub body: &'static str,
    /// The ID of the job, such as `phone/7d44…`; the part before the `/` is its kind.
    pub job: &'static str,
    /// The HTTP status; 200 if it is null or missing.
    pub status: &'static str,
    /// A member that lines of this format have and others lack. Its value may be null.
    pub marker: &'static str,
    /// Not null if the line repeats the response of another line. `None` if the format has no
    /// such member.
    pub repeated: Option<&'static str>,
}
