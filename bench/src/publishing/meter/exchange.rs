//! Just enough of HTTP/1.1 for the requests of the AWS SDK: a head, and a body with its length.

use reqwest::header::{
    CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING,
};
use std::io::{Error, Result};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// A request, whole.
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Without those that are of one connection only.
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// A connection of a client.
pub struct Exchange(BufReader<TcpStream>);

impl Exchange {
    pub fn new(stream: TcpStream) -> Self {
        Self(BufReader::new(stream))
    }

    /// The next request; `None` when the client has gone.
    pub async fn read(&mut self) -> Result<Option<Request>> {
        let line = self.line().await?;
        let mut words = line.split(' ').map(str::to_owned);
        let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(None) };
        let mut headers = HeaderMap::new();
        loop {
            let line = self.line().await?;
            let Some((name, value)) = line.split_once(':') else { break };
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(Error::other)?;
            headers.append(name, HeaderValue::from_str(value.trim()).map_err(Error::other)?);
        }
        if headers.contains_key(TRANSFER_ENCODING) {
            return Err(Error::other("a request without a length"));
        }
        if headers.remove(EXPECT).is_some() {
            self.0.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        let length = headers.remove(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await?;
        headers.remove(HOST);
        headers.remove(CONNECTION);
        Ok(Some(Request { method, target, headers, body }))
    }

    async fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.0.read_line(&mut line).await?;
        Ok(line.trim_end().to_owned())
    }

    /// Answers the request that was read.
    pub async fn write(&mut self, status: u16, headers: &HeaderMap, body: &[u8]) -> Result<()> {
        let mut answer = format!("HTTP/1.1 {status} Passed on\r\ncontent-length: {}\r\n", body.len()).into_bytes();
        for (name, value) in headers {
            if ![CONTENT_LENGTH, CONNECTION, TRANSFER_ENCODING].contains(name) {
                answer.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
            }
        }
        answer.extend(b"\r\n");
        answer.extend(body);
        self.0.write_all(&answer).await
    }
}
