//! The rows of a company.

use waterfall::api::types::Company;

use crate::card::layout::Card;
use crate::terminal_text::cut;

/// The maximum length of the description of a company, in characters.
const MAX_DESCRIPTION: usize = 240;

impl Card {
    pub(super) fn add_company(&mut self, company: &Company) {
        self.title(&name(company));
        self.paragraph(&cut(given(&company.description), MAX_DESCRIPTION));
        self.gap();
        self.row("Domain", given(&company.domain));
        self.row("LinkedIn", given(&company.linkedin_url));
        self.row("Industry", given(&company.industry));
        self.row("Size", &size(company));
        self.row("Type", given(&company.type_));
        self.row("Founded", &company.founded.map(|year| year.to_string()).unwrap_or_default());
        self.row("Location", &location(company));
        let funding = company.funding_details.as_ref().and_then(|it| *it.total_funding_usd);
        self.row("Funding", &funding.map(dollars).unwrap_or_default());
        let technologies = company.technologies.as_deref().unwrap_or_default();
        self.row("Tech", &technologies.join(", "));
    }
}

/// Formats a company on one line.
pub(crate) fn line(company: &Company) -> String {
    let name = name(company);
    let domain = Some(given(&company.domain)).filter(|domain| *domain != name).unwrap_or_default();
    let size = size(company);
    let parts = [&name, domain, given(&company.industry), &size, given(&company.country)];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

/// Formats whole dollars with separators: `$15,500,000`.
fn dollars(amount: i64) -> String {
    let digits = amount.unsigned_abs().to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    let sign = if amount < 0 { "-" } else { "" };
    format!("{sign}${}", groups.join(","))
}

fn given(field: &Option<String>) -> &str {
    field.as_deref().unwrap_or_default()
}

fn name(company: &Company) -> String {
    let names = [&company.name, &company.domain, &company.linkedin_id];
    let name = names.into_iter().map(|name| given(name)).find(|name| !name.is_empty());
    name.unwrap_or("Unnamed company").to_owned()
}

fn size(company: &Company) -> String {
    match (given(&company.size), *company.employees_count) {
        ("", None) => String::new(),
        ("", Some(count)) => format!("{count} employees"),
        (size, None) => format!("{size} employees"),
        (size, Some(count)) => format!("{size} employees ({count})"),
    }
}

fn location(company: &Company) -> String {
    let (place, country) = (given(&company.address), given(&company.country));
    match (place.contains(country), place.is_empty()) {
        (true, _) => place.to_owned(),
        (false, true) => country.to_owned(),
        (false, false) => format!("{place}, {country}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_dollars_have_separators() {
        let rows = [(0, "$0"), (999, "$999"), (15_500_000, "$15,500,000"), (-1_000, "-$1,000")];
        for (amount, expected) in rows {
            assert_eq!(dollars(amount), expected);
        }
    }
}
