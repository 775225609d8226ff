use by_hand::{Client, ContactEnrichmentLaunch};

async fn run() -> Result<(), by_hand::Error> {
    let client = Client::new("http://127.0.0.1:9", "key");
    let launch = ContactEnrichmentLaunch {
        linkedin: Some("jane-doe-abc123".to_owned()),
        ..ContactEnrichmentLaunch::default()
    };
    let job = client.launch_contact_enrichment(&launch).await?;
    let job = client.find_contact_enrichment(&job.job_id).await?;
    println!("{:?} {:?}", job.status, job.output.and_then(|output| output.person));
    println!("{:?}", client.get_webhook_keys().await?);
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(run())?)
}
