//! [`ImmediateQuery`] and [`PagedQuery`]: what is requested of an operation that is answered at once.
//!
//! Queries enforce the modes and limits of their endpoint that the vendor or third parties document
//! without contradicting each other. Open sets, such as countries and sizes, are not checked.

use waterfall_api::types::{Company, Person};
use waterfall_api::{Field, List};

use super::job::{ImmediateJob, JobParts};
use super::operation::Operation;
use crate::error::Error;

/// A query of an operation that is answered at once: [`ContactSearch`](crate::ContactSearch),
/// [`CompanySearch`](crate::CompanySearch), [`JobChangeQuery`](crate::JobChangeQuery),
/// [`RevealQuery`](crate::RevealQuery), [`CompanyTitlesQuery`](crate::CompanyTitlesQuery) or
/// [`EmailQuery`](crate::EmailQuery). It can't be implemented by other crates.
#[expect(private_bounds, reason = "the trait is sealed")]
pub trait ImmediateQuery: ToRequest<Job: Operation> {}

impl<Q: ToRequest<Job: Operation>> ImmediateQuery for Q {}

/// The sealed part of [`ImmediateQuery`].
pub trait ToRequest: Clone + Send + Sync + Unpin + 'static {
    /// The job that the operation returns.
    type Job: ImmediateJob;

    /// Checks the query, and converts it to the body of the request.
    #[doc(hidden)]
    fn to_request(&self, page: Page) -> Result<<Self::Job as JobParts>::Request, Error>;
}

/// Which page is requested.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, Default)]
pub struct Page {
    pub(crate) number: Option<u32>,
    pub(crate) size: Option<u32>,
}

/// A query whose results are divided into pages: [`ContactSearch`](crate::ContactSearch),
/// [`CompanySearch`](crate::CompanySearch) or [`CompanyTitlesQuery`](crate::CompanyTitlesQuery).
pub trait PagedQuery: ImmediateQuery + PageRule {}

impl<Q: ImmediateQuery + PageRule> PagedQuery for Q {}

/// How the pages of an operation are found; the sealed part of [`PagedQuery`].
pub trait PageRule: ToRequest {
    /// The type of the results in a page.
    type Item: Clone + PartialEq + Send + Sync + Unpin + 'static;

    /// Where the list is in a response.
    #[doc(hidden)]
    const LIST: &'static str;

    /// The size of a page unless another one is set; `None` if the API has one size only.
    #[doc(hidden)]
    const DEFAULT_SIZE: Option<u32>;

    #[doc(hidden)]
    fn list(job: &Self::Job) -> Option<&Field<List<Self::Item>>>;

    /// Whether there are more pages, if the response says so. The error is the location of a value
    /// that can't be understood.
    #[doc(hidden)]
    fn has_more(_job: &Self::Job) -> Result<Option<bool>, &'static str> {
        Ok(None)
    }
}

/// A query whose pages have a size that can be set.
pub trait SizedPages: PagedQuery {}

/// The people of a page.
pub(super) type People = Field<List<Person>>;
/// The companies of a page.
pub(super) type Companies = Field<List<Company>>;
