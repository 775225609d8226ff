//! [`ImmediateQuery`] and [`PagedQuery`]: the queries of immediate operations.
//!
//! Queries enforce the modes and limits of their endpoint that the vendor or third parties document
//! consistently. Open sets, such as countries and sizes, are not checked.

use waterfall_api::types::{Company, Person};
use waterfall_api::{Field, List};

use super::job::{ImmediateJob, JobParts};
use super::operation::Operation;
use crate::error::Error;

/// A query of an immediate operation: [`ContactSearch`](crate::ContactSearch),
/// [`CompanySearch`](crate::CompanySearch), [`JobChangeQuery`](crate::JobChangeQuery),
/// [`RevealQuery`](crate::RevealQuery), [`CompanyTitlesQuery`](crate::CompanyTitlesQuery) or
/// [`EmailQuery`](crate::EmailQuery). The trait is sealed.
#[expect(private_bounds, reason = "the trait is sealed")]
pub trait ImmediateQuery: ToRequest<Job: Operation> {}

impl<Q: ToRequest<Job: Operation>> ImmediateQuery for Q {}

/// The sealed part of [`ImmediateQuery`].
pub trait ToRequest: Clone + Send + Sync + Unpin + 'static {
    /// The type of the job that the operation returns.
    type Job: ImmediateJob;

    /// Checks the query and converts it to the body of the request.
    #[doc(hidden)]
    fn to_request(&self, page: Page) -> Result<<Self::Job as JobParts>::Request, Error>;
}

/// The requested page.
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

/// How the pages of an operation are requested and read; the sealed part of [`PagedQuery`].
pub trait PageRule: ToRequest {
    /// The type of the results on a page.
    type Item: Clone + PartialEq + Send + Sync + Unpin + 'static;

    /// The location of the list in a response.
    #[doc(hidden)]
    const LIST: &'static str;

    /// The default size of a page; `None` if the API has a fixed size.
    #[doc(hidden)]
    const DEFAULT_SIZE: Option<u32>;

    #[doc(hidden)]
    fn list(job: &Self::Job) -> Option<&Field<List<Self::Item>>>;

    /// Returns whether there are more pages, if the response contains this. The error is the
    /// location of a value that can't be interpreted.
    #[doc(hidden)]
    fn has_more(_job: &Self::Job) -> Result<Option<bool>, &'static str> {
        Ok(None)
    }
}

/// A query whose pages have a size that can be set.
pub trait SizedPages: PagedQuery {}

/// The people on a page.
pub(super) type People = Field<List<Person>>;
/// The companies on a page.
pub(super) type Companies = Field<List<Company>>;
