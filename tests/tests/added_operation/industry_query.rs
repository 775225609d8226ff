//! [`IndustryQuery`]: the company whose industry is requested.

use waterfall::{Error, JobQuery};
use waterfall_tests::fixtures::jobs_added_operations::jobs::IndustryEnrichment;
use waterfall_tests::fixtures::jobs_added_operations::types::IndustryLaunch;

/// The company whose industry is requested.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct IndustryQuery {
    /// Its domain.
    pub(crate) domain: String,
}

impl JobQuery for IndustryQuery {
    type Kind = IndustryEnrichment;

    fn to_request(&self, webhook_url: Option<&str>) -> Result<IndustryLaunch, Error> {
        if !self.domain.contains('.') {
            return Err(Error::invalid_query(vec!["domain is not valid".to_owned()]));
        }
        let mut request = IndustryLaunch::new(self.domain.clone());
        request.webhook_url = webhook_url.map(str::to_owned).into();
        Ok(request)
    }

    fn accepts_webhook(&self) -> bool {
        true
    }
}
