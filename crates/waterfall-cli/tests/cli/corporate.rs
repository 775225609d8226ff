//! A corporate network on this machine: a private certificate authority, TLS in front of a
//! sandbox, and a tunneling proxy.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio::io::copy_bidirectional;
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// A certificate authority that no system trusts.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// Writes its certificate into a directory.
    pub(crate) fn file(&self, directory: &Path) -> PathBuf {
        let path = directory.join("ca.pem");
        std::fs::write(&path, self.pem()).unwrap();
        path
    }

    /// TLS for these names, in front of a plain server.
    pub(crate) fn serve(&self, names: &[&str], year: i32, plain: SocketAddr) -> Secure {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        Secure::start(TlsAcceptor::from(Arc::new(config)), plain)
    }
}

/// A server with TLS, which runs until this is dropped.
pub(crate) struct Secure {
    pub(crate) addr: SocketAddr,
    connections: Arc<Mutex<usize>>,
    _runtime: Runtime,
}

impl Secure {
    fn start(acceptor: TlsAcceptor, plain: SocketAddr) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let listener = runtime.block_on(listener).unwrap();
        let addr = listener.local_addr().unwrap();
        let connections = Arc::new(Mutex::new(0));
        let count = connections.clone();
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *count.lock().unwrap() += 1;
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let Ok(mut secure) = acceptor.accept(stream).await else { return };
                    let Ok(mut plain) = tokio::net::TcpStream::connect(plain).await else { return };
                    let _ = copy_bidirectional(&mut secure, &mut plain).await;
                });
            }
        });
        Self { addr, connections, _runtime: runtime }
    }

    pub(crate) fn url(&self) -> String {
        format!("https://{}", self.addr)
    }

    /// Returns the number of connections, including failed ones.
    pub(crate) fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

/// A proxy that accepts only CONNECT, and records the targets.
pub(crate) struct Proxy {
    pub(crate) addr: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

/// The proxy's treatment of a request for a tunnel.
#[derive(Clone, Copy)]
pub(crate) enum Rule {
    Open,
    /// Accepts only this `Proxy-Authorization`.
    Password(&'static str),
    Refuse,
}

impl Proxy {
    pub(crate) fn start(rule: Rule) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let addr = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let log = log.clone();
                // A connection that the client has closed is not an error of the proxy.
                thread::spawn(move || drop(tunnel(stream, rule, &log)));
            }
        });
        Self { addr, asked }
    }

    /// Returns the requested targets.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn tunnel(mut client: TcpStream, rule: Rule, log: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let head = head(&client)?;
    let target = head[0].split(' ').nth(1).unwrap_or_default().to_owned();
    log.lock().unwrap().push(target.clone());
    let refusal = match rule {
        Rule::Open => None,
        Rule::Password(wanted) => {
            let header = format!("proxy-authorization: {wanted}");
            let given = head.iter().any(|line| line.eq_ignore_ascii_case(&header));
            (!given).then_some("407 Proxy Authentication Required")
        }
        Rule::Refuse => Some("403 Forbidden"),
    };
    if let Some(refusal) = refusal {
        return write!(client, "HTTP/1.1 {refusal}\r\ncontent-length: 0\r\n\r\n");
    }
    let mut server = TcpStream::connect(target)?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    let (mut from, mut to) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || std::io::copy(&mut from, &mut to));
    std::io::copy(&mut server, &mut client)?;
    Ok(())
}

/// Returns the lines of a request without a body.
fn head(stream: &TcpStream) -> std::io::Result<Vec<String>> {
    let mut lines = Vec::new();
    // Reads byte by byte: what follows belongs to the tunnel.
    let mut reader = BufReader::with_capacity(1, stream);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line == "\r\n" {
            return Ok(lines);
        }
        lines.push(line.trim_end().to_owned());
    }
}
