//! Finds people: the same query always finds the same person, whatever the seed.

use serde_json::{Map, Value, json};

use crate::domain::is_email_provider;
use crate::names;
use crate::rng::{Rng, fingerprint};
use crate::samples;
use crate::validate::Query;

/// The known facts of a person, from which the rest is derived.
pub(crate) struct Persona {
    first: String,
    last: String,
    slug: String,
    domain: String,
    company: String,
    personal_email: Option<String>,
    /// Seeds everything that the query does not determine.
    seed: u64,
}

impl Persona {
    pub(crate) fn of(query: &Query) -> Self {
        match query {
            Query::Email(email) => {
                let (first, last) = names::from_words(&email.local);
                if is_email_provider(&email.domain) {
                    let address = format!("{}@{}", email.local, email.domain);
                    let seed = fingerprint(&[b"email", address.as_bytes()]);
                    Self {
                        personal_email: Some(address),
                        ..Self::somewhere(first, last, None, seed)
                    }
                } else {
                    Self::at(first, last, &email.domain)
                }
            }
            Query::Linkedin(slug) => {
                let (first, last) = names::from_words(slug);
                let seed = fingerprint(&[b"linkedin", slug.as_bytes()]);
                Self::somewhere(first, last, Some(slug.clone()), seed)
            }
            Query::Name { first, last, domain } => {
                Self::at(names::capitalized(first), names::capitalized(last), domain)
            }
        }
    }

    /// A person at a company with this domain.
    fn at(first: String, last: String, domain: &str) -> Self {
        let (plain_first, plain_last) = (names::plain(&first), names::plain(&last));
        let parts = [plain_first.as_bytes(), plain_last.as_bytes(), domain.as_bytes()];
        let seed = fingerprint(&parts);
        let slug = [plain_first, plain_last, format!("{:06x}", seed & 0xff_ffff)]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("-");
        let company = names::company_of(domain);
        Self { first, last, slug, domain: domain.to_owned(), company, personal_email: None, seed }
    }

    /// A person at a company that the query does not determine.
    fn somewhere(first: String, last: String, slug: Option<String>, seed: u64) -> Self {
        let (name, domain) = Rng::new(seed).pick(&names::COMPANIES);
        let named = Self::at(first, last, domain);
        Self {
            slug: slug.unwrap_or(named.slug.clone()),
            company: (*name).to_owned(),
            seed,
            ..named
        }
    }

    /// Whether the query is documented to find nobody.
    fn is_nobody(&self) -> bool {
        names::plain(&self.first) == "nobody" || self.domain == "nobody.example"
    }

    /// The person; `None` for one query in ten.
    pub(crate) fn find(&self, phones: bool) -> Option<Value> {
        if self.is_nobody() {
            return None;
        }
        let known = self.sample(phones);
        if known.is_none() && Rng::new(self.seed ^ 0x6e6f_626f_6479).below(10) == 0 {
            return None;
        }
        Some(known.unwrap_or_else(|| self.invent(phones)))
    }

    /// The person, even if the query finds nobody.
    pub(crate) fn always_find(&self, phones: bool) -> Value {
        self.sample(phones).unwrap_or_else(|| self.invent(phones))
    }

    fn sample(&self, phones: bool) -> Option<Value> {
        let (first, last) = (names::plain(&self.first), names::plain(&self.last));
        let id = (first.as_str(), last.as_str(), self.domain.as_str());
        if self.slug == "jane-doe-abc123" || id == ("jane", "doe", "acme.com") {
            Some(samples::jane_doe(phones))
        } else if self.slug == "john-roe-42" || id == ("john", "roe", "example.com") {
            Some(samples::john_roe(phones))
        } else {
            None
        }
    }

    fn invent(&self, phones: bool) -> Value {
        let mut rng = Rng::new(self.seed);
        let place = rng.pick(&names::PLACES).clone();
        let (title, seniority, department) = *rng.pick(&names::POSITIONS);
        let google = rng.hits(0.6);
        let mx = if google { "aspmx.l.google.com".to_owned() } else { self.outlook_mx() };
        let numbers = if phones { names::phone_numbers(&place, &mut rng) } else { Vec::new() };
        let mut person = Map::new();
        let mut put = |part: Value| person.extend(part.as_object().cloned().unwrap_or_default());
        put(json!({
            "id": names::uuid(&[b"person", &self.seed.to_le_bytes()]),
            "first_name": self.first,
            "last_name": (!self.last.is_empty()).then_some(&self.last),
            "linkedin_id": self.slug,
            "linkedin_url": format!("https://www.linkedin.com/in/{}/", self.slug),
            "about": rng.hits(0.3).then(|| format!("{title} at {}.", self.company)),
            "personal_email": self.personal_email,
            "location": place.location,
            "country": place.country,
        }));
        put(json!({
            "company_id": names::uuid(&[b"company", self.domain.as_bytes()]),
            "company_linkedin_id": names::slug(&self.company),
            "company_name": self.company,
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
            "email_verified": true,
            "email_confidence": "high",
            "email_verified_status": "safe",
            "domain_age_days": rng.hits(0.7).then(|| 400 + rng.below(9_000)),
            "smtp_provider": if google { "Google" } else { "Microsoft" },
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

    fn outlook_mx(&self) -> String {
        format!("{}.mail.protection.outlook.com", self.domain.replace('.', "-"))
    }

    fn experiences(&self, title: &str, location: &str, rng: &mut Rng) -> Vec<Value> {
        let began = 2015 + rng.below(9);
        let mut all = vec![json!({
            "title": title,
            "location": rng.hits(0.5).then_some(location),
            "company_name": self.company,
            "company_linkedin_id": names::slug(&self.company),
            "company_linkedin_url":
                format!("https://www.linkedin.com/company/{}/", names::slug(&self.company)),
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
        "company_linkedin_id": names::slug(company),
        "company_linkedin_url": format!("https://www.linkedin.com/company/{}/", names::slug(company)),
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
