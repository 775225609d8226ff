//! Invented companies. The same domain always has the same company.

use serde_json::{Value, json};
use uuid::{Uuid, uuid};

use crate::domain;
use crate::names;
use crate::rng::{Rng, fingerprint};

/// A company that searches find. Every other domain also has a company, which only its domain and
/// its LinkedIn page lead to.
struct Listed {
    name: &'static str,
    domain: &'static str,
    industry: &'static str,
    employees: u64,
    founded: u64,
    city: &'static str,
    country: &'static str,
}

const LISTED: [Listed; 14] = [
    listed("Acme Corp", "acme.com", "Software Development", 340, 1998, UNITED_STATES),
    listed("Example Corp", "example.com", "Software Development", 120, 2009, FRANCE),
    listed("Alder & Finch", "alder-finch.example", "Law Practice", 45, 1974, UNITED_KINGDOM),
    listed("Blue Harbor Logistics", "blueharbor.example", LOGISTICS, 2_300, 1986, GERMANY),
    listed("Cobalt Systems", "cobaltsystems.example", "Software Development", 210, 2011, GERMANY),
    listed("Driftwood Media", "driftwood.example", "Advertising Services", 9, 2019, FRANCE),
    listed("Evergreen Energy", "evergreen-energy.example", ENERGY, 12_500, 1952, UNITED_STATES),
    listed("Fathom Analytics Group", "fathomgroup.example", CONSULTING, 85, 2014, UNITED_KINGDOM),
    listed("Granite Health", "granitehealth.example", HEALTH, 6_200, 1967, UNITED_STATES),
    listed("Hummingbird Robotics", "hummingbird.example", ROBOTICS, 64, 2017, FRANCE),
    listed(
        "Ironbridge Capital",
        "ironbridge.example",
        "Financial Services",
        540,
        1991,
        UNITED_KINGDOM,
    ),
    listed(
        "Juniper Foods",
        "juniperfoods.example",
        "Food and Beverage Services",
        780,
        1979,
        GERMANY,
    ),
    listed("Kelp Studios", CATCH_ALL, "Design Services", 130, 2015, UNITED_STATES),
    listed(
        "Larch University",
        "larch-university.example",
        "Higher Education",
        1_400,
        1921,
        GERMANY,
    ),
];

const LOGISTICS: &str = "Transportation, Logistics, Supply Chain and Storage";
const ENERGY: &str = "Renewable Energy Semiconductor Manufacturing";
const CONSULTING: &str = "Business Consulting and Services";
const HEALTH: &str = "Hospitals and Health Care";
const ROBOTICS: &str = "Robotics Engineering";

const UNITED_STATES: (&str, &str) = ("Austin", "United States");
const UNITED_KINGDOM: (&str, &str) = ("Leeds", "United Kingdom");
const FRANCE: (&str, &str) = ("Lyon", "France");
const GERMANY: (&str, &str) = ("Bremen", "Germany");

/// The domain whose mail server accepts every address.
pub(crate) const CATCH_ALL: &str = "kelpstudios.example";

/// The domain without company and people.
pub(crate) const NOBODY: &str = "nobody.example";

const fn listed(
    name: &'static str,
    domain: &'static str,
    industry: &'static str,
    employees: u64,
    founded: u64,
    place: (&'static str, &'static str),
) -> Listed {
    Listed { name, domain, industry, employees, founded, city: place.0, country: place.1 }
}

/// Returns the domains of the companies that searches find.
pub(crate) fn listed_domains() -> impl Iterator<Item = &'static str> {
    LISTED.iter().map(|company| company.domain)
}

pub(crate) fn is_listed(domain: &str) -> bool {
    listed_domains().any(|known| known == domain)
}

/// Returns the id of the company with this domain.
pub(crate) fn id(domain: &str) -> Uuid {
    match domain {
        "acme.com" => uuid!("a1b2c3d4-e5f6-7890-abcd-ef1234567890"),
        "example.com" => uuid!("0c9d2f1e-58b4-4c37-8a6f-91e2d3c4b5a6"),
        _ => names::uuid(&[b"company", domain.as_bytes()]),
    }
}

