//! Finds people without asynchronous code: `cargo run -p waterfall --features blocking --example blocking`.

use std::time::Duration;

use waterfall::{Client, ContactQuery, Error, PollPolicy};
use waterfall_sandbox::{JobTime, Sandbox};

fn main() -> Result<(), Error> {
    // An application uses `waterfall::blocking::Client::from_env()?`, which reads
    // `WATERFALL_API_KEY`, and keeps the default policy: real jobs take seconds.
    let sandbox = Sandbox::builder().job_time(JobTime::Fixed(Duration::from_millis(20))).build();
    let client = Client::builder()
        .api_key("test")
        .transport(sandbox.transport())
        .poll_policy(PollPolicy::fixed(Duration::from_millis(25)))
        .build_blocking()?;

    let found = client.enrich(ContactQuery::linkedin("jane-doe-abc123"))?;
    println!("{:?}", found.person().and_then(|person| person.title.as_deref()));

    let people = ["jane.doe@acme.com", "john.roe@example.com", "nobody@acme.com"];
    let mut results = 0;
    for done in client.enrich_each(people.map(ContactQuery::email)) {
        results += 1;
        match done.result {
            Ok(found) => println!("{}: found {}", people[done.index], found.person().is_some()),
            Err(error) => println!("{}: {error}", people[done.index]),
        }
    }
    assert_eq!((results, sandbox.launches().len()), (3, 4));
    println!("${} spent", client.spent().total());
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs() {
        super::main().unwrap();
    }
}
