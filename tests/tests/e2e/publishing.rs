//! Publishing and unpublishing: Informer's calls, and what they mean for the public.

use imprint_tests::{
    api::{Api, read},
    aws::Aws,
    samples,
};
use serde_json::{Value, json};

fn url(token: &Value) -> &str {
    token["url"].as_str().unwrap()
}

#[tokio::test]
async fn a_published_report_has_a_link_that_works_without_credentials() {
    let admin = Api::admin();
    let report = samples::report(&admin, "Come **in**.").await;
    let token = admin.publish_and_wait(&report).await;
    assert_eq!(token["type"], "report");
    assert_eq!(token["reportId"], report);
    assert_eq!(token["cloud"], true);
    assert_eq!(token["_links"]["self"]["href"], format!("/api/tokens/{}", token["id"].as_str().unwrap()));
    assert!(token["createdAt"].is_string());
    let page = Api::anonymous().get(url(&token)).await.expect(200);
    assert!(page.text().contains("A small report") && page.text().contains("Come in."));
    let same = admin.get(token["_links"]["self"]["href"].as_str().unwrap()).await.expect(200).json();
    assert_eq!(same["token"], token["token"]);
    assert_eq!(same["views"], 1, "the view was counted");
}

#[tokio::test]
async fn a_second_publish_shows_the_new_version_under_the_same_link() {
    let admin = Api::admin();
    let report = samples::report(&admin, "old words").await;
    let first = admin.publish_and_wait(&report).await;
    let changed = samples::body("ignored", "new words")["definition"].clone();
    admin.put(&format!("/api/reports/{report}"), &json!({"definition": changed})).await.expect(200);
    assert!(Api::anonymous().get(url(&first)).await.text().contains("old words"), "a change alone publishes nothing");
    let second = admin.publish_and_wait(&report).await;
    assert_eq!((&first["token"], &first["id"]), (&second["token"], &second["id"]));
    assert!(Api::anonymous().get(url(&first)).await.expect(200).text().contains("new words"));
}

#[tokio::test]
async fn an_unpublished_link_is_dead_for_good_and_the_next_one_is_new() {
    let admin = Api::admin();
    let report = samples::report(&admin, "gone soon").await;
    let first = admin.publish_and_wait(&report).await;
    admin.unpublish(&report).await.expect(204);
    for part in ["", "/pages/1.svg", "/report.pdf"] {
        Api::anonymous().get(&format!("{}{part}", url(&first))).await.expect(404);
    }
    admin.get(first["_links"]["self"]["href"].as_str().unwrap()).await.expect(404);
    admin.unpublish(&report).await.expect(204);
    let second = admin.publish_and_wait(&report).await;
    assert_ne!(first["token"], second["token"]);
    Api::anonymous().get(url(&first)).await.expect(404);
    Api::anonymous().get(url(&second)).await.expect(200);
}

#[tokio::test]
async fn unpublishing_and_publishing_again_leave_no_bundle_that_nobody_uses() {
    let (admin, aws) = (Api::admin(), Aws::connect().await);
    let report = samples::report(&admin, "tidy").await;
    let uid = admin.get(&format!("/api/reports/{report}")).await.json()["id"].as_str().unwrap().to_owned();
    for _ in 0..3 {
        admin.publish_and_wait(&report).await;
    }
    assert_eq!(aws.objects(&format!("bundles/{uid}/")).await.len(), 3, "the live bundle, and those before it");
    admin.unpublish(&report).await.expect(204);
    assert!(aws.objects(&format!("bundles/{uid}/")).await.is_empty());
}

