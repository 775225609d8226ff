//! Finds people: the same query always finds the same person, with any seed.

use serde_json::{Map, Value, json};

use crate::companies;
use crate::domain::is_email_provider;
use crate::email::Email;
use crate::names;
use crate::person_query::Query;
use crate::rng::{Rng, fingerprint};
use crate::samples;

/// Precedes the domain in the name of a profile.
const AT: &str = "at-";

/// The known facts of a person, from which the rest is derived.
#[derive(Debug, Clone)]
pub(crate) struct Persona {
    first: String,
    last: String,
    pub(crate) slug: String,
    domain: String,
    personal_email: Option<String>,
    /// The seed of everything that the query does not determine.
    seed: u64,
    /// Determines whether the query finds anybody; `None` if it always does.
    luck: Option<u64>,
}

impl Persona {
    pub(crate) fn of(query: &Query) -> Self {
        match query {
            Query::Email(email) if is_email_provider(&email.domain) => Self::with_address(email),
            Query::Email(email) => {
                let (first, last) = names::from_words(&email.local);
                Self::at(first, last, &email.domain)
            }
            Query::Linkedin(slug) => Self::with_slug(slug),
            Query::Name { first, last, domain } => {
                Self::at(names::capitalized(first), names::capitalized(last), domain)
            }
        }
    }

    /// Returns a person at the company with this domain.
    pub(crate) fn at(first: String, last: String, domain: &str) -> Self {
        let (plain_first, plain_last) = (names::plain(&first), names::plain(&last));
        let parts = [plain_first.as_bytes(), plain_last.as_bytes(), domain.as_bytes()];
        let seed = fingerprint(&parts);
        let is_listed = companies::is_listed(domain);
        // The profile leads back to the person. At a listed company, the hash identifies
        // the company; at any other, the domain is a part of the profile's name.
        let tag = if is_listed {
            format!("{:06x}", seed & 0xff_ffff)
        } else {
            format!("{AT}{}", companies::encoded(domain))
        };
        let slug = [plain_first, plain_last, tag]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("-");
        let luck = (!is_listed).then_some(seed);
        let domain = domain.to_owned();
        Self { first, last, slug, domain, personal_email: None, seed, luck }
    }

    /// Returns the person with this personal e-mail address, at a company that the address does not
    /// determine.
    fn with_address(email: &Email) -> Self {
        let (first, last) = names::from_words(&email.local);
        let address = format!("{}@{}", email.local, email.domain);
        let luck = fingerprint(&[b"email", address.as_bytes()]);
        let (_, domain) = Rng::new(luck).pick(&names::COMPANIES);
        let person = Self::at(first, last, domain);
        Self { personal_email: Some(address), luck: Some(luck), ..person }
    }

    /// Returns the person with this LinkedIn profile: the one who has it in another operation,
    /// otherwise one at a company that the profile does not determine.
    fn with_slug(slug: &str) -> Self {
        if let Some(person) = Self::with_own_slug(slug) {
            return person;
        }
        let (first, last) = names::from_words(slug);
        let seed = fingerprint(&[b"linkedin", slug.as_bytes()]);
        let (_, domain) = Rng::new(seed).pick(&names::COMPANIES);
        let person = Self::at(first, last, domain);
        Self { slug: slug.to_owned(), seed, luck: Some(seed), ..person }
    }

    /// Returns the person at a company to whom [`at`](Self::at) assigned this profile.
    fn with_own_slug(slug: &str) -> Option<Self> {
        let named = |words: &str, domain: &str| {
            let (first, last) = words.split_once('-').unwrap_or((words, ""));
            let person = Self::at(names::capitalized(first), names::capitalized(last), domain);
            (person.slug == slug).then_some(person)
        };
        if let Some((words, domain)) = slug.rsplit_once(&format!("-{AT}")) {
            return named(words, &companies::decoded(domain)?);
        }
        let (words, tag) = slug.rsplit_once('-')?;
        let is_tag = tag.len() == 6 && tag.bytes().all(|byte| byte.is_ascii_hexdigit());
        let mut domains = companies::listed_domains().filter(|_| is_tag);
        domains.find_map(|domain| named(words, domain))
    }

    /// Returns whether the query is documented to find nobody.
    fn is_nobody(&self) -> bool {
        names::plain(&self.first) == "nobody" || self.domain == companies::NOBODY
    }

    /// Returns the person; `None` for one query in ten. Includes phone numbers only if requested.
    pub(crate) fn find(&self, phones: bool) -> Option<Value> {
        if self.is_nobody() {
            return None;
        }
        let known = self.sample(phones);
        let is_unlucky = |luck| Rng::new(luck ^ 0x6e6f_626f_6479).below(10) == 0;
        if known.is_none() && self.luck.is_some_and(is_unlucky) {
            return None;
        }
        Some(known.unwrap_or_else(|| self.invent(phones)))
    }

