//! [`OutputFields`]: the fields of a result that the output can have, by the kind of the jobs.

use serde_json::Value;

use crate::args::batch_kind::Kind;
use crate::failure::Failure;

/// The fields of a result that the output can have.
#[derive(Debug)]
pub(super) struct OutputFields {
    /// The member of the output that contains the other fields: one person, one company, or people.
    pub(super) subject: &'static str,
    names: &'static [&'static str],
    /// Members of the output itself, with the names of their columns.
    beside: &'static [(&'static str, &'static str)],
    defaults: &'static [&'static str],
}

const PERSON: &[&str] = &[
    "about",
    "company_domain",
    "company_id",
    "company_linkedin_id",
    "company_linkedin_url",
    "company_name",
    "company_website",
    "country",
    "department",
    "domain_age_days",
    "email_confidence",
    "email_verified",
    "email_verified_status",
    "experiences",
    "first_name",
    "id",
    "last_name",
    "linkedin_id",
    "linkedin_url",
    "location",
    "mobile_phone",
    "mx_record",
    "personal_email",
    "phone_numbers",
    "professional_email",
    "seniority",
    "smtp_provider",
    "title",
];
const COMPANY: &[&str] = &[
    "address",
    "country",
    "crunchbase_url",
    "description",
    "domain",
    "employees_count",
    "founded",
    "funding_details",
    "id",
    "industry",
    "linkedin_followers",
    "linkedin_id",
    "linkedin_url",
    "logo_url",
    "name",
    "recent_job_posting_count",
    "size",
    "technologies",
    "type",
    "website",
];

const CONTACT_FIELDS: OutputFields = OutputFields {
    subject: "person",
    names: PERSON,
    beside: &[],
    defaults: &[
        "first_name",
        "last_name",
        "title",
        "company_name",
        "company_domain",
        "professional_email",
        "email_verified",
        "mobile_phone",
        "linkedin_url",
        "location",
    ],
};
const PHONE_FIELDS: OutputFields = OutputFields {
    defaults: &["first_name", "last_name", "mobile_phone", "phone_numbers", "linkedin_url"],
    ..CONTACT_FIELDS
};
const COMPANY_FIELDS: OutputFields = OutputFields {
    subject: "company",
    names: COMPANY,
    beside: &[],
    defaults: &["name", "domain", "industry", "size", "employees_count", "country", "linkedin_url"],
};
const PROSPECT_FIELDS: OutputFields = OutputFields {
    subject: "persons",
    defaults: &["first_name", "last_name", "title", "professional_email", "linkedin_url"],
    ..CONTACT_FIELDS
};
const JOB_CHANGE_FIELDS: OutputFields = OutputFields {
    beside: &[("job_change_status", "job_change_status")],
    defaults: &[
        "job_change_status",
        "first_name",
        "last_name",
        "title",
        "company_name",
        "company_domain",
        "professional_email",
        "linkedin_url",
    ],
    ..CONTACT_FIELDS
};
const REVEAL_FIELDS: OutputFields = OutputFields {
    beside: &[("organization", "type"), ("confidence_score", "confidence_score")],
    defaults: &["organization", "confidence_score", "name", "domain", "industry", "country"],
    ..COMPANY_FIELDS
};
const TITLES_FIELDS: OutputFields = OutputFields {
    subject: "titles",
    names: &[],
    beside: &[("titles", "titles"), ("has_more_pages", "has_more_pages")],
    defaults: &["titles"],
};

impl OutputFields {
    pub(super) const fn of(kind: Kind) -> &'static Self {
        match kind {
            Kind::Contact => &CONTACT_FIELDS,
            Kind::Phone => &PHONE_FIELDS,
            Kind::Company => &COMPANY_FIELDS,
            Kind::Prospect => &PROSPECT_FIELDS,
            Kind::JobChange => &JOB_CHANGE_FIELDS,
            Kind::Reveal => &REVEAL_FIELDS,
            Kind::Titles => &TITLES_FIELDS,
        }
    }

    /// Returns the fields of `--fields`, or the default ones.
    pub(super) fn chosen(&self, given: Option<&[String]>) -> Result<Vec<String>, Failure> {
        let Some(given) = given else {
            return Ok(self.defaults.iter().map(|name| (*name).to_owned()).collect());
        };
        let is_known = |name: &&str| {
            self.names.contains(name) || self.beside.iter().any(|(column, _)| column == name)
        };
        let name = |name: &String| match Some(name.trim()).filter(is_known) {
            Some(name) => Ok(name.to_owned()),
            None => Err(Failure::Config {
                what: format!("--fields: {name} is not a field; the fields are {}", self.list()),
                hint: "Separate the fields by commas: --fields name,domain",
            }),
        };
        given.iter().map(name).collect()
    }

    fn list(&self) -> String {
        let beside = self.beside.iter().map(|(column, _)| *column);
        beside.chain(self.names.iter().copied()).collect::<Vec<_>>().join(", ")
    }

    /// Returns the value of a field in the output of a job. For several people, it is a list of
    /// their values.
    pub(super) fn value(&self, output: &Value, name: &str) -> Option<Value> {
        if let Some((_, member)) = self.beside.iter().find(|(column, _)| *column == name) {
            return output.get(member).cloned();
        }
        match output.get(self.subject)? {
            Value::Array(persons) => {
                let value = |person: &Value| person.get(name).cloned().unwrap_or_default();
                Some(Value::Array(persons.iter().map(value).collect()))
            }
            subject => subject.get(name).cloned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_those_of_the_description() {
        let root: Value = serde_json::from_str(waterfall_sandbox::DESCRIPTION).unwrap();
        for (schema, names) in [("Person", PERSON), ("Company", COMPANY)] {
            let properties = root["components"]["schemas"][schema]["properties"].as_object();
            let mut described: Vec<&str> = properties.unwrap().keys().map(String::as_str).collect();
            described.sort_unstable();
            assert_eq!(names, described, "{schema}");
        }
    }

    #[test]
    fn defaults_are_fields_and_a_wrong_name_lists_them() {
        for kind in Kind::ALL {
            let fields = OutputFields::of(kind);
            let defaults = fields.chosen(None).unwrap();
            assert_eq!(fields.chosen(Some(&defaults)).unwrap(), defaults, "{kind}");
            let wrong = fields.chosen(Some(&["nose".to_owned()])).unwrap_err();
            let Failure::Config { what, .. } = wrong else { panic!("{wrong:?}") };
            assert!(what.contains("the fields are"), "{what}");
        }
    }

    #[test]
    fn values_are_those_of_the_subject_and_its_siblings() {
        let reveal = json!({"type": "isp", "company": {"type": "Private", "name": "Acme"}});
        let value = |name| OutputFields::of(Kind::Reveal).value(&reveal, name);
        assert_eq!(value("organization"), Some(json!("isp")));
        assert_eq!((value("type"), value("name")), (Some(json!("Private")), Some(json!("Acme"))));
        let people = json!({"persons": [{"title": "CFO"}, {}]});
        let value = OutputFields::of(Kind::Prospect).value(&people, "title");
        assert_eq!(value, Some(json!(["CFO", null])));
    }
}
