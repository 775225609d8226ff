//! Deliveries on stdout.

use std::io::{self, Write, stdout};

use serde::Serialize;
use serde_json::value::RawValue;
use waterfall::JobId;
use waterfall::webhook::Delivery;

use super::mail::Mail;
use crate::card;
use crate::paint::Paint;

/// The keys don't change, and all of them are always there.
#[derive(Debug, Serialize)]
struct Line<'a> {
    received_at: String,
    job_id: Option<JobId>,
    status: Option<&'a str>,
    signed: bool,
    key_id: Option<&'a str>,
    body: Option<Box<RawValue>>,
}

/// Prints a delivery, and returns once it is written. A reader that has gone
/// away is an error here: nobody has the delivery then.
pub(super) async fn delivery(mail: &Mail, json: bool) -> io::Result<()> {
    let text = match (json, mail) {
        (true, _) => line(mail)?,
        (false, Mail::Decoded(delivery)) => block(delivery),
        (false, Mail::Raw(verified)) => [&verified.body()[..], b"\n"].concat(),
    };
    // Elsewhere, so that a reader that is slow holds nothing else up.
    let write = move || {
        let mut stdout = stdout().lock();
        stdout.write_all(&text).and_then(|()| stdout.flush())
    };
    tokio::task::spawn_blocking(write).await.map_err(io::Error::other)?
}

fn block(delivery: &Delivery) -> Vec<u8> {
    let card = card::of_delivery(delivery, Paint::for_stream(&stdout()));
    format!("\n{card}").into_bytes()
}

fn line(mail: &Mail) -> io::Result<Vec<u8>> {
    let verified = mail.verified();
    let line = Line {
        received_at: verified.received_at().to_string(),
        job_id: mail.job_id(),
        status: mail.status(),
        signed: verified.is_signed(),
        key_id: verified.key_id(),
        body: on_one_line(verified.body()),
    };
    let mut line = serde_json::to_vec(&line)?;
    line.push(b'\n');
    Ok(line)
}

/// The JSON as it came, with blanks for its line ends: these are nowhere but
/// between tokens.
fn on_one_line(body: &[u8]) -> Option<Box<RawValue>> {
    let text = std::str::from_utf8(body).ok()?;
    RawValue::from_string(text.replace(['\n', '\r'], " ")).ok()
}
