//! Tests an application's code against the sandbox, with a fault: `cargo test -p waterfall
//! --example test_with_sandbox`.

use waterfall::{Client, ContactQuery, Error};

/// The code under test: returns the work address of a person, if there is one.
async fn work_address(client: &Client, profile: &str) -> Result<Option<String>, Error> {
    let found = client.enrich(ContactQuery::linkedin(profile)).await?;
    Ok(found.person().and_then(|person| person.professional_email.as_deref().map(String::from)))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::from_env()?;
    println!("{:?}", work_address(&client, "jane-doe-abc123").await?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use waterfall_sandbox::{Endpoint, Fault, Sandbox};

    use super::*;

    // On the paused clock, pauses of minutes take no time.
    #[tokio::test(start_paused = true)]
    async fn a_rate_limit_is_waited_out() {
        let sandbox = Sandbox::new();
        sandbox.fault_next(Endpoint::Launch, Fault::RetryAfter("30".into()));
        let client =
            Client::builder().api_key("test").transport(sandbox.transport()).build().unwrap();
        let address = work_address(&client, "jane-doe-abc123").await.unwrap();
        assert!(address.is_some());
        assert_eq!(sandbox.launches().len(), 1);
    }
}
