//! Company reveal: the company behind an IP address.
//!
//! Addresses of the documentation ranges have fixed results: each of 192.0.2.0/24 belongs to a
//! company, and 198.51.100.0/24 to an internet provider.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use crate::companies::Company;
use crate::directory;
use crate::endpoint::{Endpoint, Feature, JobType};
use crate::envelope::ApiError;
use crate::form::{Fields, Rule, bad_request, text};
use crate::operation::{Counters, Findings, JobOperation};
use crate::prices;
use crate::rng::{Rng, fingerprint, identity};

pub(super) const OPERATION: JobOperation = JobOperation {
    kind: JobType::CompanyReveal,
    launch: Endpoint::RevealCompany,
    find: Some(Endpoint::FindCompanyReveal),
    at_once: true,
    feature: Some(Feature::CompanyReveal),
    form: &[
        ("ip", Rule::Ipv4),
        ("webhook_url", Rule::UrlOrNull),
        ("custom_fields", Rule::CustomFields),
    ],
    renamed: &[],
    only_if_sent: &[],
    counters: Some(Counters {
        requests: "company_reveal_requests",
        found: "company_reveal_found",
        phones: None,
    }),
    identify: |fields| {
        address(fields)?;
        Ok(identity(fields))
    },
    run: |launch| {
        let address = address(&launch.fields)?;
        let (output, found) = match owner(address) {
            Owner::Company(company) => (of_company(company, address), 1),
            Owner::Provider(country) => (of_provider(country), 0),
            Owner::Unknown => {
                (json!({ "type": null, "confidence_score": null, "ip_geo": {}, "company": {} }), 0)
            }
        };
        let mut findings = Findings::new(output).with_companies(found, prices::REVEALED_COMPANY);
        findings.output.insert("ip".to_owned(), json!(address));
        Ok(findings)
    },
};

fn address(fields: &Fields) -> Result<Ipv4Addr, ApiError> {
    let address = text(fields, "ip").and_then(|ip| ip.parse().ok());
    address.ok_or_else(|| bad_request("ip: Field required"))
}

enum Owner {
    Company(&'static Company),
    Provider(&'static str),
    Unknown,
}

fn owner(address: Ipv4Addr) -> Owner {
    let teams = directory::teams();
    let [a, b, c, last] = address.octets();
    let company = |number: u64| {
        let team = teams.get((number % teams.len().max(1) as u64) as usize);
        team.map_or(Owner::Unknown, |team| Owner::Company(&team.company))
    };
    match (a, b, c) {
        // 192.0.2.7 belongs to Example Corp, as in the API's sample.
        (192, 0, 2) => company(u64::from(last) + teams.len() as u64 - 6),
        (198, 51, 100) => Owner::Provider("France"),
        _ if address.is_private() || address.is_loopback() || address.is_unspecified() => {
            Owner::Unknown
        }
        _ => {
            let mut rng = Rng::new(fingerprint(&[b"ip", &address.octets()]));
            match rng.below(10) {
                0..6 => company(rng.next()),
                6..9 => Owner::Provider(rng.pick::<&str>(&["France", "Germany", "United States"])),
                _ => Owner::Unknown,
            }
        }
    }
}

fn of_company(company: &Company, address: Ipv4Addr) -> Value {
    let mut rng = Rng::new(fingerprint(&[b"confidence", &address.octets()]));
    json!({
        "type": if company.is_school() { "education" } else { "company" },
        "confidence_score": rng.pick(&["very_high", "high", "medium", "low"]),
        "ip_geo": { "city": company.city, "state": null, "country": company.country },
        "company": company.to_json(),
    })
}

/// The company behind a provider's address is not known.
fn of_provider(country: &str) -> Value {
    json!({
        "type": "isp",
        "confidence_score": null,
        "ip_geo": { "city": null, "state": null, "country": country },
        "company": {},
    })
}
