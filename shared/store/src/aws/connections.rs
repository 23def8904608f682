//! How many connections a cold call opens, seen from the other end: an endpoint that speaks TLS, since that is what a connection costs.

use super::{Aws, Variable};
use crate::{AccessTokens, Publications, Reports, Waits, publications::Queue, table::Key};
use domain::publication::PublicationId;
use std::{
    collections::BTreeMap,
    process::Command,
    sync::{Arc, Mutex},
    time::Instant,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

/// A certificate of `localhost` with its key, for this test and nothing else.
const LOCALHOST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/aws/localhost.pem");

/// The connections that were opened, by service.
type Opened = Arc<Mutex<BTreeMap<&'static str, usize>>>;

#[tokio::test]
async fn the_aggregates_of_a_function_share_one_connection_for_each_service() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let opened = Opened::default();
    tokio::spawn(serve(listener, opened.clone()));
    // A process of its own: the SDK reads which certificates it trusts from the environment.
    let call = tokio::task::spawn_blocking(move || cold_call(&endpoint)).await.unwrap();
    assert!(
        call.status.success(),
        "{}{}",
        String::from_utf8_lossy(&call.stdout),
        String::from_utf8_lossy(&call.stderr)
    );
    let opened = opened.lock().unwrap().clone();
    assert_eq!(opened, BTreeMap::from([("DynamoDB", 1), ("S3", 1), ("SQS", 1)]));
}

fn cold_call(endpoint: &str) -> std::process::Output {
    let variables = [Variable::CatalogTable, Variable::AccessTable, Variable::Bucket, Variable::PublishQueue];
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "aws::connections::what_a_cold_publish_call_connects_to", "--ignored", "--nocapture"])
        .envs(variables.map(|variable| (variable.name(), "imprint")))
        .envs([("AWS_ENDPOINT_URL", endpoint), ("SSL_CERT_FILE", LOCALHOST), ("AWS_REGION", "eu-central-1")])
        .envs([("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")])
        .output()
        .unwrap()
}

/// The aggregates of `informer-publish-report`, each with one request, as its first call makes them.
#[tokio::test]
#[ignore = "the test above runs it, in a process of its own"]
async fn what_a_cold_publish_call_connects_to() {
    let begun = Instant::now();
    let aws = Aws::connect().await;
    let (tokens, reports) = (AccessTokens::new(&aws).unwrap(), Reports::new(&aws).unwrap());
    let (publications, waits) = (Publications::new(&aws).unwrap(), Waits::new(&aws).unwrap());
    let queue = Queue::publish(&aws).unwrap();
    let report = uuid::Uuid::nil();
    assert!(tokens.by_id("none").await.unwrap().is_none());
    assert!(reports.open(report).await.unwrap().is_none());
    assert!(publications.records().read(PublicationId { report, sequence: 1 }).await.unwrap().is_none());
    waits.remove(&Key::new("WAITS#none", "WAITS"), vec!["none".into()]).await.unwrap();
    assert!(reports.objects.get("none", None).await.unwrap().is_none());
    assert!(publications.objects.get("none", None).await.unwrap().is_none());
    queue.send("{}", None).await.unwrap();
    println!("cold call: {} ms", begun.elapsed().as_millis());
}

async fn serve(listener: TcpListener, opened: Opened) {
    let certificate = CertificateDer::from_pem_file(LOCALHOST).unwrap();
    let key = PrivateKeyDer::from_pem_file(LOCALHOST).unwrap();
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, opened) = (acceptor.clone(), opened.clone());
        tokio::spawn(async move { answer_all(acceptor, stream, opened).await.unwrap_or_default() });
    }
}

/// Answers one request after the other that there is nothing, and counts the connection by the service of the first one.
async fn answer_all(acceptor: TlsAcceptor, stream: TcpStream, opened: Opened) -> Option<()> {
    let mut stream = BufReader::new(acceptor.accept(stream).await.ok()?);
    let mut known = false;
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).await.ok()? == 0 {
                return None;
            }
        }
        let head = head.to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
        stream.read_exact(&mut vec![0; length.parse().ok()?]).await.ok()?;
        let (service, status, body) = match head.lines().find_map(|line| line.strip_prefix("x-amz-target: ")) {
            Some(target) if target.starts_with("dynamodb") => ("DynamoDB", "200 OK", "{}"),
            Some(_) => ("SQS", "200 OK", r#"{"MessageId":"1"}"#),
            None => ("S3", "404 Not Found", "<Error><Code>NoSuchKey</Code></Error>"),
        };
        if !std::mem::replace(&mut known, true) {
            *opened.lock().ok()?.entry(service).or_default() += 1;
        }
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        stream.write_all(answer.as_bytes()).await.ok()?;
        stream.flush().await.ok()?;
    }
}
