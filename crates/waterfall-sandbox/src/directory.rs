//! The employees of companies: searches list the same people that enrichment finds.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde_json::Value;

use crate::companies::{Company, listed_domains};
use crate::names;
use crate::people::Persona;
use crate::person_query::Query;
use crate::rng::{Rng, fingerprint};

/// A person at a company.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) persona: Persona,
    /// The person without phone numbers.
    pub(crate) person: Value,
}

/// A listed company and the people who work there.
pub(crate) struct Team {
    pub(crate) company: Company,
    pub(crate) members: Vec<Member>,
}

/// Returns the person that a query finds: one who works, or previously worked, at the named
/// company.
pub(crate) fn persona(query: &Query) -> Persona {
    let found = match query {
        Query::Email(email) => {
            let (first, last) = names::from_words(&email.local);
            former(&first, &last, &email.domain)
        }
        Query::Name { first, last, domain } => former(first, last, domain),
        Query::Linkedin(_) => None,
    };
    found.unwrap_or_else(|| Persona::of(query))
}

/// Returns the person, or `None` if the query finds nobody. Includes phone numbers only if
/// requested.
pub(crate) fn find(query: &Query, phones: bool) -> Option<Value> {
    persona(query).find(phones)
}

/// Returns a person of a listed company who previously worked at the company with this domain.
fn former(first: &str, last: &str, domain: &str) -> Option<Persona> {
    let namesakes = by_name().get(&name_key(first, last))?;
    let is_former = |member: &&&Member| {
        let mut positions = experiences(&member.person);
        member.person["company_domain"] != domain
            && positions.any(|one| one["company_domain"] == domain)
    };
    namesakes.iter().find(is_former).map(|member| member.persona.clone())
}

/// Returns the people of the listed companies by their [`name_key`].
fn by_name() -> &'static HashMap<String, Vec<&'static Member>> {
    static BY_NAME: OnceLock<HashMap<String, Vec<&'static Member>>> = OnceLock::new();
    BY_NAME.get_or_init(|| {
        let mut by_name: HashMap<String, Vec<&Member>> = HashMap::new();
        for member in teams().iter().flat_map(|team| &team.members) {
            let part = |field: &str| member.person[field].as_str().unwrap_or_default();
            let key = name_key(part("first_name"), part("last_name"));
            by_name.entry(key).or_default().push(member);
        }
        by_name
    })
}

/// Returns a name without case, accents and punctuation.
fn name_key(first: &str, last: &str) -> String {
    format!("{} {}", names::plain(first), names::plain(last))
}

/// Returns the positions of a person.
pub(crate) fn experiences(person: &Value) -> impl Iterator<Item = &Value> {
    person["experiences"].as_array().into_iter().flatten()
}

/// Returns the listed companies with their people.
pub(crate) fn teams() -> &'static [Team] {
    static TEAMS: OnceLock<Vec<Team>> = OnceLock::new();
    TEAMS.get_or_init(|| {
        let team = |domain| {
            let company = Company::with_domain(domain)?;
            Some(Team { members: team_of(&company), company })
        };
        listed_domains().filter_map(team).collect()
    })
}

/// Returns the people who work at a company.
pub(crate) fn members(company: &Company) -> Vec<Member> {
    let known = teams().iter().find(|team| team.company == *company);
    known.map_or_else(|| team_of(company), |team| team.members.clone())
}

fn team_of(company: &Company) -> Vec<Member> {
    let domain = &company.domain;
    let mut rng = Rng::new(fingerprint(&[b"team", domain.as_bytes()]));
    let size = (company.employees / 8).clamp(3, 40) as usize;
    let sample = |first: &str, last: &str| Persona::at(first.to_owned(), last.to_owned(), domain);
    let samples = match domain.as_str() {
        "acme.com" => vec![sample("Jane", "Doe")],
        "example.com" => vec![sample("John", "Roe")],
        _ => Vec::new(),
    };
    let mut members: Vec<Member> = samples.into_iter().filter_map(member).collect();
    while members.len() < size {
        let first = *rng.pick(&names::FIRST_NAMES);
        let last = *rng.pick(&names::LAST_NAMES);
        let one = member(sample(first, last));
        let is_new =
            |one: &Member| members.iter().all(|other| other.persona.slug != one.persona.slug);
        members.extend(one.filter(is_new));
    }
    members
}

fn member(persona: Persona) -> Option<Member> {
    let person = persona.find(false)?;
    Some(Member { persona, person })
}
