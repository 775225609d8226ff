//! The end of the embedded sandbox, which ends with its command.

use std::time::Duration;

use tokio::time::timeout;
use waterfall::ErrorKind;
use waterfall_sandbox::{DeliveryOutcome, Sandbox};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::output;

/// A delivery that has to be tried several times takes seconds.
const LONGEST: Duration = Duration::from_secs(15);

/// A job that is over may have been asked to be delivered: that is done first. What
/// could not be delivered is told.
pub(super) async fn let_deliver(twin: &Sandbox, outcome: &Result<Exit, Failure>, json: bool) {
    if !is_over(outcome) {
        return;
    }
    let Ok(mut interrupts) = Interrupts::listen() else { return };
    tokio::select! {
        _ = timeout(LONGEST, twin.delivered()) => {}
        () = interrupts.next() => {}
    }
    let last = twin.deliveries().pop().map(|attempt| attempt.outcome);
    if let Some(why) = last.as_ref().and_then(failure).filter(|_| !json) {
        output::stderr(&format!("note: the result was not delivered: {why}"));
    }
}

fn is_over(outcome: &Result<Exit, Failure>) -> bool {
    match outcome {
        Ok(_) => true,
        Err(Failure::Client(error)) => error.kind() == ErrorKind::JobFailed,
        Err(_) => false,
    }
}

fn failure(outcome: &DeliveryOutcome) -> Option<String> {
    match outcome {
        DeliveryOutcome::Answered(200..=299) => None,
        DeliveryOutcome::Answered(status) => Some(format!("the answer was {status}")),
        DeliveryOutcome::NoAnswer(why) | DeliveryOutcome::NotSent(why) => Some(why.clone()),
        DeliveryOutcome::TimedOut => Some("no answer came".to_owned()),
        _ => Some("not in time".to_owned()),
    }
}
