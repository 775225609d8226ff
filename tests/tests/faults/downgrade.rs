//! Tests redirects from https to http over real TLS. A second process trusts the certificate of
//! this process's server.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use waterfall::{Client, ContactQuery, Error, ErrorKind};

const URL: &str = "WATERFALL_TEST_URL";
const KEY: &str = "sesame-0123456789";
const CODES: [u16; 5] = [301, 302, 303, 307, 308];
const CERTIFICATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/loopback/certificate.pem");
const PRIVATE_KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/loopback/key.pem");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_redirect_downgrades_to_http() {
    if let Ok(url) = std::env::var(URL) {
        return be_redirected(&url).await;
    }
    let (plain, reached) = plain_server().await;
    let (secure, requests) = secure_server(plain).await;
    let test = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "downgrade::no_redirect_downgrades_to_http"])
        .env(URL, format!("https://{secure}"))
        .env("SSL_CERT_FILE", CERTIFICATE)
        .env_remove("SSL_CERT_DIR")
        .env("NO_PROXY", "127.0.0.1")
        .output();
    let output = tokio::task::block_in_place(|| test).unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    assert_eq!(requests.load(Ordering::Relaxed), 2 * CODES.len(), "with the key");
    assert_eq!(reached.load(Ordering::Relaxed), 0, "a request arrived by plain http");
}

/// The work of the second process.
async fn be_redirected(url: &str) {
    let client = Client::builder().api_key(KEY).base_url(url).build().unwrap();
    let job =
        client.job("7d44db58-5de3-4e92-a2fb-8325d12c2e8b".parse::<waterfall::JobId>().unwrap());
    for code in CODES {
        let launch = client.launch(ContactQuery::linkedin("jane-doe-abc123")).await.unwrap_err();
        assert!(launch.may_have_launched() && launch.launch_attempts() == Some(1), "{launch}");
        check(code, &launch);
        check(code, &job.fetch().await.unwrap_err());
    }
}

fn check(code: u16, error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Redirect, "{error}");
    assert_eq!(error.status().unwrap(), code);
    assert!(error.to_string().contains(" to http://127.0.0.1:"), "{error}");
}

/// Counts connections.
async fn plain_server() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let addr = listener.local_addr().unwrap();
    let reached = Arc::new(AtomicUsize::new(0));
    let count = reached.clone();
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            count.fetch_add(1, Ordering::Relaxed);
        }
    });
    (addr, reached)
}

/// Redirects requests with the key, two with each code.
async fn secure_server(to: SocketAddr) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let addr = listener.local_addr().unwrap();
    let requests = Arc::new(AtomicUsize::new(0));
    let count = requests.clone();
    let acceptor = TlsAcceptor::from(Arc::new(config()));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            redirect(&acceptor, stream, to, &count).await;
        }
    });
    (addr, requests)
}

fn config() -> ServerConfig {
    let certificate = CertificateDer::from_pem_file(CERTIFICATE).unwrap();
    let key = PrivateKeyDer::from_pem_file(PRIVATE_KEY).unwrap();
    ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap()
}

/// Answers one request and closes the connection.
async fn redirect(acceptor: &TlsAcceptor, stream: TcpStream, to: SocketAddr, count: &AtomicUsize) {
    let Ok(mut stream) = acceptor.accept(stream).await else { return };
    let mut request = Vec::new();
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read_buf(&mut request).await {
            Ok(1..) => {}
            _ => return,
        }
    }
    if String::from_utf8_lossy(&request).contains(KEY) {
        let code = CODES[count.fetch_add(1, Ordering::Relaxed) / 2 % CODES.len()];
        let answer = format!(
            "HTTP/1.1 {code} Elsewhere\r\nlocation: http://{to}/v1/enrichment/contact\r\n\
             content-length: 0\r\nconnection: close\r\n\r\n"
        );
        let _ = stream.write_all(answer.as_bytes()).await;
    }
    let _ = stream.shutdown().await;
    // Closing the connection with an unread body would abort the response.
    while matches!(stream.read_buf(&mut request).await, Ok(1..)) {}
}
