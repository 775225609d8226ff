//! The rows of a person.

use waterfall::{Experience, Person};

use crate::card::layout::{Card, LABEL};
use crate::terminal_text::{self, COLUMNS, clean, width};

/// The maximum number of positions on a card; `--json` prints all.
const MAX_POSITIONS: usize = 4;

/// The maximum length of the text about a person, in characters.
const MAX_ABOUT: usize = 240;

impl Card {
    pub(super) fn add_person(&mut self, person: &Person) {
        self.title(&name(person));
        let position = position(person);
        if !position.is_empty() {
            self.paragraph(&position);
        }
        self.gap();
        self.row("E-mail", &email(person));
        self.row("Private", given(&person.personal_email));
        self.rows("Phone", &phones(person));
        self.row("LinkedIn", &linkedin(person));
        self.row("Location", &location(person));
        self.row("Company", given(&person.company_domain));
        self.row("Role", &joined(&[given(&person.seniority), given(&person.department)]));
        self.row("About", &terminal_text::cut(&clean(given(&person.about)), MAX_ABOUT));
        self.rows("Experience", &experiences(person));
    }
}

/// Formats a person on one line: name, position, address and number.
pub(crate) fn line(person: &Person) -> String {
    let (name, position) = (name(person), position(person));
    let address = given(&person.professional_email);
    let address = if address == name { "" } else { address };
    clean(&joined(&[&name, &position, address, given(&person.mobile_phone)]))
}

fn position(person: &Person) -> String {
    let (title, company) = (given(&person.title), given(&person.company_name));
    match (title.is_empty(), company.is_empty()) {
        (false, false) => format!("{title} at {company}"),
        _ => format!("{title}{company}"),
    }
}

fn given(field: &Option<String>) -> &str {
    field.as_deref().unwrap_or_default()
}

fn joined(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(", ")
}

pub(super) fn name(person: &Person) -> String {
    let names = [given(&person.first_name), given(&person.last_name)];
    let name = names.join(" ").trim().to_owned();
    let instead = [given(&person.professional_email), given(&person.linkedin_id), "Unnamed person"];
    if !name.is_empty() {
        return name;
    }
    instead.into_iter().find(|text| !text.is_empty()).unwrap_or_default().to_owned()
}

fn email(person: &Person) -> String {
    let address = given(&person.professional_email);
    let verified = match *person.email_verified {
        Some(true) => "verified",
        Some(false) => "not verified",
        None => "",
    };
    let confidence = match given(&person.email_confidence) {
        "" => String::new(),
        confidence => format!("{confidence} confidence"),
    };
    let known = joined(&[verified, &confidence, given(&person.email_verified_status)]);
    match (address, known.as_str()) {
        ("", _) => String::new(),
        (address, "") => address.to_owned(),
        (address, known) => format!("{address} ({known})"),
    }
}

/// Returns each number once, the mobile number first.
fn phones(person: &Person) -> Vec<String> {
    let mobile = given(&person.mobile_phone);
    let others = person.phone_numbers.as_deref().unwrap_or_default();
    let others = others.iter().filter(|number| !number.is_empty() && *number != mobile);
    let mobile = (!mobile.is_empty()).then(|| format!("{} (mobile)", clean(mobile)));
    mobile.into_iter().chain(others.map(|number| clean(number))).collect()
}

pub(super) fn linkedin(person: &Person) -> String {
    match (given(&person.linkedin_url), given(&person.linkedin_id)) {
        ("", "") => String::new(),
        ("", id) => format!("https://www.linkedin.com/in/{id}/"),
        (url, _) => url.to_owned(),
    }
}

fn location(person: &Person) -> String {
    let (place, country) = (given(&person.location), given(&person.country));
    if place.contains(country) { place.to_owned() } else { joined(&[place, country]) }
}

/// Formats the positions, with their periods in a separate column.
fn experiences(person: &Person) -> Vec<String> {
    let all = person.experiences.as_deref().unwrap_or_default();
    let positions: Vec<(String, String)> = all
        .iter()
        .map(|one| (period(one), clean(&joined(&[given(&one.title), given(&one.company_name)]))))
        .filter(|(_, position)| !position.is_empty())
        .collect();
    let shown = &positions[..positions.len().min(MAX_POSITIONS)];
    let column = shown.iter().map(|(period, _)| width(period)).max().unwrap_or(0);
    let indent = if column == 0 { 0 } else { column + 2 };
    let mut lines = Vec::new();
    for (period, position) in shown {
        let mut start = format!("{period}{}", " ".repeat(indent - width(period)));
        for part in terminal_text::wrap(position, COLUMNS - LABEL - indent) {
            lines.push(format!("{start}{part}"));
            start = " ".repeat(indent);
        }
    }
    if positions.len() > MAX_POSITIONS {
        lines.push(format!("and {} more", positions.len() - MAX_POSITIONS));
    }
    lines
}

/// Formats the start and the end of a position, if they are known.
fn period(experience: &Experience) -> String {
    let start = month(*experience.start_year, *experience.start_month);
    let end = match *experience.is_current {
        Some(true) => "now".to_owned(),
        _ => month(*experience.end_year, *experience.end_month),
    };
    match (start.as_str(), end.as_str()) {
        ("", "") => String::new(),
        (start, "") => format!("{start} –"),
        ("", end) => format!("– {end}"),
        (start, end) => format!("{start} – {end}"),
    }
}

fn month(year: Option<i64>, month: Option<i64>) -> String {
    match (year, month) {
        (None, _) => String::new(),
        (Some(year), None) => year.to_string(),
        (Some(year), Some(month)) => format!("{year}-{month:02}"),
    }
}
