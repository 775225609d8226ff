//! [`Pages`] and [`Items`]: all results of a query, page by page.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use waterfall_api::BoxFuture;

use super::completed::Completed;
use super::operation::Operation;
use super::query::{ImmediateQuery, Page, PageRule, PagedQuery, SizedPages};
use super::request::ImmediateRequest;
use crate::error::{Error, RequestKind};

/// The maximum size of a page.
pub(super) const MAX_PAGE_SIZE: u32 = 250;

/// The maximum number of a search page.
pub(super) const MAX_PAGE_NUMBER: u32 = 100;

/// A stream of the pages of a query, from [`ImmediateRequest::pages`].
///
/// A page is requested only when the stream is polled for it, because pages are billed by their
/// results. Each request waits for a permit of the rate limiter.
///
/// # End
///
/// The stream of a search ends after a page that is shorter than the [page
/// size](ImmediateRequest::page_size), that of company titles after a page whose `has_more_pages`
/// is not true. It also ends after an error; continue with [`next_page`](Self::next_page). If
/// [`Error::may_have_launched`], that page may be billed already: if the error has a
/// [`job_id`](Error::job_id), its result can be read again.
///
/// If the list of a page can't be decoded, or a page repeats the page before it, the item is an
/// [`InvalidResponse`](crate::ErrorKind::InvalidResponse). Thus results are neither missing
/// silently nor billed forever.
///
/// # Cancellation
///
/// Dropping the future of [`next`](Self::next) loses nothing: a request in flight continues with
/// the next call. If the stream is dropped, the request completes in the background; see
/// [`ImmediateRequest`].
#[must_use = "nothing is requested until it is polled"]
pub struct Pages<Q: PagedQuery> {
    request: ImmediateRequest<Q>,
    page: Page,
    received: usize,
    in_flight: Option<BoxFuture<'static, Outcome<Q>>>,
    previous: Option<Completed<Q::Job>>,
    ended: bool,
}

type Outcome<Q> = Result<Completed<<Q as super::query::ToRequest>::Job>, Error>;

impl<Q: ImmediateQuery> ImmediateRequest<Q> {
    /// Returns the first page that is requested.
    pub(super) fn first(&self) -> Page {
        Page { number: self.first_page, size: self.page_size }
    }
}

impl<Q: PagedQuery> ImmediateRequest<Q> {
    /// Sets the page to start with, from 1, which is the default.
    pub fn first_page(mut self, number: u32) -> Self {
        self.first_page = Some(number);
        self
    }

    /// Sets the number of results after which the streams end: [`items`](Self::items) exactly, and
    /// [`pages`](Self::pages) with the page that reaches it. By default, there is no limit.
    ///
    /// Unless a [`page_size`](Self::page_size) is set, the page size of a search is chosen so that
    /// hardly more results are billed than the limit. Results beyond it on the last page are
    /// billed.
    pub fn limit(mut self, results: usize) -> Self {
        self.limit = Some(results);
        self
    }

    /// Returns a [`Stream`] of all pages, beginning with the [first](Self::first_page).
    pub fn pages(self) -> Pages<Q> {
        let size = self.size();
        let page = Page { number: Some(self.first_page.unwrap_or(1)), size };
        let ended = self.limit == Some(0);
        Pages { request: self, page, received: 0, in_flight: None, previous: None, ended }
    }

    /// Returns a [`Stream`] of all results, requested page by page.
    pub fn items(self) -> Items<Q> {
        let left = self.limit.unwrap_or(usize::MAX);
        Items { pages: self.pages(), buffer: VecDeque::new(), left }
    }

    /// Returns the size of the pages: as set, or such that few results are beyond the limit.
    fn size(&self) -> Option<u32> {
        let default = Q::DEFAULT_SIZE?;
        let limit = self.limit.map(|limit| u32::try_from(limit.max(1)).unwrap_or(u32::MAX));
        Some(match (self.page_size, limit) {
            (Some(size), Some(limit)) => size.min(limit),
            (Some(size), None) => size,
            (None, Some(limit)) => limit.div_ceil(limit.div_ceil(MAX_PAGE_SIZE)),
            (None, None) => default,
        })
    }
}

impl<Q: SizedPages> ImmediateRequest<Q> {
    /// Sets the number of results on a page, from 1 to 250. The default is the API's: 10 people, or
    /// 20 companies.
    pub fn page_size(mut self, results: u32) -> Self {
        self.page_size = Some(results);
        self
    }
}

impl<Q: PagedQuery> Pages<Q> {
    /// Returns the next page, or `None` at the end of the stream. Needs no trait import.
    pub async fn next(&mut self) -> Option<Result<Completed<Q::Job>, Error>> {
        poll_fn(|cx| self.poll_page(cx)).await
    }

