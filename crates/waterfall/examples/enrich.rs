//! Finds one person in the sandbox: `cargo run -p waterfall --example enrich`.

use waterfall::{Client, ContactQuery, Error};
use waterfall_sandbox::Sandbox;

// The paused clock skips waiting times. An application needs only `#[tokio::main]`.
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Error> {
    // An application uses `Client::from_env()?`, which reads `WATERFALL_API_KEY`.
    let sandbox = Sandbox::new();
    let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;

    let found = client.enrich(ContactQuery::linkedin("jane-doe-abc123")).await?;
    match found.person() {
        Some(person) => println!(
            "{}, {}",
            person.title.as_deref().unwrap_or("no title"),
            person.professional_email.as_deref().unwrap_or("no e-mail address"),
        ),
        None => println!("nobody found, nothing billed"),
    }
    println!("{} reads, {:?}", found.reads(), found.elapsed());
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs() {
        super::main().unwrap();
    }
}
