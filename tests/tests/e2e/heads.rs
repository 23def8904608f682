//! HEAD, which stands beside every GET: the same status and headers, no body, and nothing changes by it.

use crate::refusals::operations;
use imprint_tests::{
    api::{Answer, Api, read},
    samples,
};

/// What says the same of the same answer, whatever time it is.
const STABLE: [&str; 6] =
    ["content-type", "cache-control", "content-security-policy", "www-authenticate", "content-disposition", "allow"];

async fn asked(api: &Api, method: &str, path: &str) -> Answer {
    read(api.request(method, path)).await
}

#[tokio::test]
async fn head_is_answered_as_get_is_without_the_body() {
    let admin = Api::admin();
    let report = samples::report(&admin, "head").await;
    admin.publish_and_wait(&report).await;
    let mut seen = 0;
    for operation in operations().into_iter().filter(|operation| operation.method == "GET") {
        for path in [operation.path.clone(), operation.clone().about(&report).path] {
            for api in [&Api::anonymous(), &admin] {
                let (get, head) = (asked(api, "GET", &path).await, asked(api, "HEAD", &path).await);
                assert_eq!(head.status, get.status, "{}: {path}", operation.id);
                assert!(head.body.is_empty(), "{}", operation.id);
                for name in STABLE {
                    assert_eq!(head.header(name), get.header(name), "{}: {name}", operation.id);
                }
                assert_eq!(head.headers.contains_key("etag"), get.headers.contains_key("etag"), "{}", operation.id);
                seen += usize::from(get.status == 200);
            }
        }
    }
    assert!(seen >= 20, "{seen} answers were more than refusals");
}

#[tokio::test]
async fn head_counts_no_view() {
    let admin = Api::admin();
    let report = samples::report(&admin, "looked at by programs").await;
    let link = admin.publish_and_wait(&report).await;
    let (url, id) = (link["url"].as_str().unwrap(), link["id"].as_str().unwrap());
    for method in ["HEAD", "GET", "HEAD"] {
        asked(&Api::anonymous(), method, url).await.expect(200);
    }
    assert_eq!(admin.get(&format!("/api/tokens/{id}")).await.expect(200).json()["views"], 1);
}
