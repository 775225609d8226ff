//! A server that returns the same response to every request.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Returns the body: the finder's sample.
pub(crate) fn body() -> String {
    let examples = openapi_document::examples::collect(&waterfall_tests::description());
    let found = examples.into_iter().find(|example| example.name == "succeeded");
    found.expect("the finder's sample").value.to_string()
}

/// Starts the server, which runs until the process ends. Returns its URL.
pub(crate) fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let response = response(&body());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let response = response.clone();
            thread::spawn(move || serve(&stream, &response));
        }
    });
    base
}

fn response(body: &str) -> String {
    let head = [
        "HTTP/1.1 200 OK",
        "content-type: application/json",
        "date: Wed, 05 Feb 2025 12:00:30 GMT",
        "x-ratelimit-limit: 100000",
        "x-ratelimit-interval: 60",
        "x-ratelimit-remaining: 99999",
        &format!("content-length: {}", body.len()),
    ];
    format!("{}\r\n\r\n{body}", head.join("\r\n"))
}

/// Responds to all requests of a connection. Requests have no body.
fn serve(stream: &TcpStream, response: &str) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut requests = BufReader::new(stream);
    let mut line = String::new();
    while requests.read_line(&mut line)? > 0 {
        if line == "\r\n" {
            (&mut &*stream).write_all(response.as_bytes())?;
        }
        line.clear();
    }
    Ok(())
}
