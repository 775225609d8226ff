//! [`Formats`]: how programs write responses.

/// What programs write around responses, and how they are named there.
///
/// The default knows HAR files and lines with `operation`, or `method` and `url`, beside `status`
/// and `body`.
#[derive(Debug, Clone, Default)]
pub struct Formats {
    /// The operation of bodies that have nothing around them.
    pub operation: Option<String>,
    /// The lines of programs, by their members.
    pub envelopes: Vec<Envelope>,
    /// The kind of jobs whose IDs name none.
    pub plain_kind: String,
    /// Statements of SQLite and PostgreSQL that select kind of job, status and body of each
    /// response in a journal.
    pub journal: [&'static str; 2],
}

/// How a program writes a response on a line: JSON pointers into the line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Envelope {
    /// The response; null for a line without one.
    pub body: &'static str,
    /// The ID of the job, such as `phone/7d44…`; what is before the `/` is its kind.
    pub job: &'static str,
    /// The HTTP status; 200 if it is null or missing.
    pub status: &'static str,
    /// A member that lines of this format have and others lack; its value may be null.
    pub marker: &'static str,
    /// Not null if the line repeats the response of another line. `None` if the format has no
    /// such member.
    pub repeated: Option<&'static str>,
}
