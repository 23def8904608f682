//! A meter between functions and AWS: each function has a port of it, at which every request is counted and sent on.
//!
//! [`exchange`] reads and writes HTTP/1.1, [`units`] reckons the units of DynamoDB.

use crate::Outcome;
use exchange::{Exchange, Request};
use reqwest::{Client, Method, header::HeaderMap, redirect::Policy};
use std::{
    collections::BTreeMap,
    io::{Error, Result},
    mem,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use units::Units;

mod exchange;
mod units;

/// What was asked for: the function, the service and the operation.
pub type Kind = (&'static str, &'static str, String);

/// How often, and how much.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    pub requests: u64,
    /// Of DynamoDB.
    pub units: Units,
    /// Of objects that were stored.
    pub stored: u64,
}

/// All that was counted.
pub type Tallies = BTreeMap<Kind, Tally>;

/// The meter. It ends when it is dropped.
pub struct Meter {
    tallies: Arc<Mutex<Tallies>>,
    ports: Vec<JoinHandle<()>>,
}

/// A port of the meter.
#[derive(Clone)]
struct Port {
    function: &'static str,
    client: Client,
    aws: String,
    tallies: Arc<Mutex<Tallies>>,
}

impl Meter {
    /// A meter without ports.
    pub fn new() -> Self {
        Self { tallies: Arc::default(), ports: Vec::new() }
    }

    /// Opens a port for a function; answers its address.
    pub async fn port(&mut self, function: &'static str, aws: &str) -> Outcome<String> {
        let client = Client::builder().redirect(Policy::none()).no_gzip().no_proxy().build()?;
        let port = Port { function, client, aws: aws.to_owned(), tallies: self.tallies.clone() };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = format!("http://{}", listener.local_addr()?);
        self.ports.push(tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let port = port.clone();
                tokio::spawn(async move {
                    if let Err(error) = port.serve(stream).await {
                        eprintln!("the meter of {}: {error}", port.function);
                    }
                });
            }
        }));
        Ok(address)
    }

    /// What was counted since the last call.
    pub fn take(&self) -> Tallies {
        mem::take(&mut *self.tallies.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.ports.iter().for_each(JoinHandle::abort);
    }
}

impl Port {
    async fn serve(&self, stream: TcpStream) -> Result<()> {
        stream.set_nodelay(true)?;
        let mut exchange = Exchange::new(stream);
        while let Some(request) = exchange.read().await? {
            let (status, headers, body) = self.pass(request).await?;
            exchange.write(status, &headers, &body).await?;
        }
        Ok(())
    }

    /// Counts a request and sends it on.
    async fn pass(&self, mut request: Request) -> Result<(u16, HeaderMap, Vec<u8>)> {
        let (service, operation) = named(&request);
        let asked = (service == "DynamoDB").then(|| units::ask(&operation, &mut request.body)).transpose()?;
        let stored = if operation == "PutObject" { request.body.len() as u64 } else { 0 };
        let method = Method::from_bytes(request.method.as_bytes()).map_err(Error::other)?;
        let url = format!("{}{}", self.aws, request.target);
        let send = self.client.request(method, url).headers(request.headers).body(request.body);
        let answer = send.send().await.map_err(Error::other)?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await.map_err(Error::other)?.to_vec();
        let units = asked.map(|asked| units::units(&operation, &asked, status, &body)).unwrap_or_default();
        let mut tallies = self.tallies.lock().unwrap_or_else(PoisonError::into_inner);
        let tally = tallies.entry((self.function, service, operation)).or_default();
        tally.requests += 1;
        tally.units += units;
        tally.stored += stored;
        drop(tallies);
        Ok((status, headers, body))
    }
}

/// The service and the operation. DynamoDB and SQS name it in a header, of S3 it is seen from method and query.
fn named(request: &Request) -> (&'static str, String) {
    let target = request.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    if let Some((service, operation)) = target.and_then(|target| target.split_once('.')) {
        let service = if service.starts_with("DynamoDB") { "DynamoDB" } else { "SQS" };
        return (service, operation.to_owned());
    }
    let query = request.target.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let operation = match request.method.as_str() {
        "PUT" => "PutObject",
        "GET" if query.contains("list-type") => "ListObjectsV2",
        "GET" => "GetObject",
        "POST" if query.starts_with("delete") => "DeleteObjects",
        other => other,
    };
    ("S3", operation.to_owned())
}
