//! Events in words.

use std::time::Duration;

use super::Fields;
use crate::text;

/// The line for an event, if it is worth one by itself. A read is told with what
/// follows from it, and kept in `read` until then.
pub(super) fn line(
    name: &str,
    fields: &Fields,
    read: Option<&mut Option<String>>,
) -> Option<String> {
    let told = match name {
        "read" | "read.failed" => {
            let told = of_read(name, fields);
            return match read {
                Some(read) => {
                    *read = Some(told);
                    None
                }
                None => Some(told),
            };
        }
        "read.planned" => planned(fields, read.as_ref().is_some_and(|read| read.is_some())),
        "read.none" => format!("no further read: {}", why(fields)),
        "job.ended" if read.as_ref().is_none_or(|read| read.is_none()) => return None,
        "job.ended" => "the wait is over".to_owned(),
        "launch.in_doubt" => {
            format!("launch in doubt ({}): a job may be running", cause(fields))
        }
        "launch.failed" => format!("launch failed ({}), nothing was launched", cause(fields)),
        "retry" => retry(fields),
        "retry.ended" => {
            let tries = fields.number("retry.attempt").unwrap_or(1.0);
            format!("try {tries} failed ({}), no other one: {}", cause(fields), why(fields))
        }
        "rate_limiter.waiting" => {
            let waiting = fields.number("waiting").unwrap_or(1.0) as usize;
            format!("waiting for the key's rate limit, {} in line", text::count(waiting, "request"))
        }
        "rate_limiter.paused" => format!("429: no request leaves for {}", time(fields, "pause_s")),
        "rate_limiter.limit" => {
            let requests = fields.number("requests").unwrap_or_default() as usize;
            let requests = text::count(requests, "request");
            format!("the key's limit is {requests} in {}", time(fields, "window_s"))
        }
        "rate_limiter.shared" => "others use the key as well".to_owned(),
        "state.ignored" => {
            format!(
                "learned job times are ignored: {}: {}",
                fields.text("path"),
                fields.text("why")
            )
        }
        "state.not_saved" => {
            format!(
                "learned job times are not saved: {}: {}",
                fields.text("path"),
                fields.text("why")
            )
        }
        _ => return None,
    };
    match read.and_then(Option::take) {
        Some(read) => Some(format!("{read}, {told}")),
        None => Some(told),
    }
}

fn of_read(name: &str, fields: &Fields) -> String {
    let number = fields.number("job.reads").unwrap_or(1.0);
    let what = match name {
        "read" => text::cut(&text::clean(fields.text("job.state")), 20),
        _ => format!("failed ({})", cause(fields)),
    };
    format!("read {number}: {what}")
}

/// When the next read is, and what speaks for it.
fn planned(fields: &Fields, is_next: bool) -> String {
    let which = if is_next { "next" } else { "first read" };
    let mut reasons = vec![fields.text("poll.policy").to_owned()];
    if let Some(chance) = fields.number("poll.chance_over") {
        reasons.push(format!("{:.0} % are over by then", chance * 100.0));
    }
    if fields.number("poll.read_cost_s").is_some() {
        reasons.push(format!("a read costs {}", time(fields, "poll.read_cost_s")));
    }
    format!("{which} in {} ({})", time(fields, "pause_s"), reasons.join(", "))
}

fn retry(fields: &Fields) -> String {
    let told = if fields.number("retry.after_s").is_some() { ", as the API asks" } else { "" };
    let tries = fields.number("retry.attempt").unwrap_or(1.0);
    let pause = time(fields, "pause_s");
    format!("try {tries} failed ({}), again in {pause}{told}", cause(fields))
}

/// A status, or the kind of an error.
fn cause(fields: &Fields) -> String {
    match fields.number("http.response.status_code") {
        Some(status) => status.to_string(),
        None => fields.text("error.type").replace('_', " "),
    }
}

fn why(fields: &Fields) -> &'static str {
    match fields.text("why") {
        "not_safe" => "it would be the same, or launch twice",
        "attempts" => "tried often enough",
        "deadline" => "no time left",
        "retry_after_beyond_deadline" => "the API wants none for longer than there is time",
        _ => "no reason given",
    }
}

fn time(fields: &Fields, name: &str) -> String {
    let seconds = fields.number(name).unwrap_or_default();
    text::time(Duration::try_from_secs_f64(seconds).unwrap_or_default())
}
