//! `waterfall verify`: verifies an e-mail address.

use std::future::IntoFuture;

use waterfall::EmailQuery;
use waterfall::api::types::EmailStatus;

use crate::args::verify::Verify;
use crate::card;
use crate::command_name::VERIFY;
use crate::commands::operation::{Operation, With};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;

pub(super) async fn run(args: &Verify, session: &Session) -> Result<Exit, Failure> {
    let query = EmailQuery::new(&args.address)
        .with(args.operation.custom_fields.clone(), EmailQuery::custom_fields);
    let mut operation = Operation::start(session, VERIFY)?;
    let request = args.operation.apply(operation.client.verify_email(query));
    let is_valid = |status: Option<&EmailStatus>| status == Some(&EmailStatus::Valid);
    let request = request.into_future();
    operation.run(request, card::of_verified, |done| is_valid(done.email_status())).await
}
