//! The people that the demo queries find: two from the API's examples, and one more.

use serde_json::{Value, json};

/// Returns the person of the finder's documentation, unchanged; phone numbers only if requested.
pub(crate) fn jane_doe(phones: bool) -> Value {
    let mut person = json!({
        "id": "e70fc5a3-55d9-43e5-93ea-b9e8210435da",
        "first_name": "Jane",
        "last_name": "Doe",
        "linkedin_id": "jane-doe-abc123",
        "linkedin_url": "https://www.linkedin.com/in/jane-doe-abc123/",
        "personal_email": null,
        "location": "San Francisco, California, United States",
        "country": "United States",
        "company_id": "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
        "company_linkedin_id": "acme-corp",
        "company_name": "Acme Corp",
        "company_domain": "acme.com",
        "professional_email": "jane.doe@acme.com",
        "mobile_phone": null,
        "phone_numbers": [],
        "title": "Head of Sales",
        "seniority": "Director",
        "department": "Sales",
        "experiences": [present("Head of Sales", "Acme Corp", "acme-corp", "acme.com", 2021)],
        "email_verified": true,
        "email_confidence": "high",
        "email_verified_status": "safe",
        "domain_age_days": null,
        "smtp_provider": "Google",
        "mx_record": "aspmx.l.google.com",
    });
    person["experiences"][0]["start_month"] = json!(3);
    if phones {
        person["mobile_phone"] = json!("+14155550142");
        person["phone_numbers"] = json!(["+14155550142"]);
    }
    person
}

/// Returns the second person of the API description.
pub(crate) fn john_roe(phones: bool) -> Value {
    let mut now = present("VP Engineering", "Example Corp", "example-corp", "example.com", 2022);
    now["location"] = json!("Lyon, France");
    now["description"] = json!("Leads platform and data.");
    let mut before = json!({
        "title": "Engineer",
        "location": null,
        "company_name": "Sample GmbH",
        "company_linkedin_id": null,
        "company_linkedin_url": null,
        "company_domain": null,
    });
    before["start_year"] = json!(2015);
    before["start_month"] = json!(9);
    before["end_year"] = json!(2021);
    before["end_month"] = json!(12);
    before["is_current"] = json!(false);
    for unknown in ["start_date", "end_date", "description"] {
        before[unknown] = Value::Null;
    }
    let numbers = if phones { json!(["+33639980001", "+33199000002"]) } else { json!([]) };
    json!({
        "id": "3b0f6a52-7d0c-4a58-9d5e-0c6a1f5e2b77",
        "first_name": "John",
        "last_name": "Roe",
        "linkedin_id": "john-roe-42",
        "linkedin_url": "https://www.linkedin.com/in/john-roe-42/",
        "personal_email": "john.roe@example.net",
        "location": "Lyon, Auvergne-Rhône-Alpes, France",
        "country": "France",
        "company_id": "0c9d2f1e-58b4-4c37-8a6f-91e2d3c4b5a6",
        "company_linkedin_id": "example-corp",
        "company_name": "Example Corp",
        "company_domain": "example.com",
        "professional_email": "john.roe@example.com",
        "mobile_phone": numbers.get(0),
        "phone_numbers": numbers,
        "title": "VP Engineering",
        "seniority": "VP",
        "department": "Engineering",
        "experiences": [now, before],
        "email_verified": true,
        "email_confidence": "high",
        "email_verified_status": "safe",
        "domain_age_days": 10957,
        "smtp_provider": "Microsoft",
        "mx_record": "example-com.mail.protection.outlook.com",
    })
}

/// Returns a person who left Example Corp and does not work anywhere at present.
pub(crate) fn kim_poe(phones: bool) -> Value {
    let mut left = present("Engineer", "Example Corp", "example-corp", "example.com", 2018);
    left["start_month"] = json!(2);
    left["end_year"] = json!(2024);
    left["end_month"] = json!(6);
    left["is_current"] = json!(false);
    let numbers = if phones { json!(["+33639980007"]) } else { json!([]) };
    let mut person = json!({
        "id": "5f1c7c0e-0b6e-4d5f-8a59-6c1b7de40b13",
        "first_name": "Kim",
        "last_name": "Poe",
        "linkedin_id": "kim-poe-7",
        "linkedin_url": "https://www.linkedin.com/in/kim-poe-7/",
        "personal_email": "kim.poe@example.org",
        "location": "Lyon, Auvergne-Rhône-Alpes, France",
        "country": "France",
        "mobile_phone": numbers.get(0),
        "phone_numbers": numbers,
        "experiences": [left],
    });
    for unknown in [
        "company_id",
        "company_linkedin_id",
        "company_name",
        "company_domain",
        "professional_email",
        "title",
        "seniority",
        "department",
        "email_verified",
        "email_confidence",
        "email_verified_status",
        "domain_age_days",
        "smtp_provider",
        "mx_record",
    ] {
        person[unknown] = Value::Null;
    }
    person
}

fn present(title: &str, company: &str, slug: &str, domain: &str, since: u32) -> Value {
    json!({
        "title": title,
        "location": null,
        "company_name": company,
        "company_linkedin_id": slug,
        "company_linkedin_url": format!("https://www.linkedin.com/company/{slug}/"),
        "company_domain": domain,
        "start_year": since,
        "start_month": null,
        "start_date": null,
        "end_year": null,
        "end_month": null,
        "end_date": null,
        "is_current": true,
        "description": null,
    })
}