#[tokio::test]
async fn the_caller_follows_the_publication_under_a_name_of_its_own() {
    let (admin, other) = (Api::admin(), Api::admin());
    let report = samples::report(&admin, "followed").await;
    let monitor = imprint_tests::unique("monitor");
    let path = format!("/api/reports/{report}/_cloud-publish");
    admin.post(&path, &json!({"progress": monitor})).await;
    let progress = admin.finished(&format!("/api/progress/{monitor}")).await;
    assert_eq!(progress["status"], "Done");
    assert_eq!(progress["percent"], 100);
    assert_eq!(progress["messages"], json!(["Publishing report...", "Making public link..."]));
    assert!(progress["startedAt"].is_string() && progress["finishedAt"].is_string());
    other.get(progress["_links"]["self"]["href"].as_str().unwrap()).await.expect(200);
    // A token of the same user has names of its own: it neither reads those of another token nor takes them over.
    let body = json!({"name": "test", "role": "designer"});
    let made = admin.post("/api/v1/personal-access-tokens", &body).await.expect(201);
    let same_user = Api::with(made.json()["token"].as_str().map(str::to_owned));
    same_user.get(&format!("/api/progress/{monitor}")).await.expect(404);
    let second = samples::report(&admin, "followed too").await;
    same_user.post(&format!("/api/reports/{second}/_cloud-publish"), &json!({"progress": monitor})).await;
    let of_second = same_user.finished(&format!("/api/progress/{monitor}")).await;
    let of_first = admin.get(&format!("/api/progress/{monitor}")).await.expect(200).json();
    assert_eq!((&of_first["id"], &of_first["reportId"]), (&progress["id"], &progress["reportId"]));
    assert_ne!(of_second["reportId"], of_first["reportId"]);
}

#[tokio::test]
async fn a_numeric_monitor_works_as_a_text_does() {
    let admin = Api::admin();
    let report = samples::report(&admin, "numbered").await;
    admin.post(&format!("/api/reports/{report}/_cloud-publish"), &json!({"progress": 4711})).await;
    assert_eq!(admin.finished("/api/progress/4711").await["status"], "Done");
}

#[tokio::test]
async fn a_report_that_cannot_be_rendered_fails_with_a_reason_that_names_the_place() {
    let admin = Api::admin();
    let mut body = samples::body(&imprint_tests::unique("broken"), "text");
    body["definition"]["blocks"][1]["markdown"] = json!("Hello {{ data.missing.deeper }}");
    let report = samples::create(&admin, &body).await;
    let refused = admin.publish(&report).await;
    let message = match refused.status {
        422 => refused.json()["message"].clone(),
        _ => admin.finished(refused.expect(202).header("location")).await["reason"].clone(),
    };
    assert!(message.as_str().unwrap().contains("blocks[1].markdown"), "{message}");
    let state = admin.get(&format!("/api/reports/{report}")).await.json();
    assert_eq!(state["published"], false);
}

#[tokio::test]
async fn a_template_that_never_ends_fails_within_its_limit_and_harms_nobody() {
    let admin = Api::admin();
    let mut body = samples::body(&imprint_tests::unique("endless"), "text");
    body["definition"] =
        json!({"typst": "#let n = 0\n#for i in range(100000) { for j in range(100000) { n += 1 } }\n#n"});
    let (endless, healthy) = (samples::create(&admin, &body).await, samples::report(&admin, "fine").await);
    let (failed, done) = tokio::join!(admin.publish(&endless), admin.publish_and_wait(&healthy));
    assert_eq!(done["type"], "report");
    let reason = match failed.status {
        422 => failed.json()["message"].clone(),
        _ => admin.finished(failed.expect(202).header("location")).await["reason"].clone(),
    };
    assert!(reason.as_str().unwrap().contains("longer than"), "{reason}");
}

#[tokio::test]
async fn past_its_limit_the_call_answers_202_and_the_publication_goes_on() {
    let admin = Api::admin();
    let report = samples::report(&admin, "quick").await;
    let before = admin.publish_and_wait(&report).await;
    // Longer than the call waits in the tests, which is three seconds.
    let endless = json!({"typst": "#for i in range(100000) { for j in range(100000) {} }"});
    admin.put(&format!("/api/reports/{report}"), &json!({"definition": endless})).await.expect(200);
    let answer = admin.publish(&report).await.expect(202);
    let (location, body) = (answer.header("location").to_owned(), answer.json());
    assert_eq!(location, body["_links"]["self"]["href"].as_str().unwrap());
    assert_eq!((&body["status"], &body["message"]), (&json!("InProgress"), &json!("Publishing report...")));
    assert_eq!(body["token"]["token"], before["token"], "the token of a published report is known already");
    assert_eq!(admin.finished(&location).await["status"], "Failed");
    assert!(Api::anonymous().get(url(&before)).await.expect(200).text().contains("quick"), "what was live stays");
}

