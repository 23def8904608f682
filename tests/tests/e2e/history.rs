//! What a report was and who published it: versions, publications, past bundles.

use imprint_tests::{api::Api, aws::Aws, samples};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::io::{Cursor, Read};

fn embedded(list: &Value, name: &str) -> Vec<Value> {
    list["_embedded"][name].as_array().unwrap().clone()
}

async fn change(api: &Api, report: &str, words: &str) {
    let definition = samples::body("x", words)["definition"].clone();
    let change = json!({"definition": definition, "note": format!("Said: {words}")});
    api.put(&format!("/api/reports/{report}"), &change).await.expect(200);
}

#[tokio::test]
async fn every_version_can_be_read_as_it_was() {
    let admin = Api::admin();
    let report = samples::report(&admin, "one").await;
    for words in ["two", "three"] {
        change(&admin, &report, words).await;
    }
    let list = admin.get(&format!("/api/reports/{report}/versions")).await.expect(200).json();
    let versions = embedded(&list, "inf:version");
    let of = |field: &str| versions.iter().map(|version| version[field].clone()).collect::<Vec<_>>();
    assert_eq!((list["total"].as_u64(), of("version")), (Some(3), vec![json!(3), json!(2), json!(1)]));
    assert_eq!(of("note"), ["Said: three", "Said: two", "first"]);
    assert!(
        versions.iter().all(|version| version["actor"]["name"] == "operator" || version["actor"]["name"] == "admin")
    );
    for (version, words) in [(1, "one"), (2, "two"), (3, "three")] {
        let read = admin.get(&format!("/api/reports/{report}/versions/{version}")).await.expect(200).json();
        assert_eq!(read["definition"]["blocks"][1]["markdown"], words);
        assert_eq!(read["_links"]["self"]["href"], versions[3 - version]["_links"]["self"]["href"]);
    }
    for nothing in ["0", "4", "x", "-1", "99999999999999999999"] {
        admin.get(&format!("/api/reports/{report}/versions/{nothing}")).await.expect(404);
    }
    let elsewhere = Api::with_role("viewer", &["somewhere-else"]).await;
    elsewhere.get(&format!("/api/reports/{report}/versions/1")).await.expect(404);
}

#[tokio::test]
async fn the_history_tells_who_published_which_version_when_and_where_it_stands() {
    let admin = Api::admin();
    let report = samples::report(&admin, "one").await;
    admin.publish_and_wait(&report).await;
    change(&admin, &report, "two").await;
    let body = json!({"name": "test", "role": "publisher", "user": "grace", "email": "grace@example.com"});
    let made = admin.post("/api/v1/personal-access-tokens", &body).await.expect(201).json();
    let grace = Api::with(made["token"].as_str().map(str::to_owned));
    grace.publish_and_wait(&report).await;
    let read = async || {
        let list = admin.get(&format!("/api/reports/{report}/publications")).await.expect(200).json();
        embedded(&list, "inf:publication")
    };
    let history = read().await;
    let of = |history: &[Value], field: &str| history.iter().map(|one| one[field].clone()).collect::<Vec<_>>();
    assert_eq!(of(&history, "version"), [2, 1], "newest first");
    assert_eq!(of(&history, "state"), ["Published", "NotPublished"]);
    assert_eq!(of(&history, "note"), ["Said: two", "first"]);
    assert_eq!(history[0]["actor"], json!({"name": "grace", "email": "grace@example.com"}));
    assert!(history.iter().all(|one| one["status"] == "Done" && one["finishedAt"].is_string()));
    admin.unpublish(&report).await.expect(204);
    assert_eq!(of(&read().await, "state"), ["NotPublished", "NotPublished"]);
    let one = admin.get(&format!("/api/reports/{report}/publications?limit=1")).await.expect(200).json();
    assert_eq!((one["count"].as_u64(), one["total"].as_u64()), (Some(1), Some(2)));
}

