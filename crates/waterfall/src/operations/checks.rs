//! [`Checks`]: cleans and checks the values of a query and collects all problems.

use waterfall_api::types::LaunchCustomFields;
use waterfall_api::{Field, List};

use crate::error::Error;
use crate::query::custom_fields::GivenFields;
use crate::query::{company_page, domain, email, linkedin, name, text};

/// The maximum length of a full name.
const LONGEST_NAME: usize = 250;

/// The problems of a query.
#[derive(Debug, Default)]
pub(super) struct Checks(Vec<String>);

impl Checks {
    pub(super) fn problem(&mut self, problem: impl Into<String>) {
        self.0.push(problem.into());
    }

    /// Returns whether there are no problems so far.
    pub(super) fn is_clean(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the value, unless there were problems.
    ///
    /// # Errors
    ///
    /// [`InvalidQuery`](crate::ErrorKind::InvalidQuery).
    pub(super) fn finish<T>(self, value: T) -> Result<T, Error> {
        if self.0.is_empty() { Ok(value) } else { Err(Error::invalid_query(self.0)) }
    }

    /// Returns the value of a field; `None` if it is blank or has a problem. The rules use `known`
    /// as the name of the field.
    fn cleaned<T>(
        &mut self,
        (field, known): (&str, &str),
        given: Option<&String>,
        rule: impl FnOnce(&str) -> Result<Option<T>, String>,
    ) -> Option<T> {
        rule(given?).unwrap_or_else(|problem| {
            self.problem(match problem.strip_prefix(known) {
                Some(rest) => format!("{field}{rest}"),
                None => problem,
            });
            None
        })
    }

    pub(super) fn domain(&mut self, field: &str, given: Option<&String>) -> Option<String> {
        self.cleaned((field, "domain"), given, domain::parse)
    }

    pub(super) fn email(&mut self, field: &str, given: Option<&String>) -> Option<String> {
        self.cleaned((field, "email"), given, email::parse)
    }

    /// Returns the profile of a person.
    pub(super) fn profile(&mut self, field: &str, given: Option<&String>) -> Option<String> {
        let slug = self.cleaned((field, "linkedin"), given, linkedin::parse)?;
        Some(linkedin::sent(&slug))
    }

    pub(super) fn company_page(&mut self, field: &str, given: Option<&String>) -> Option<String> {
        let page = self.cleaned((field, "linkedin"), given, company_page::parse)?;
        Some(page.url())
    }

    pub(super) fn full_name(&mut self, field: &str, given: Option<&String>) -> Option<String> {
        self.cleaned((field, field), given, |given| name::parse(field, given, LONGEST_NAME))
    }

    /// Returns the full names that are not blank; `None` if there are none.
    pub(super) fn full_names(
        &mut self,
        field: &str,
        given: &[String],
        most: Option<usize>,
    ) -> Option<Vec<String>> {
        let names = given.iter().filter_map(|given| self.full_name(field, Some(given)));
        let names: Vec<_> = names.collect();
        self.at_most(field, names.len(), most);
        (!names.is_empty()).then_some(names)
    }

    /// Returns the clean texts that are not blank; `None` if there are none.
    pub(super) fn texts(
        &mut self,
        field: &str,
        given: &[String],
        most: Option<usize>,
    ) -> Option<Vec<String>> {
        let clean = given.iter().map(|given| text::clean(given));
        let texts: Vec<_> = clean.filter(|given| !text::is_blank(given)).collect();
        if texts.iter().any(|text| text::has_control(text)) {
            self.problem(format!("{field} has a control character"));
        }
        self.at_most(field, texts.len(), most);
        (!texts.is_empty()).then_some(texts)
    }

    /// Returns a clean text of a limited length; `None` if it is blank.
    pub(super) fn text(
        &mut self,
        field: &str,
        given: Option<&String>,
        (min, max): (usize, usize),
    ) -> Option<String> {
        let text = text::clean(given?);
        if text::is_blank(&text) {
            return None;
        }
        let control = text::has_control(&text).then(|| format!("{field} has a control character"));
        match control.or_else(|| text::length_problem(field, &text, min, max)) {
            Some(problem) => {
                self.problem(problem);
                None
            }
            None => Some(text),
        }
    }

    pub(super) fn date(&mut self, field: &str, given: Option<&String>) -> Option<String> {
        let text = text::clean(given?);
        if text::is_blank(&text) {
            return None;
        }
        let date = text.parse::<jiff::civil::Date>().ok().map(|date| date.to_string());
        if date.as_ref() != Some(&text) {
            self.problem(format!(
                "{field} {} is not a date; give one such as 2026-03-01",
                text::short(&text)
            ));
        }
        date
    }

    pub(super) fn at_most(&mut self, field: &str, count: usize, most: Option<usize>) {
        if let Some(most) = most.filter(|most| count > *most) {
            self.problem(format!("{field} has {count} entries, at most {most} are allowed"));
        }
    }

    /// Checks the number or the size of a page.
    pub(super) fn page(&mut self, field: &str, number: Option<u32>, max: u32) -> Field<i64> {
        if let Some(number) = number.filter(|number| *number == 0 || *number > max) {
            self.problem(format!("{field} is {number}; give a number from 1 to {max}"));
        }
        number.map(i64::from).into()
    }

    /// Converts to a generated type, which enforces the limits of the API description.
    pub(super) fn limited<T>(&mut self, field: &str, text: Option<String>) -> Field<T>
    where
        T: for<'a> TryFrom<&'a str>,
    {
        let Some(text) = text else { return Field::absent() };
        let limited = T::try_from(&text).ok();
        if limited.is_none() {
            self.problem(format!("{field} is too short or too long"));
        }
        limited.into()
    }

    /// Like [`limited`](Self::limited), for each element.
    pub(super) fn list<T>(&mut self, field: &str, texts: Option<Vec<String>>) -> Field<List<T>>
    where
        T: for<'a> TryFrom<&'a str>,
    {
        let Some(texts) = texts else { return Field::absent() };
        let elements = texts.into_iter().filter_map(|text| self.limited(field, Some(text)).into());
        Field::value(elements.collect())
    }

    pub(super) fn custom_fields(&mut self, fields: &GivenFields) -> Field<LaunchCustomFields> {
        self.0.extend(fields.problems());
        fields.clone().into_field()
    }
}
