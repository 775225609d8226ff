//! A server that sends exactly the bytes of a test over a real socket.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// What the server does with each request.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Sends this before any request, and closes the connection.
    Greet(Vec<u8>),
    /// Sends this and closes the connection.
    Say(Vec<u8>),
    /// Sends this and keeps the connection for the next request.
    Keep(Vec<u8>),
    /// Sends this and then nothing more.
    Hang(Vec<u8>),
    /// Sends the first part, and then repeats the second part endlessly.
    Flood(Vec<u8>, Vec<u8>),
}

/// The requests as received, head and body.
type Requests = Arc<Mutex<Vec<String>>>;

pub(crate) struct Server {
    pub(crate) addr: SocketAddr,
    requests: Requests,
}

impl Server {
    pub(crate) async fn start(act: Act) -> Self {
        Self::start_on("127.0.0.1", act).await
    }

    pub(crate) async fn start_on(host: &str, act: Act) -> Self {
        let listener = TcpListener::bind((host, 0)).await.unwrap();
        let addr = listener.local_addr().unwrap();
        let requests = Requests::default();
        let seen = requests.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, act.clone(), seen.clone()));
            }
        });
        Self { addr, requests }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// A port without a listener, reserved until this is dropped.
pub(crate) struct ClosedPort(TcpSocket);

impl ClosedPort {
    pub(crate) fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        Self(socket)
    }

    pub(crate) fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.0.local_addr().unwrap())
    }
}

pub(crate) fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n{body}").into_bytes()
}

async fn serve(mut stream: TcpStream, act: Act, requests: Requests) {
    if let Act::Greet(bytes) = &act {
        let _ = stream.write_all(bytes).await;
        return;
    }
    while let Some(request) = read_request(&mut stream).await {
        requests.lock().unwrap().push(request);
        match &act {
            Act::Greet(_) => return,
            Act::Say(bytes) => {
                let _ = stream.write_all(bytes).await;
                return;
            }
            Act::Keep(bytes) => {
                let _ = stream.write_all(bytes).await;
            }
            Act::Hang(bytes) => {
                let _ = stream.write_all(bytes).await;
                std::future::pending::<()>().await;
            }
            Act::Flood(head, body) => {
                let _ = stream.write_all(head).await;
                while stream.write_all(body).await.is_ok() {}
                return;
            }
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = |line: &str| line.strip_prefix("content-length: ")?.parse::<usize>().ok();
            if body.len() >= head.lines().find_map(length).unwrap_or(0) {
                return Some(text);
            }
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&chunk[..count]),
            _ => return None,
        }
    }
}
