//! Ends the embedded sandbox with its command.

use std::time::Duration;

use tokio::time::timeout;
use waterfall::ErrorKind;
use waterfall_sandbox::{DeliveryOutcome, Sandbox};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::output;

/// The maximum wait. A delivery with several attempts takes seconds.
const MAX_WAIT: Duration = Duration::from_secs(15);

/// Waits for the webhook delivery of a completed job, and reports a failed one.
pub(crate) async fn finish_deliveries(
    sandbox: &Sandbox,
    outcome: &Result<Exit, Failure>,
    json: bool,
) {
    if !is_done(outcome) {
        return;
    }
    let Ok(mut interrupts) = Interrupts::listen() else { return };
    tokio::select! {
        _ = timeout(MAX_WAIT, sandbox.delivered()) => {}
        () = interrupts.next() => {}
    }
    let last = sandbox.deliveries().pop().map(|attempt| attempt.outcome);
    if let Some(reason) = last.as_ref().and_then(failure).filter(|_| !json) {
        output::stderr(&format!("note: the result was not delivered: {reason}"));
    }
}

fn is_done(outcome: &Result<Exit, Failure>) -> bool {
    match outcome {
        Ok(_) => true,
        Err(Failure::Client(error)) => error.kind() == ErrorKind::JobFailed,
        Err(_) => false,
    }
}

fn failure(outcome: &DeliveryOutcome) -> Option<String> {
    match outcome {
        DeliveryOutcome::Answered(200..=299) => None,
        DeliveryOutcome::Answered(status) => Some(format!("the response was {status}")),
        DeliveryOutcome::NoAnswer(reason) | DeliveryOutcome::NotSent(reason) => {
            Some(reason.clone())
        }
        DeliveryOutcome::TimedOut => Some("no response was received".to_owned()),
        _ => Some("it timed out".to_owned()),
    }
}
