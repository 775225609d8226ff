//! Formats events as lines for people.

use std::time::Duration;

use crate::terminal_text;
use crate::verbose::fields::Fields;

/// Returns the line for an event, if it has its own line. A read is kept in `read` until its
/// consequence is known, and logged with it.
pub(super) fn line(
    name: &str,
    fields: &Fields,
    read: Option<&mut Option<String>>,
) -> Option<String> {
    let event = match name {
        "read" | "read.failed" => {
            let line = format_read(name, fields);
            return match read {
                Some(read) => {
                    *read = Some(line);
                    None
                }
                None => Some(line),
            };
        }
        "read.planned" => planned(fields, read.as_ref().is_some_and(|read| read.is_some())),
        "read.none" => format!("no further read: {}", reason(fields)),
        "job.ended" if read.as_ref().is_none_or(|read| read.is_none()) => return None,
        "job.ended" => "the wait has ended".to_owned(),
        "launch.in_doubt" => {
            format!("launch in doubt ({}): a job may be running", cause(fields))
        }
        "launch.failed" => format!("launch failed ({}), nothing was launched", cause(fields)),
        "retry" => retry(fields),
        "retry.ended" => {
            let tries = fields.number("retry.attempt").unwrap_or(1.0);
            format!("attempt {tries} failed ({}), not retrying: {}", cause(fields), reason(fields))
        }
        "rate_limiter.waiting" => {
            let waiting = fields.number("waiting").unwrap_or(1.0) as usize;
            format!(
                "waiting for the key's rate limit, {} queued",
                terminal_text::count(waiting, "request")
            )
        }
        "rate_limiter.paused" => {
            format!("429: all requests are paused for {}", time(fields, "pause_s"))
        }
        "rate_limiter.limit" => {
            let requests = fields.number("requests").unwrap_or_default() as usize;
            let requests = terminal_text::count(requests, "request");
            format!("the key's limit is {requests} in {}", time(fields, "window_s"))
        }
        "rate_limiter.shared" => "other processes use the same key".to_owned(),
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
        Some(read) => Some(format!("{read}, {event}")),
        None => Some(event),
    }
}

fn format_read(name: &str, fields: &Fields) -> String {
    let number = fields.number("job.reads").unwrap_or(1.0);
    let what = match name {
        "read" => terminal_text::cut(&terminal_text::clean(fields.text("job.state")), 20),
        _ => format!("failed ({})", cause(fields)),
    };
    format!("read {number}: {what}")
}

/// Formats the time of the next read, and its reasons.
fn planned(fields: &Fields, is_next: bool) -> String {
    let which = if is_next { "next" } else { "first read" };
    let mut reasons = vec![fields.text("poll.policy").to_owned()];
    if let Some(chance) = fields.number("poll.chance_over") {
        reasons.push(format!("{:.0} % of jobs are done by then", chance * 100.0));
    }
    if fields.number("poll.read_cost_s").is_some() {
        reasons.push(format!("a read costs {}", time(fields, "poll.read_cost_s")));
    }
    format!("{which} in {} ({})", time(fields, "pause_s"), reasons.join(", "))
}

fn retry(fields: &Fields) -> String {
    let requested =
        if fields.number("retry.after_s").is_some() { ", as the API requested" } else { "" };
    let attempt = fields.number("retry.attempt").unwrap_or(1.0);
    let pause = time(fields, "pause_s");
    format!("attempt {attempt} failed ({}), retrying in {pause}{requested}", cause(fields))
}

/// Formats a status, or the kind of an error.
fn cause(fields: &Fields) -> String {
    match fields.number("http.response.status_code") {
        Some(status) => status.to_string(),
        None => fields.text("error.type").replace('_', " "),
    }
}

fn reason(fields: &Fields) -> &'static str {
    match fields.text("why") {
        "not_safe" => "a retry would fail again or launch twice",
        "attempts" => "the maximum number of attempts is reached",
        "deadline" => "no time left",
        "retry_after_beyond_deadline" => "the API requested a longer pause",
        _ => "no reason given",
    }
}

fn time(fields: &Fields, name: &str) -> String {
    let seconds = fields.number(name).unwrap_or_default();
    terminal_text::time(Duration::try_from_secs_f64(seconds).unwrap_or_default())
}
