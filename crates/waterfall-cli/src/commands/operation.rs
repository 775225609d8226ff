//! [`Operation`]: a command of an immediate operation.

use std::future::Future;
use std::io::stdout;
use std::pin::pin;
use std::time::Duration;

use tokio::time::sleep;
use waterfall::{
    Client, Completed, Error, ErrorKind, ImmediateJob, ImmediateRequest, PagedQuery, Usage,
};

use crate::args::operation::Operation as Options;
use crate::exit::Exit;
use crate::failure::{Failure, is_json};
use crate::interrupt::Interrupts;
use crate::session::{Session, as_line};
use crate::style::Styles;
use crate::{deviations, output, terminal_text};

/// The maximum time that an interrupt waits for the response to a request that may be billed.
const GRACE: Duration = Duration::from_secs(10);

/// A command of an immediate operation.
pub(super) struct Operation<'a> {
    session: &'a Session,
    /// The command with its subcommand.
    name: &'static str,
    pub(super) client: Client,
    interrupts: Interrupts,
    is_interrupted: bool,
}

/// One page of results.
pub(super) struct Page {
    pub(super) results: usize,
    /// The results, formatted for people.
    pub(super) text: String,
    /// Whether the API reports another page.
    pub(super) has_more: bool,
}

/// The results that a command with pages requests.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// The number of results after which no further page is requested.
    pub(super) limit: Option<usize>,
    /// The name of a result, such as `person` or `company`, and its plural.
    pub(super) nouns: [&'static str; 2],
    /// Whether the size of a page can be set.
    pub(super) sized: bool,
}

impl<'a> Operation<'a> {
    pub(super) fn start(session: &'a Session, name: &'static str) -> Result<Self, Failure> {
        session.note_sandbox();
        let client = session.connect()?;
        let interrupts = Interrupts::listen()?;
        Ok(Self { session, name, client, interrupts, is_interrupted: false })
    }

    /// Waits for a response. After an interrupt, nothing more is sent, but a request in flight is
    /// awaited, because it may be billed.
    pub(super) async fn finish<T>(
        &mut self,
        request: impl Future<Output = Result<T, Error>>,
        response: impl FnOnce(&Error) -> Option<Vec<u8>>,
    ) -> Result<T, Failure> {
        let mut request = pin!(request);
        let outcome = tokio::select! {
            outcome = &mut request => outcome,
            () = self.interrupts.next() => {
                self.is_interrupted = true;
                self.client.stop_launching();
                tokio::select! {
                    outcome = &mut request => outcome,
                    () = self.interrupts.next() => return Err(INTERRUPTED),
                    () = sleep(GRACE) => return Err(INTERRUPTED),
                }
            }
        };
        outcome.map_err(|error| match error.kind() {
            ErrorKind::Stopped => Failure::Interrupted { job_id: None, launched: false },
            _ => self.failure(error, response),
        })
    }

    fn failure(&self, error: Error, response: impl FnOnce(&Error) -> Option<Vec<u8>>) -> Failure {
        let response = response(&error);
        Failure::Operation { error, command: self.name, response }
    }

    /// Waits for the response of an operation with a job and shows it.
    pub(super) async fn run<J: ImmediateJob>(
        &mut self,
        request: impl Future<Output = Result<Completed<J>, Error>>,
        card: impl FnOnce(&Completed<J>, Styles) -> String,
        found: impl FnOnce(&Completed<J>) -> bool,
    ) -> Result<Exit, Failure> {
        let done = self.finish(request, response_of::<J>).await?;
        self.write(&done, || card(&done, styles()))?;
        Ok(Exit::of_result(found(&done)))
    }

    /// Prints a response as it was received, or formatted for people.
    fn write<J: ImmediateJob>(
        &self,
        done: &Completed<J>,
        text: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        let json = self.session.json;
        let bytes = if json { as_line(done.raw()) } else { text().into_bytes() };
        output::stdout(&bytes)
            .map_err(|error| Failure::NotWritten { error, job_id: done.job_id() })?;
        deviations::report(done.job_id(), done.deviations(), "--json", json);
        Ok(())
    }

