//! `waterfall account`: reports the usage and the balance of the account.

use std::future::IntoFuture;
use std::io::stdout;

use crate::args::account::Account;
use crate::commands::operation::{Operation, With};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::{Session, as_line};
use crate::style::Styles;
use crate::{card, deviations, output};

pub(super) async fn run(args: &Account, session: &Session) -> Result<Exit, Failure> {
    let mut operation = Operation::start(session, "account")?;
    let request = operation.client.account();
    let request = request.with(args.month.clone(), |request, month| request.month(month));
    let report = operation.finish(request.into_future(), |_| None).await?;
    let text = if session.json {
        as_line(report.raw())
    } else {
        card::of_account(&report, Styles::for_stream(&stdout())).into_bytes()
    };
    output::stdout(&text).map_err(|error| Failure::NotWritten { error, job_id: None })?;
    deviations::report(None, report.deviations(), "--json", session.json);
    Ok(Exit::Found)
}