/// The bundle that the history leads to, as the reader's browser fetches it.
async fn download(api: &Api, publication: &Value) -> (String, Vec<u8>) {
    let path = publication["_links"]["inf:bundle"]["href"].as_str().expect("it can be downloaded");
    let sent = api.get(path).await.expect(302);
    let fetched = Api::anonymous().get(sent.header("location")).await.expect(200);
    (fetched.header("content-disposition").to_owned(), fetched.body)
}

#[tokio::test]
async fn readers_download_bundles_whole_live_and_past() {
    let admin = Api::admin();
    let report = samples::report(&admin, "one").await;
    admin.publish_and_wait(&report).await;
    change(&admin, &report, "two").await;
    admin.publish_and_wait(&report).await;
    let viewer = Api::with_role("viewer", &[]).await;
    let history = embedded(
        &viewer.get(&format!("/api/reports/{report}/publications")).await.expect(200).json(),
        "inf:publication",
    );
    for (publication, words) in history.iter().zip(["two", "one"]) {
        let (disposition, zip) = download(&viewer, publication).await;
        let version = publication["version"].as_u64().unwrap();
        assert!(disposition.ends_with(&format!("-v{version}.zip\"")), "{disposition}");
        let mut zip = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
        let manifest: Value = serde_json::from_slice(&contents(&mut zip, "manifest.json")).unwrap();
        assert_eq!((manifest["version"].as_u64(), &manifest["publication"]), (Some(version), &publication["id"]));
        let files = manifest["files"].as_array().unwrap();
        assert!(files.len() >= 8, "{manifest}");
        for file in files {
            let contents = contents(&mut zip, file["name"].as_str().unwrap());
            let sum: String = Sha256::digest(&contents).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(
                (file["sha256"].as_str(), file["size"].as_u64()),
                (Some(sum.as_str()), Some(contents.len() as u64))
            );
        }
        assert!(String::from_utf8(contents(&mut zip, "definition.json")).unwrap().contains(words));
    }
    admin.get(&format!("/api/reports/{report}/publications/3/bundle")).await.expect(404);
    admin.unpublish(&report).await.expect(204);
    let refused = viewer.get(&format!("/api/reports/{report}/publications/2/bundle")).await.expect(404).json();
    assert!(refused["message"].as_str().unwrap().contains("publish again"), "{refused}");
}

fn contents(zip: &mut zip::ZipArchive<Cursor<Vec<u8>>>, name: &str) -> Vec<u8> {
    let mut contents = Vec::new();
    zip.by_name(name).unwrap().read_to_end(&mut contents).unwrap();
    contents
}

#[tokio::test]
async fn past_bundles_beyond_the_number_that_is_kept_are_collected() {
    let (admin, aws) = (Api::admin(), Aws::connect().await);
    let report = samples::report(&admin, "one").await;
    let uid = admin.get(&format!("/api/reports/{report}")).await.json()["id"].as_str().unwrap().to_owned();
    for words in ["2", "3", "4", "5", "6", "7", "8"] {
        admin.publish_and_wait(&report).await;
        change(&admin, &report, words).await;
    }
    let before = aws.objects(&format!("bundles/{uid}/")).await;
    assert_eq!(before.len(), 7);
    let collected = aws.invoke("PublishCollectBundles", &json!({})).await;
    assert_eq!(collected["complete"], true, "{collected}");
    let after = aws.objects(&format!("bundles/{uid}/")).await;
    assert_eq!(after.len(), 6, "the live one and five before it: {after:?}");
    assert!(after.iter().all(|object| !object.starts_with(&format!("bundles/{uid}/1-"))), "{after:?}");
    let list = admin.get(&format!("/api/reports/{report}/publications")).await.expect(200).json();
    for publication in &embedded(&list, "inf:publication")[..6] {
        download(&admin, publication).await;
    }
    assert!(embedded(&list, "inf:publication")[6]["_links"]["inf:bundle"].is_null());
}