/// Returns the name of the company with this domain.
pub(crate) fn name(domain: &str) -> String {
    match LISTED.iter().find(|company| company.domain == domain) {
        Some(company) => company.name.to_owned(),
        None => {
            let label = domain.split('.').next().unwrap_or_default();
            names::capitalized(&label.replace('-', " "))
        }
    }
}

/// Returns the last segment of the company's LinkedIn page. For an unlisted company, it is derived
/// from its domain, so that the page leads back to the domain: a dot becomes a hyphen, and a hyphen
/// becomes two.
pub(crate) fn linkedin_id(domain: &str) -> String {
    if is_listed(domain) { names::slug(&name(domain)) } else { encoded(domain) }
}

/// Returns a domain as a part of a LinkedIn slug.
pub(crate) fn encoded(domain: &str) -> String {
    domain.replace('-', "--").replace('.', "-")
}

/// Returns the domain that was [`encoded`], if it is valid.
pub(crate) fn decoded(slug: &str) -> Option<String> {
    let domain = slug.replace("--", "\0").replace('-', ".").replace('\0', "-");
    domain::parse(&domain).ok().filter(|parsed| *parsed == domain)
}

pub(crate) fn linkedin_url(domain: &str) -> String {
    format!("https://www.linkedin.com/company/{}/", linkedin_id(domain))
}

/// Mail provider and MX host of the domain.
pub(crate) fn mail(domain: &str) -> (&'static str, String) {
    match domain {
        "acme.com" => ("Google", GOOGLE_MX.to_owned()),
        "example.com" => ("Microsoft", outlook_mx(domain)),
        _ if Rng::new(seed(domain, b"mail")).hits(0.6) => ("Google", GOOGLE_MX.to_owned()),
        _ => ("Microsoft", outlook_mx(domain)),
    }
}

const GOOGLE_MX: &str = "aspmx.l.google.com";

fn outlook_mx(domain: &str) -> String {
    format!("{}.mail.protection.outlook.com", domain.replace('.', "-"))
}

fn seed(domain: &str, purpose: &[u8]) -> u64 {
    fingerprint(&[b"company facts", purpose, domain.as_bytes()])
}

/// A company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Company {
    pub(crate) domain: String,
    pub(crate) name: String,
    pub(crate) industry: &'static str,
    pub(crate) employees: u64,
    pub(crate) city: &'static str,
    pub(crate) country: &'static str,
    founded: u64,
}

impl Company {
    /// Returns the company with this domain; `None` for [`NOBODY`].
    pub(crate) fn with_domain(domain: &str) -> Option<Self> {
        if domain == NOBODY {
            return None;
        }
        let known = LISTED.iter().find(|company| company.domain == domain);
        let mut rng = Rng::new(seed(domain, b"size"));
        let like = known.unwrap_or_else(|| rng.pick(&LISTED));
        let varied = |number: u64, rng: &mut Rng| number / 2 + rng.below(number.max(2));
        let (employees, founded) = match known {
            Some(company) => (company.employees, company.founded),
            None => (varied(like.employees, &mut rng).max(2), 1990 + rng.below(30)),
        };
        Some(Self {
            domain: domain.to_owned(),
            name: name(domain),
            industry: like.industry,
            employees,
            city: like.city,
            country: like.country,
            founded,
        })
    }

    /// Returns the company with this LinkedIn page, given as its last segment in lower case.
    pub(crate) fn with_linkedin_id(slug: &str) -> Option<Self> {
        let listed = listed_domains().find(|domain| linkedin_id(domain) == slug);
        let domain = match listed {
            Some(domain) => domain.to_owned(),
            None => decoded(slug).filter(|domain| !is_listed(domain))?,
        };
        Self::with_domain(&domain)
    }

    /// Returns the listed company with this name.
    pub(crate) fn with_name(name: &str) -> Option<Self> {
        let name = name.trim();
        let company = LISTED.iter().find(|company| company.name.eq_ignore_ascii_case(name))?;
        Self::with_domain(company.domain)
    }

