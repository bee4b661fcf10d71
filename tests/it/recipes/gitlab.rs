//! GitLab's API as far as the recipe asks it, on this machine.

use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// What a GitLab was asked and given, in order: method, path, body.
pub(super) type Asked = Arc<Mutex<Vec<(String, String, String)>>>;

/// A GitLab with one artifact and one merge request's notes, for as long as the test runs.
pub(super) fn gitlab(archive: PathBuf, notes: Arc<Mutex<Value>>) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Asked::default();
    let log = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (method, path, body, stream) = request(stream);
            let answer = match (method.as_str(), path.split('?').next().unwrap()) {
                ("GET", path) if path.ends_with("/notes") => Some(notes.lock().unwrap().to_string().into_bytes()),
                ("GET", path) if path.ends_with("/artifacts/main/download") => fs::read(&archive).ok(),
                _ => Some(b"{}".to_vec()),
            };
            log.lock().unwrap().push((method, path, body));
            answer_with(stream, answer);
        }
    });
    (address, asked)
}

fn request(stream: TcpStream) -> (String, String, String, TcpStream) {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let mut words = line.split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        if header.trim().is_empty() {
            break;
        }
        if let Some(value) = header.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (method, path, String::from_utf8(body).unwrap(), reader.into_inner())
}

fn answer_with(mut stream: TcpStream, body: Option<Vec<u8>>) {
    let status = if body.is_some() { "200 OK" } else { "404 Not Found" };
    let body = body.unwrap_or_default();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).unwrap();
}
