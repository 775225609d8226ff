//! Cleans and checks a [`ProspectorQuery`].

use super::{NamedFilter, ProspectorQuery};
use crate::error::Error;
use crate::query::title_filter::TitleFilter;
use crate::query::{company_name, company_page, domain, extras, name, text};

const LIMITS: std::ops::RangeInclusive<i64> = 1..=500;
const FILTERS_MAX: usize = 5;
const FILTER_MIN: usize = 2;
const FILTER_MAX: usize = 10_000;
const LOCATION_MAX: usize = 200;
const COUNTRIES_MAX: usize = 50;
const NAME_MAX: usize = 250;

const DOMAIN_MISSING: &str = "domain is missing; give the company's domain, such as acme.com";
const FILTER_MISSING: &str = "title_filter is missing; give one, such as CFO OR VP Finance (VALIDATION_MISSING_TITLE_FILTERS)";

/// Problems are errors, warnings are not.
#[derive(Default)]
struct Findings {
    problems: Vec<String>,
    warnings: Vec<String>,
}

impl Findings {
    fn value<T>(&mut self, parsed: Result<Option<T>, String>) -> Option<T> {
        parsed.unwrap_or_else(|problem| {
            self.problems.push(problem);
            None
        })
    }

    fn text(
        &mut self,
        given: &Option<String>,
        parse: impl Fn(&str) -> Result<Option<String>, String>,
    ) -> Option<String> {
        self.value(parse(given.as_deref()?))
    }

    fn list(
        &mut self,
        field: &str,
        given: &Option<Vec<String>>,
        max: usize,
        parse: impl Fn(&str) -> Result<Option<String>, String>,
    ) -> Option<Vec<String>> {
        let items = given.as_ref()?.iter();
        let items: Vec<_> = items.filter_map(|item| self.value(parse(item))).collect();
        if items.len() > max {
            let count = items.len();
            self.problems.push(format!("{field} has {count} items, at most {max} are allowed"));
        }
        (!items.is_empty()).then_some(items)
    }

    /// Returns the filter as it is sent.
    fn filter(&mut self, field: &str, given: &str) -> Option<String> {
        let filter = match given.parse::<TitleFilter>() {
            Ok(filter) => filter,
            Err(error) => {
                self.problems.push(format!("{field}, {error} ({})", error.code().as_str()));
                return None;
            }
        };
        for word in filter.words_like_operators() {
            let operator = word.to_uppercase();
            self.warnings.push(format!(
                "{field} has `{word}` in lower case, which is a word of a term; write {operator} \
                 for the operator"
            ));
        }
        let sent = filter.to_string();
        if let Some(problem) = text::length_problem(field, &sent, FILTER_MIN, FILTER_MAX) {
            self.problems.push(problem);
        }
        Some(sent)
    }
}

impl ProspectorQuery {
    /// Returns the query as it is sent, and the warnings.
    pub(super) fn checked(&self) -> Result<(Self, Vec<String>), Error> {
        let mut found = Findings::default();
        let domain = found.text(&self.domain, domain::parse);
        if domain.is_none() && found.problems.is_empty() {
            found.problems.push(DOMAIN_MISSING.to_owned());
        }
        let linkedin = self.linkedin.as_deref().map(company_page::parse);
        let linkedin = linkedin.and_then(|page| found.value(page)).map(|page| page.sent());
        let company_name =
            found.text(&self.company_name, |name| company_name::parse("company_name", name));
        let (title_filter, title_filters) = self.filters(&mut found);
        let place = |field| move |given: &str| location(field, given);
        let location_name = found.text(&self.location_name, place("location_name"));
        let mut location_country = found.text(&self.location_country, place("location_country"));
        let countries = "location_countries";
        let location_countries =
            found.list(countries, &self.location_countries, COUNTRIES_MAX, place(countries));
        if location_countries.is_some() && location_country.take().is_some() {
            found.warnings.push(
                "location_country is not sent, because location_countries has priority".to_owned(),
            );
        }
        let excluded = |given: &str| name::parse("excluded_names", given, NAME_MAX);
        let excluded_names =
            found.list("excluded_names", &self.excluded_names, usize::MAX, excluded);
        if let Some(limit) = self.limit.filter(|limit| !LIMITS.contains(limit)) {
            let (min, max) = (LIMITS.start(), LIMITS.end());
            found.problems.push(format!("limit is {limit}; give a number from {min} to {max}"));
        }
        found.problems.extend(extras::problems(self.webhook_url.as_deref(), &self.custom_fields));
        if !found.problems.is_empty() {
            return Err(Error::invalid_query(found.problems));
        }
        let query = Self {
            domain,
            company_name,
            linkedin,
            title_filter,
            title_filters,
            location_name,
            location_country,
            location_countries,
            excluded_names,
            limit: self.limit,
            include_phones: self.include_phones,
            verified_only: self.verified_only,
            webhook_url: extras::sent_webhook_url(self.webhook_url.as_deref()),
            custom_fields: self.custom_fields.clone(),
        };
        Ok((query, found.warnings))
    }

    /// Returns the filter or the filters that are sent, never both.
    fn filters(&self, found: &mut Findings) -> (Option<String>, Option<Vec<NamedFilter>>) {
        let is_given = |filter: &&str| !text::is_blank(&text::clean(filter));
        let several = self.title_filters.as_deref().unwrap_or_default();
        if let Some(filter) = self.title_filter.as_deref().filter(is_given) {
            if !several.is_empty() {
                found.warnings.push(
                    "title_filters is not sent, because title_filter has priority".to_owned(),
                );
            }
            return (found.filter("title_filter", filter), None);
        }
        if several.is_empty() {
            found.problems.push(FILTER_MISSING.to_owned());
        } else if several.len() > FILTERS_MAX {
            let count = several.len();
            found.problems.push(format!(
                "title_filters has {count} items, at most {FILTERS_MAX} are allowed"
            ));
        }
        let mut filters = Vec::new();
        for (index, NamedFilter { name, filter }) in several.iter().enumerate() {
            let name = text::clean(name);
            if name.is_empty() {
                found.problems.push(format!("title_filters[{index}].name is empty; give a name"));
            }
            let field = format!("title_filters[{index}].filter");
            filters.extend(found.filter(&field, filter).map(|filter| NamedFilter { name, filter }));
        }
        (None, Some(filters))
    }
}

fn location(field: &str, given: &str) -> Result<Option<String>, String> {
    let place = text::clean(given);
    if text::is_blank(&place) {
        return Ok(None);
    }
    match text::length_problem(field, &place, 1, LOCATION_MAX) {
        Some(problem) => Err(problem),
        None if text::has_control(&place) => Err(format!("{field} has a control character")),
        None => Ok(Some(place)),
    }
}