    /// Returns the person, even if the query finds nobody.
    pub(crate) fn always_find(&self, phones: bool) -> Value {
        self.sample(phones).unwrap_or_else(|| self.invent(phones))
    }

    fn sample(&self, phones: bool) -> Option<Value> {
        let (first, last) = (names::plain(&self.first), names::plain(&self.last));
        let id = (first.as_str(), last.as_str(), self.domain.as_str());
        match (self.slug.as_str(), id) {
            ("jane-doe-abc123", _) | (_, ("jane", "doe", "acme.com")) => {
                Some(samples::jane_doe(phones))
            }
            ("john-roe-42", _) | (_, ("john", "roe", "example.com" | "example.net")) => {
                Some(samples::john_roe(phones))
            }
            ("kim-poe-7", _) | (_, ("kim", "poe", "example.com")) => Some(samples::kim_poe(phones)),
            _ => None,
        }
    }

    fn invent(&self, phones: bool) -> Value {
        let mut rng = Rng::new(self.seed);
        let place = rng.pick(&names::PLACES).clone();
        let (title, seniority, department) = *rng.pick(&names::POSITIONS);
        let (provider, mx) = companies::mail(&self.domain);
        // The mail provider was drawn here in earlier versions. The draw keeps the following
        // numbers unchanged.
        rng.hits(0.6);
        // Drawn separately, so that everything else is equal with and without phone numbers.
        let mut apart = rng.clone();
        let numbers = if phones { names::phone_numbers(&place, &mut apart) } else { Vec::new() };
        let company = companies::name(&self.domain);
        let is_safe = self.domain != companies::CATCH_ALL;
        let mut person = Map::new();
        let mut put = |part: Value| person.extend(part.as_object().cloned().unwrap_or_default());
        put(json!({
            "id": names::uuid(&[b"person", &self.seed.to_le_bytes()]),
            "first_name": self.first,
            "last_name": (!self.last.is_empty()).then_some(&self.last),
            "linkedin_id": self.slug,
            "linkedin_url": format!("https://www.linkedin.com/in/{}/", self.slug),
            "about": rng.hits(0.3).then(|| format!("{title} at {company}.")),
            "personal_email": self.personal_email,
            "location": place.location,
            "country": place.country,
        }));
        put(json!({
            "company_id": companies::id(&self.domain),
            "company_linkedin_id": companies::linkedin_id(&self.domain),
            "company_name": company,
            "company_domain": self.domain,
            "professional_email": self.address(),
            "mobile_phone": numbers.first(),
            "phone_numbers": numbers,
            "title": title,
            "seniority": seniority,
            "department": department,
            "experiences": self.experiences(title, place.location, &mut rng),
        }));
        put(json!({
            "email_verified": is_safe,
            "email_confidence": if is_safe { "high" } else { "low" },
            "email_verified_status": if is_safe { "safe" } else { "risky" },
            "domain_age_days": rng.hits(0.7).then(|| 400 + rng.below(9_000)),
            "smtp_provider": provider,
            "mx_record": mx,
        }));
        Value::Object(person)
    }

    fn address(&self) -> String {
        let names = [names::plain(&self.first), names::plain(&self.last)];
        let local: Vec<&str> = names.iter().map(String::as_str).filter(|n| !n.is_empty()).collect();
        if local.is_empty() {
            return format!("p{:06x}@{}", self.seed & 0xff_ffff, self.domain);
        }
        format!("{}@{}", local.join("."), self.domain)
    }

    fn experiences(&self, title: &str, location: &str, rng: &mut Rng) -> Vec<Value> {
        let began = 2015 + rng.below(9);
        let mut all = vec![json!({
            "title": title,
            "location": rng.hits(0.5).then_some(location),
            "company_name": companies::name(&self.domain),
            "company_linkedin_id": companies::linkedin_id(&self.domain),
            "company_linkedin_url": companies::linkedin_url(&self.domain),
            "company_domain": self.domain,
            "start_year": began,
            "start_month": rng.hits(0.8).then(|| 1 + rng.below(12)),
            "start_date": null,
            "end_year": null,
            "end_month": null,
            "end_date": null,
            "is_current": true,
            "description": null,
        })];
        if rng.hits(0.6) {
            all.push(earlier(began, rng));
        }
        all
    }
}

fn earlier(until: u64, rng: &mut Rng) -> Value {
    let (company, domain) = *rng.pick(&names::COMPANIES);
    let (title, _, department) = *rng.pick(&names::POSITIONS);
    json!({
        "title": title,
        "location": null,
        "company_name": company,
        "company_linkedin_id": companies::linkedin_id(domain),
        "company_linkedin_url": companies::linkedin_url(domain),
        "company_domain": domain,
        "start_year": until - 1 - rng.below(5),
        "start_month": 1 + rng.below(12),
        "start_date": null,
        "end_year": until,
        "end_month": null,
        "end_date": null,
        "is_current": false,
        "description": rng.hits(0.3).then(|| format!("Worked in {}.", department.to_lowercase())),
    })
}
