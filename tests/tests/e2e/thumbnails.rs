//! The first page of a report as a picture.

use imprint_tests::{
    api::{Api, read},
    aws::Aws,
    samples, unique, variable,
};
use serde_json::json;

/// Width and height of a PNG, from its header.
fn size(png: &[u8]) -> (u32, u32) {
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[tokio::test]
async fn a_thumbnail_is_as_wide_as_asked_for_and_known_by_its_tag() {
    let admin = Api::admin();
    let report = samples::report(&admin, &unique("thumbnail")).await;
    let path = format!("/api/reports/{report}/thumbnail");
    let picture = admin.get(&path).await.expect(200);
    assert_eq!(picture.header("content-type"), "image/png");
    // A4: 595 × 842 points.
    assert_eq!(size(&picture.body), (320, 453));
    for width in [16, 100, 2_000] {
        let drawn = admin.get(&format!("{path}?width={width}")).await.expect(200);
        assert_eq!(size(&drawn.body).0, width);
    }
    let tag = picture.header("etag").to_owned();
    let again = || read(admin.request("GET", &path).header("if-none-match", &tag));
    again().await.expect(304);
    let change = json!({"definition": {"blocks": [{"kind": "heading", "text": "New"}]}});
    admin.put(&format!("/api/reports/{report}"), &change).await.expect(200);
    let changed = again().await.expect(200);
    assert_ne!(changed.body, picture.body);
    assert_eq!(admin.get(&path).await.expect(200).body, changed.body, "the same page is the same picture");
}

#[tokio::test]
async fn a_thumbnail_is_drawn_once() {
    let (admin, aws) = (Api::admin(), Aws::connect().await);
    let report = samples::report(&admin, &unique("thumbnail")).await;
    let path = format!("/api/reports/{report}/thumbnail");
    admin.get(&path).await.expect(200);
    let uid = admin.get(&format!("/api/reports/{report}")).await.expect(200).json()["id"].as_str().unwrap().to_owned();
    let kept = aws.objects(&format!("renditions/{uid}/")).await;
    assert_eq!(kept.len(), 1, "{kept:?}");
    let put = aws.s3.put_object().bucket(variable("BUCKET_NAME")).key(&kept[0]).content_type("image/png");
    put.body(b"kept".to_vec().into()).send().await.unwrap();
    assert_eq!(admin.get(&path).await.expect(200).body, b"kept");
}

#[tokio::test]
async fn a_width_that_is_none_is_refused_by_its_name() {
    let admin = Api::admin();
    let report = samples::report(&admin, &unique("thumbnail")).await;
    for width in ["0", "15", "2001", "-1", "wide", "1e2", ""] {
        let refused = admin.get(&format!("/api/reports/{report}/thumbnail?width={width}")).await.expect(400).json();
        assert!(refused["message"].as_str().unwrap().contains("width"), "{width}: {refused}");
    }
    admin.get("/api/reports/none:there/thumbnail").await.expect(404);
}
