//! Enriches many contacts under one rate limit: `cargo run -p waterfall --example batch`.
//!
//! Each input has a key of the caller, here a row number, which is returned with its result.
//! Results are returned in the order in which jobs finish.

use waterfall::{Client, ContactQuery, Error};
use waterfall_sandbox::Sandbox;

// The paused clock skips waiting times. An application needs only `#[tokio::main]`.
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Error> {
    let sandbox = Sandbox::new();
    let client = Client::builder().api_key("test").transport(sandbox.transport()).build()?;

    let rows = (1..=60).map(|row| (row, ContactQuery::email(format!("person{row}@acme.com"))));
    let mut batch = client.enrich_each(rows).on_launched(|index, job| {
        // Store the ID here: after a crash, `wait_all` continues with it.
        println!("input {index}: job {}", job.id());
    });
    let (mut found, mut nobody, mut failed) = (0, 0, 0);
    while let Some(done) = batch.next().await {
        match &done.result {
            Ok(snapshot) if snapshot.person().is_some() => found += 1,
            Ok(_) => nobody += 1,
            Err(error) => {
                failed += 1;
                eprintln!("row {}: {error}", done.key);
            }
        }
    }
    println!("{found} found, {nobody} not found, {failed} failed");
    assert_eq!((found + nobody + failed, sandbox.launches().len()), (60, 60));
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs() {
        super::main().unwrap();
    }
}
