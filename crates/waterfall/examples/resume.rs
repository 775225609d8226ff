//! Launches a job, and waits for it with another client: `cargo run -p waterfall --example resume`.
//!
//! The ID is sufficient to continue with a job. Any process whose key belongs to the same account
//! can wait for it.

use waterfall::{Client, ContactQuery, Error, JobId};
use waterfall_sandbox::Sandbox;

fn client(sandbox: &Sandbox) -> Result<Client, Error> {
    Client::builder().api_key("test").transport(sandbox.transport()).build()
}

// The paused clock skips waiting times. An application needs only `#[tokio::main]`.
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::new();
    let query = ContactQuery::full_name("Jane Doe", "acme.com");
    let stored: String = client(&sandbox)?.launch(query).await?.id().to_string();
    println!("launched {stored}");

    // This may be another process, hours later.
    let id: JobId = stored.parse()?;
    let done = client(&sandbox)?.job(id).wait().await?;
    println!("{}, person found: {}", done.state(), done.person().is_some());
    assert_eq!(sandbox.launches().len(), 1);
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs() {
        super::main().unwrap();
    }
}
