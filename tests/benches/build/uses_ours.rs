use std::error::Error;
use std::sync::Arc;

use waterfall_api::types::ContactEnrichmentLaunch;
use waterfall_api::{Response, BoxFuture, Client, Request, Transport, TransportError};

/// A minimal transport.
#[derive(Debug)]
struct Network(reqwest::Client);

impl Transport for Network {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let sent = self.0.execute(request.http).await;
            let response = sent.map_err(TransportError::maybe_sent)?;
            let partial = Response::new(response.status(), response.url().clone())
                .with_headers(response.headers().clone());
            match response.bytes().await {
                Ok(body) => Ok(partial.with_body(body)),
                Err(error) => Err(TransportError::response_incomplete(partial, error)),
            }
        })
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let http = reqwest::Client::new();
    let client = Client::new("http://127.0.0.1:9", http.clone(), Arc::new(Network(http)));
    let mut launch = ContactEnrichmentLaunch::default();
    launch.linkedin = "jane-doe-abc123".parse::<waterfall_api::types::LinkedinString>()?.into();
    let job = client.launch_contact_enrichment(&launch).await?;
    let id = job.into_inner().job_id.into_option().ok_or("a launch without an id")?;
    let job = client.find_contact_enrichment(&id).await?.into_inner();
    println!("{:?} {:?}", job.status, job.output.into_option().map(|output| output.person));
    println!("{:?}", client.get_webhook_keys().await?.into_inner());
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run())
}
