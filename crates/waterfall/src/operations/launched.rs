//! Implements immediate operations as jobs: their queries can be launched separately or in batches,
//! and their results can be read again by the job ID, even by another process.

use waterfall_api::jobs::{CompanyReveal, CompanyTitles, JobChange};
use waterfall_api::types::{CompanyRevealRequest, CompanyTitlesRequest, JobChangeRequest};

use super::job_change::JobChangeQuery;
use super::query::{Page, ToRequest};
use super::reveal::RevealQuery;
use super::titles::CompanyTitlesQuery;
use crate::error::Error;
use crate::kind::JobQuery;

macro_rules! job_queries {
    ($($query:ident, $kind:ident, $request:ident;)*) => { $(
        impl JobQuery for $query {
            type Kind = $kind;

            fn to_request(&self, _: Option<&str>) -> Result<$request, Error> {
                ToRequest::to_request(self, Page::default())
            }
        }
    )* };
}

job_queries! {
    JobChangeQuery, JobChange, JobChangeRequest;
    RevealQuery, CompanyReveal, CompanyRevealRequest;
    CompanyTitlesQuery, CompanyTitles, CompanyTitlesRequest;
}
