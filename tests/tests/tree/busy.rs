//! Who is always overtaken is told to come back, and has changed nothing.

use imprint_tests::{
    api::{Api, read},
    tree::client::Client,
};
use std::time::{Duration, Instant};

/// Longer than a request has, and shorter than that and a second one together.
const HELD: Duration = Duration::from_secs(16);

#[tokio::test]
#[ignore = "needs a stack whose transactions hold their items for 16 seconds: EMU_TX_MILLIS=16000, as in make test"]
async fn a_request_that_gives_up_answers_503_within_its_time_and_has_changed_nothing() {
    let client = Client::open(&Api::admin()).await;
    let create = |path: &str| read(client.api.request("POST", &client.url(&format!("folders/{path}"))));
    create("a").await.expect(200);
    let begun = Instant::now();
    // The first transaction still holds the folder.
    let refused = create("a/b").await.expect(503);
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert_eq!(refused.header("retry-after"), "1");
    assert!(refused.json()["reason"].as_str().unwrap().contains("Nothing was changed"), "{}", refused.text());
    assert_eq!(client.list().await.folders().len(), 1, "only the first folder is there");
    tokio::time::sleep(HELD.saturating_sub(begun.elapsed())).await;
    create("a/b").await.expect(200);
}
