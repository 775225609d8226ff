//! `waterfall reveal`: finds the company behind an IP address.

use std::future::IntoFuture;

use waterfall::RevealQuery;

use crate::args::reveal::Reveal;
use crate::card;
use crate::commands::operation::{Operation, With};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

pub(super) async fn run(args: &Reveal, session: &Session) -> Result<Exit, Failure> {
    let mut operation = Operation::start(session, "reveal")?;
    let client = operation.client.clone();
    if let Some(id) = args.job_id {
        let request = client.reveal_company_result(id);
        return operation.run(request, card::of_revealed, |done| done.company().is_some()).await;
    }
    let query = RevealQuery::new(args.ip.as_deref().unwrap_or_default())
        .with(args.webhook_url.clone(), RevealQuery::webhook_url)
        .with(args.operation.custom_fields.clone(), RevealQuery::custom_fields);
    let request = args.operation.apply(client.reveal_company(query)).into_future();
    operation.run(request, card::of_revealed, |done| done.company().is_some()).await
}
