//! The cards of immediate operations.

use waterfall::api::types::{
    CompanyRevealJob, CompanyRevealType, CompanySearchJob, ContactSearchJob, EmailVerificationJob,
    JobChangeJob, JobChangeStatus,
};
use waterfall::{Completed, ImmediateJob};

use crate::card::layout::Card;
use crate::card::{company, person};
use crate::style::Styles;
use crate::terminal_text;

pub(crate) fn of_verified(done: &Completed<EmailVerificationJob>, styles: Styles) -> String {
    let mut card = Card::new(styles);
    let email = done.email();
    let status = done.email_status().map_or("not verified", |status| status.as_str());
    let address = email.and_then(|email| email.email.as_deref()).unwrap_or("The address");
    card.title(&format!("{address} is {status}"));
    card.gap();
    if let Some(email) = email {
        card.row("Domain", email.domain.as_deref().unwrap_or_default());
        card.row("Provider", email.smtp_provider.as_deref().unwrap_or_default());
        card.row("MX", &email.mx_records.as_deref().unwrap_or_default().join(", "));
    }
    card.end(done)
}

pub(crate) fn of_revealed(done: &Completed<CompanyRevealJob>, styles: Styles) -> String {
    let mut card = Card::new(styles);
    match done.company() {
        Some(company) => card.add_company(company),
        None => card.title("No company found"),
    }
    card.gap();
    if let Some(output) = done.output() {
        card.row("IP address", output.ip.as_deref().unwrap_or_default());
        let place = output.ip_geo.as_ref();
        let place = place.map(|geo| [&geo.city, &geo.state, &geo.country]);
        let place = place.into_iter().flatten().filter_map(|part| part.as_deref());
        card.row("Place", &place.collect::<Vec<_>>().join(", "));
    }
    card.row("Kind", done.organization().map(|kind| kind.as_str()).unwrap_or_default());
    card.row("Confidence", done.confidence().map(|it| it.as_str()).unwrap_or_default());
    if done.organization() == Some(&CompanyRevealType::Isp) {
        card.paragraph("The address belongs to an internet provider, not to its customer.");
    }
    card.end(done)
}

pub(crate) fn of_job_change(done: &Completed<JobChangeJob>, styles: Styles) -> String {
    let mut card = Card::new(styles);
    card.title(match done.job_change_status() {
        Some(JobChangeStatus::Moved) => "Moved to another company",
        Some(JobChangeStatus::Left) => "Left the company",
        Some(JobChangeStatus::NoChange) => "Still at the company",
        Some(JobChangeStatus::Unknown) | None => "It is not known whether the job changed",
        Some(other) => other.as_str(),
    });
    if let Some(person) = done.person() {
        card.gap();
        card.add_person(person);
    }
    card.end(done)
}

/// Formats the people of a page, without the cost of the page.
pub(crate) fn of_people(page: &Completed<ContactSearchJob>, styles: Styles) -> String {
    let mut card = Card::new(styles);
    for found in page.persons() {
        card.paragraph(&person::line(found));
        card.row("LinkedIn", &person::linkedin(found));
    }
    card.into_text()
}

/// Formats the companies of a page, without the cost of the page.
pub(crate) fn of_companies(page: &Completed<CompanySearchJob>, styles: Styles) -> String {
    let mut card = Card::new(styles);
    for found in page.companies() {
        card.paragraph(&company::line(found));
        card.row("LinkedIn", found.linkedin_url.as_deref().unwrap_or_default());
    }
    card.into_text()
}

impl Card {
    /// Adds the cost and the job.
    fn end<J: ImmediateJob>(mut self, done: &Completed<J>) -> String {
        self.gap();
        self.add_usage(done.usage());
        let mut parts: Vec<String> = done.job_id().iter().map(ToString::to_string).collect();
        let elapsed = done.started_at().zip(done.stopped_at());
        let elapsed = elapsed.map(|(start, stop)| stop.duration_since(start).unsigned_abs());
        parts.extend(elapsed.map(|time| format!("took {}", terminal_text::time(time))));
        self.row("Job", &parts.join(", "));
        self.into_text()
    }
}