#[tokio::test]
async fn a_publication_shows_the_version_of_the_moment_it_was_asked_for() {
    let admin = Api::admin();
    let report = samples::report(&admin, "pinned words").await;
    let monitor = imprint_tests::unique("pinned");
    let publish =
        admin.request("POST", &format!("/api/reports/{report}/_cloud-publish")).json(&json!({"progress": monitor}));
    let publishing = tokio::spawn(read(publish));
    let asked = loop {
        let progress = admin.get(&format!("/api/progress/{monitor}")).await;
        if progress.status == 200 {
            break progress.json();
        }
    };
    let later = samples::body("ignored", "later words")["definition"].clone();
    admin.put(&format!("/api/reports/{report}"), &json!({"definition": later})).await.expect(200);
    publishing.await.unwrap();
    let done = admin.finished(asked["_links"]["self"]["href"].as_str().unwrap()).await;
    assert_eq!(done["version"], 1);
    let live = admin.get(&format!("/api/reports/{report}")).await.json();
    assert_eq!((&live["published"], &live["version"]), (&json!(true), &json!(2)));
}

#[tokio::test]
async fn no_table_holds_the_token_of_a_link() {
    let (admin, aws) = (Api::admin(), Aws::connect().await);
    let report = samples::report(&admin, "secret link").await;
    let token = admin.publish_and_wait(&report).await["token"].as_str().unwrap().to_owned();
    for table in ["LINKS_TABLE", "CATALOG_TABLE", "ACCESS_TABLE"] {
        assert!(!aws.dump(table).await.contains(&token), "{table} holds it");
    }
}

#[tokio::test]
async fn an_asset_is_part_of_the_version_and_of_the_page() {
    let admin = Api::admin();
    let mut body = samples::body(&imprint_tests::unique("logo"), "text");
    body["definition"]["blocks"][1] = json!({"kind": "image", "asset": "logo.svg", "alt": "Our logo"});
    let report = samples::create(&admin, &body).await;
    let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="#0a7"/></svg>"##;
    let put = || {
        admin
            .request("PUT", &format!("/api/reports/{report}/assets/logo.svg"))
            .header("content-type", "image/svg+xml")
            .body(svg)
    };
    assert_eq!(read(put()).await.expect(200).json()["version"], 2);
    assert_eq!(read(put()).await.expect(200).json()["version"], 2, "the same content is no new version");
    admin.publish_and_wait(&report).await;
}

#[tokio::test]
async fn a_picture_that_is_not_whole_or_too_large_is_refused_when_it_is_stored() {
    let admin = Api::admin();
    let report = samples::create(&admin, &samples::body(&imprint_tests::unique("broken"), "text")).await;
    let whole = samples::noise_png(20_000);
    // The first header of a PNG says how large it is.
    let mut huge = whole.clone();
    huge[16..24].copy_from_slice(&[0, 0, 0x4e, 0x20, 0, 0, 0x3a, 0x98]);
    let checksum = {
        let mut crc = flate2::Crc::new();
        crc.update(&huge[12..29]);
        crc.sum()
    };
    huge[29..33].copy_from_slice(&checksum.to_be_bytes());
    let cases = [
        ("cut.png", whole[..10_000].to_vec(), "`cut.png` is not a whole PNG: "),
        ("page.png", b"<html>Not found</html>".to_vec(), "`page.png` is no picture: use PNG, JPEG, GIF, WebP or SVG."),
        ("huge.png", huge, "`huge.png` has 20000 x 15000 pixels, which is more than the 50 megapixels"),
    ];
    for (name, bytes, message) in cases {
        let put = admin.request("PUT", &format!("/api/reports/{report}/assets/{name}")).body(bytes);
        let refusal = read(put).await.expect(422).json();
        assert!(refusal["message"].as_str().unwrap().starts_with(message), "{name}: {refusal}");
    }
    let kept = admin.get(&format!("/api/reports/{report}")).await.expect(200).json();
    assert_eq!(kept["version"], 1, "nothing was stored: {kept}");
}

#[tokio::test]
async fn a_name_is_the_same_however_its_letters_are_composed() {
    let admin = Api::admin();
    let mut body = samples::body(&imprint_tests::unique("composed"), "text");
    body["definition"]["blocks"][1] = json!({"kind": "image", "asset": "Lo\u{308}go.png", "alt": "Our logo"});
    let report = samples::create(&admin, &body).await;
    for (name, version) in [("L%C3%B6go.png", 2), ("Lo%CC%88go.png", 2)] {
        let put = admin.request("PUT", &format!("/api/reports/{report}/assets/{name}")).body(samples::noise_png(900));
        assert_eq!(read(put).await.expect(200).json()["version"], version, "one asset, and the same content");
    }
    admin.publish_and_wait(&report).await;
}