    /// Prints each page as soon as it arrives.
    pub(super) async fn pages<Q: PagedQuery>(
        &mut self,
        request: ImmediateRequest<Q>,
        wanted: Wanted,
        view: impl Fn(&Completed<Q::Job>, Styles) -> Page,
    ) -> Result<Exit, Failure> {
        let mut pages = match wanted.limit {
            Some(limit) => request.limit(limit).pages(),
            None => request.pages(),
        };
        let (mut total, mut received, mut has_more) = (0_usize, 0_usize, false);
        loop {
            let next = pages.next();
            let next = self.finish(async { next.await.transpose() }, response_of::<Q::Job>).await;
            let done = match next {
                Ok(Some(done)) => done,
                Ok(None) => break,
                Err(failure) => {
                    if let Some(per_page) = total.checked_div(received) {
                        self.note_next(pages.next_page(), per_page, wanted);
                    }
                    return Err(failure);
                }
            };
            let page = view(&done, styles());
            received += 1;
            total += page.results;
            has_more = page.has_more || wanted.limit.is_some_and(|limit| limit <= total);
            self.write(&done, || page.text.clone())?;
            self.note_page(&done, page.results, wanted);
            if self.is_interrupted {
                self.note_next(pages.next_page(), total / received, wanted);
                return Ok(Exit::Interrupted);
            }
        }
        if total == 0 && !self.session.json {
            let [_, nouns] = wanted.nouns;
            output::stderr(&format!("no {nouns} found"));
        } else if has_more {
            self.note_next(pages.next_page(), total / received.max(1), wanted);
        }
        Ok(Exit::of_result(total > 0))
    }

    /// Shows a page of an earlier request.
    pub(super) async fn page_again<J: ImmediateJob>(
        &mut self,
        request: impl Future<Output = Result<Completed<J>, Error>>,
        wanted: Wanted,
        view: impl FnOnce(&Completed<J>, Styles) -> Page,
    ) -> Result<Exit, Failure> {
        let done = self.finish(request, response_of::<J>).await?;
        let page = view(&done, styles());
        self.write(&done, || page.text)?;
        self.note_page(&done, page.results, wanted);
        Ok(Exit::of_result(page.results > 0))
    }

    /// Reports the contents and the cost of a page on stderr, so that stdout has only results.
    fn note_page<J: ImmediateJob>(&self, done: &Completed<J>, results: usize, wanted: Wanted) {
        if self.session.json {
            return;
        }
        let [noun, nouns] = wanted.nouns;
        let mut parts = vec![format!("{results} {}", if results == 1 { noun } else { nouns })];
        parts.extend(done.usage().and_then(cost));
        parts.extend(done.job_id().map(|id| format!("job {id}")));
        output::stderr(&parts.join(", "));
    }

    /// Describes how to continue.
    fn note_next(&self, page: u32, size: usize, wanted: Wanted) {
        if self.session.json {
            return;
        }
        let size = if wanted.sized { format!(" --page-size {size}") } else { String::new() };
        output::stderr(&format!("note: there may be more: add --page {page}{size}, or --all"));
    }
}

const INTERRUPTED: Failure = Failure::Interrupted { job_id: None, launched: true };

/// Extends a request with an option that may be absent.
pub(super) trait With: Sized {
    /// Calls `set` with the value, if there is one.
    fn with<T>(self, value: Option<T>, set: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => set(self, value),
            None => self,
        }
    }
}

impl<Q> With for Q {}

impl Options {
    /// Applies the options to a request.
    pub(super) fn apply<Q: waterfall::ImmediateQuery>(
        &self,
        request: ImmediateRequest<Q>,
    ) -> ImmediateRequest<Q> {
        request.with(self.deadline, ImmediateRequest::max_wait)
    }
}

fn styles() -> Styles {
    Styles::for_stream(&stdout())
}

fn cost(usage: &Usage) -> Option<String> {
    let price = usage.total_usd.map(terminal_text::money);
    let left =
        usage.balance_remaining_usd.map(|left| format!("{} left", terminal_text::money(left)));
    let known: Vec<String> = [price, left].into_iter().flatten().collect();
    (!known.is_empty()).then(|| known.join(", "))
}

/// Returns the response that belongs to an error: that of a job that failed, or one that can't be
/// decoded.
fn response_of<J: ImmediateJob>(error: &Error) -> Option<Vec<u8>> {
    match error.kind() {
        ErrorKind::JobFailed => error.completed::<J>().map(|done| done.raw().to_vec()),
        ErrorKind::InvalidResponse => error.body().filter(|body| is_json(body)).map(<[u8]>::to_vec),
        _ => None,
    }
}
