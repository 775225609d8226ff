//! Prints deliveries to stdout.

use std::io::{self, Write, stdout};

use serde::Serialize;
use serde_json::value::RawValue;
use waterfall::JobId;
use waterfall::webhook::Delivery;

use crate::card;
use crate::commands::listen::delivery::ReceivedDelivery;
use crate::style::Styles;

/// A delivery as JSON. The keys are stable and always present.
#[derive(Debug, Serialize)]
struct Line<'a> {
    received_at: String,
    job_id: Option<JobId>,
    status: Option<&'a str>,
    signed: bool,
    key_id: Option<&'a str>,
    body: Option<Box<RawValue>>,
}

/// Prints a delivery. Returns when it is written. A closed pipe is an error, because the delivery
/// would be lost.
pub(super) async fn delivery(delivery: &ReceivedDelivery, json: bool) -> io::Result<()> {
    let text = match (json, delivery) {
        (true, _) => line(delivery)?,
        (false, ReceivedDelivery::Decoded(delivery)) => block(delivery),
        (false, ReceivedDelivery::Raw(verified)) => [&verified.body()[..], b"\n"].concat(),
    };
    // Runs in a blocking task: a slow reader must not block other deliveries.
    let write = move || {
        let mut stdout = stdout().lock();
        stdout.write_all(&text).and_then(|()| stdout.flush())
    };
    tokio::task::spawn_blocking(write).await.map_err(io::Error::other)?
}

fn block(delivery: &Delivery) -> Vec<u8> {
    let card = card::of_delivery(delivery, Styles::for_stream(&stdout()));
    format!("\n{card}").into_bytes()
}

fn line(delivery: &ReceivedDelivery) -> io::Result<Vec<u8>> {
    let verified = delivery.verified();
    let line = Line {
        received_at: verified.received_at().to_string(),
        job_id: delivery.job_id(),
        status: delivery.status(),
        signed: verified.is_signed(),
        key_id: verified.key_id(),
        body: on_one_line(verified.body()),
    };
    let mut line = serde_json::to_vec(&line)?;
    line.push(b'\n');
    Ok(line)
}

/// Writes the JSON as it was received, with spaces for its line ends: these occur only between
/// tokens.
fn on_one_line(body: &[u8]) -> Option<Box<RawValue>> {
    let text = std::str::from_utf8(body).ok()?;
    RawValue::from_string(text.replace(['\n', '\r'], " ")).ok()
}