    /// Returns the range of its number of employees, as the API writes it.
    pub(crate) fn size(&self) -> &'static str {
        const RANGES: [(u64, &str); 7] = [
            (10, "1-10"),
            (50, "11-50"),
            (200, "51-200"),
            (500, "201-500"),
            (1_000, "501-1000"),
            (5_000, "1001-5000"),
            (10_000, "5001-10000"),
        ];
        RANGES.iter().find(|(max, _)| self.employees <= *max).map_or("10001+", |range| range.1)
    }

    pub(crate) fn kind(&self) -> &'static str {
        if self.is_school() {
            "Educational"
        } else if self.employees > 5_000 {
            "Public Company"
        } else {
            "Privately Held"
        }
    }

    pub(crate) fn is_school(&self) -> bool {
        self.industry == "Higher Education"
    }

    fn rng(&self) -> Rng {
        Rng::new(seed(&self.domain, b"details"))
    }

    fn followers(&self) -> u64 {
        self.employees * (20 + self.rng().below(40))
    }

    fn address(&self) -> String {
        format!("{} Example Street, {}, {}", 1 + self.rng().below(90), self.city, self.country)
    }

    fn about(&self) -> String {
        format!("{} is an invented company in {}.", self.name, self.industry.to_lowercase())
    }

    /// Returns the company as enrichment, search and reveal return it.
    pub(crate) fn to_json(&self) -> Value {
        let mut rng = self.rng();
        let jobs = rng.below(1 + self.employees / 10);
        let technologies: Vec<&str> = TECHNOLOGIES.into_iter().filter(|_| rng.hits(0.5)).collect();
        json!({
            "id": id(&self.domain),
            "domain": self.domain,
            "name": self.name,
            "website": format!("https://www.{}", self.domain),
            "linkedin_id": linkedin_id(&self.domain),
            "linkedin_url": linkedin_url(&self.domain),
            "linkedin_followers": self.followers(),
            "description": self.about(),
            "logo_url": format!("https://static.{}/logo.png", self.domain),
            "size": self.size(),
            "employees_count": self.employees,
            "industry": self.industry,
            "type": self.kind(),
            "founded": self.founded,
            "address": self.address(),
            "country": self.country,
            "crunchbase_url":
                format!("https://www.crunchbase.com/organization/{}", linkedin_id(&self.domain)),
            "funding_details": self.funding(&mut rng),
            "recent_job_posting_count": jobs,
            "technologies": technologies,
        })
    }

    /// Returns no funding for schools and public companies.
    fn funding(&self, rng: &mut Rng) -> Value {
        if self.kind() != "Privately Held" {
            return json!({});
        }
        let amount = 500_000 * (1 + rng.below(40));
        let year = (self.founded + 2 + rng.below(3)).min(2_024);
        json!({
            "total_funding_rounds": 1,
            "total_funding_usd": amount,
            "funding_rounds": [{
                "round_name": "Series A",
                "round_date": format!("{year}-{:02}-01", 1 + rng.below(12)),
                "investor_count": 1,
                "amount_raised_usd": amount,
                "investor_names": ["Sample Ventures"],
            }],
        })
    }

    /// Returns the company as Prospector returns it, with different field names.
    pub(crate) fn to_prospector_json(&self) -> Value {
        json!({
            "id": id(&self.domain),
            "domain": self.domain,
            "company_name": self.name,
            "website": format!("https://www.{}", self.domain),
            "linkedin_id": linkedin_id(&self.domain),
            "linkedin_url": linkedin_url(&self.domain),
            "linkedin_description": self.about(),
            "linkedin_logo_url": format!("https://static.{}/logo.png", self.domain),
            "size": self.size(),
            "linkedin_size": self.size(),
            "linkedin_industry": self.industry,
            "linkedin_type": self.kind(),
            "linkedin_followers": self.followers(),
            "linkedin_founded": self.founded,
            "linkedin_employees_count": self.employees,
            "linkedin_address": self.address(),
            "country": self.country,
            "generic_emails": [format!("hello@{}", self.domain)],
        })
    }
}

const TECHNOLOGIES: [&str; 6] =
    ["Google Workspace", "Kubernetes", "PostgreSQL", "React", "Salesforce", "WordPress"];