    /// Returns the number of the next page or, after an error, that of the page that failed. To
    /// continue, create a new request with it as [`first_page`](ImmediateRequest::first_page).
    pub fn next_page(&self) -> u32 {
        self.page.number.unwrap_or(1)
    }

    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Outcome<Q>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let (request, page) = (&self.request, self.page);
        let in_flight = self.in_flight.get_or_insert_with(|| Box::pin(request.clone().page(page)));
        let outcome = ready!(in_flight.as_mut().poll(cx));
        self.in_flight = None;
        let outcome = outcome.and_then(|page| self.receive(page));
        self.ended |= outcome.is_err();
        Poll::Ready(Some(outcome))
    }

    /// Checks a page, and decides whether another one follows.
    fn receive(&mut self, page: Completed<Q::Job>) -> Outcome<Q> {
        let (items, results) = items_of::<Q>(&page).map_err(|path| {
            self.invalid(&page, path, "it can't be decoded, so that results would be missing")
        })?;
        let has_more = Q::has_more(page.job()).map_err(|path| {
            self.invalid(&page, path, "it is not a boolean, so that the next page is not known")
        })?;
        if self.previous.as_ref().is_some_and(|previous| is_repeated::<Q>(previous, items)) {
            let why = "it repeats the page before it";
            return Err(self.invalid(&page, Q::LIST, why));
        }
        self.received = self.received.saturating_add(results);
        let is_full = self.page.size.is_some_and(|size| results >= size as usize);
        let is_enough = self.request.limit.is_some_and(|limit| self.received >= limit);
        self.ended = is_enough || !has_more.unwrap_or(is_full);
        self.page.number = self.page.number.map(|number| number.saturating_add(1));
        self.previous = Some(page.clone());
        Ok(page)
    }

    fn invalid(&self, page: &Completed<Q::Job>, path: &str, why: &str) -> Error {
        let call = self.request.client.call(RequestKind::Operation(Q::Job::CALL));
        let error = Error::invalid_page(&call, page.response(), path, why);
        error.with_last(Some(page.last_state()))
    }
}

/// Returns the results of a page that can be decoded, and the number of all of them. The error is
/// the location of a list that can't be decoded.
fn items_of<Q: PageRule>(page: &Completed<Q::Job>) -> Result<(&[Q::Item], usize), &'static str> {
    let Some(field) = Q::list(page.job()) else { return Ok((&[], 0)) };
    match (field.as_ref(), field.deviating()) {
        (_, Some(_)) => Err(Q::LIST),
        (Some(list), _) => Ok((list, list.len() + list.deviating().count())),
        (None, None) => Ok((&[], 0)),
    }
}

/// Returns whether a page repeats the results of the page before it, which means that the API
/// ignored the page number.
fn is_repeated<Q: PageRule>(previous: &Completed<Q::Job>, items: &[Q::Item]) -> bool {
    !items.is_empty() && items_of::<Q>(previous).is_ok_and(|(previous, _)| previous == items)
}

impl<Q: PagedQuery> Stream for Pages<Q> {
    type Item = Result<Completed<Q::Job>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_page(cx)
    }
}

impl<Q: PagedQuery> fmt::Debug for Pages<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("request", &self.request)
            .field("next_page", &self.next_page())
            .field("received", &self.received)
            .finish_non_exhaustive()
    }
}

/// A stream of the results of a query, from [`ImmediateRequest::items`].
///
/// It requests a [page](Pages) when all results of the previous page have been returned. Results
/// that can't be decoded are omitted; [`Completed::deviations`] of the pages lists them.
#[must_use = "nothing is requested until it is polled"]
pub struct Items<Q: PagedQuery> {
    pages: Pages<Q>,
    buffer: VecDeque<Q::Item>,
    left: usize,
}

impl<Q: PagedQuery> Items<Q> {
    /// Returns the next result, or `None` at the end of the stream. Needs no trait import.
    pub async fn next(&mut self) -> Option<Result<Q::Item, Error>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    /// Returns the number of the next page. See [`Pages::next_page`].
    pub fn next_page(&self) -> u32 {
        self.pages.next_page()
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Q::Item, Error>>> {
        while self.left > 0 {
            if let Some(item) = self.buffer.pop_front() {
                self.left -= 1;
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.pages.poll_page(cx)) {
                Some(Ok(page)) => {
                    let items = items_of::<Q>(&page).map_or(&[][..], |(items, _)| items);
                    self.buffer.extend(items.iter().cloned());
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => break,
            }
        }
        Poll::Ready(None)
    }
}

impl<Q: PagedQuery> Stream for Items<Q> {
    type Item = Result<Q::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(cx)
    }
}

impl<Q: PagedQuery> fmt::Debug for Items<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("pages", &self.pages).finish_non_exhaustive()
    }
}
