//! Logs of deliveries contain reasons, but no personal data.

use std::convert::Infallible;

use waterfall::webhook::{Delivery, Receiver};

use super::captured::Captured;
use super::endpoint::{Behavior, Endpoint};
use super::support::*;

async fn refuse(_: Delivery) -> Result<(), &'static str> {
    Err("no disk for Secret")
}

#[tokio::test(start_paused = true)]
async fn logs_of_deliveries_contain_no_personal_data() {
    let (captured, _guard) = Captured::listen();
    let forged = waterfall::webhook::testing::Signer::new("key-2");
    let unreadable = BODY.replace(r#""SUCCEEDED""#, "7");
    let receiver = Receiver::new(verifier(), |_| async { Ok::<_, Infallible>(()) });
    for body in [BODY, &unreadable, "Secret"] {
        receiver.receive(&signer().headers(body), body.to_owned()).await;
        receiver.receive(&forged.headers(body), body.to_owned()).await;
        receiver.receive(&signer().headers("Jane"), body.to_owned()).await;
    }
    let failing = Receiver::new(verifier(), refuse);
    failing.receive(&signer().headers(BODY), BODY).await;

    for behavior in [Behavior::Down, Behavior::Body(200, "Jane Doe-Secret".to_owned())] {
        let endpoint = Endpoint::with(&[]);
        endpoint.set(behavior);
        let receiver = Receiver::new(endpoint.verifier(), refuse);
        receiver.receive(&signer().headers(BODY), BODY).await;
    }

    let text = captured.text();
    for part in ["could not be decoded", "handler of a webhook delivery failed", "not fetched"] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    for secret in ["Jane", "Doe", "Secret", &good_token()[..20], "eyJ"] {
        let line = text.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} is logged");
    }
}
