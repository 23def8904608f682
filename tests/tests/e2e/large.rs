//! Bodies near the limits of Lambda, and beyond.

use imprint_tests::{
    api::{Api, read},
    samples, unique,
};
use serde_json::json;

/// A published report with pictures of these sizes; its address.
async fn with_pictures(sizes: &[usize]) -> String {
    let admin = Api::admin();
    let mut body = samples::body(&unique("pictures"), "text");
    let pictures = (0..sizes.len()).map(|n| json!({"kind": "image", "asset": format!("{n}.png"), "alt": "Noise"}));
    body["definition"]["blocks"] = pictures.collect();
    let report = samples::create(&admin, &body).await;
    samples::put_noise(&admin, &report, sizes).await;
    admin.publish_and_wait(&report).await["url"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_pdf_just_below_the_limit_is_answered_itself() {
    let link = with_pictures(&[3_900_000]).await;
    let pdf = Api::anonymous().get(&format!("{link}/report.pdf")).await.expect(200);
    assert!(pdf.body.len() > 3_900_000 && pdf.body.starts_with(b"%PDF-"), "{}", pdf.body.len());
}

#[tokio::test]
async fn a_pdf_above_the_limit_comes_from_the_bucket_until_it_is_unpublished() {
    let link = with_pictures(&[3_900_000, 3_800_000]).await;
    let answer = Api::anonymous().get(&format!("{link}/report.pdf")).await.expect(302);
    let address = answer.header("location").to_owned();
    let pdf = Api::anonymous().get(&address).await.expect(200);
    assert!(pdf.body.len() > 7_000_000 && pdf.body.starts_with(b"%PDF-"), "{}", pdf.body.len());
    assert!(pdf.header("content-disposition").starts_with("attachment; filename=\"A small report.pdf\""));
    let expires: u64 = address.split("X-Amz-Expires=").nth(1).unwrap().split('&').next().unwrap().parse().unwrap();
    assert!(expires <= 60, "the address lives for {expires} s");
    let admin = Api::admin();
    let list = admin.get("/api/reports?q=pictures&sort=-createdAt&limit=1000").await.json();
    for report in list["_embedded"]["inf:report"].as_array().unwrap() {
        let record = admin.get(&format!("/api/reports/{}", report["id"].as_str().unwrap())).await.json();
        if record["assets"].as_object().is_some_and(|assets| assets.len() == 2) {
            admin.unpublish(record["id"].as_str().unwrap()).await.expect(204);
        }
    }
    Api::anonymous().get(&format!("{link}/report.pdf")).await.expect(404);
    assert_ne!(Api::anonymous().get(&address).await.status, 200, "an address that was given out is dead too");
}

#[tokio::test]
async fn bodies_above_the_limits_are_refused() {
    let admin = Api::admin();
    let report = samples::report(&admin, "small").await;
    let path = format!("/api/reports/{report}/assets/big.bin");
    let put = |size: usize| {
        read(admin.request("PUT", &path).header("content-type", "application/octet-stream").body(vec![7u8; size]))
    };
    put(4 * 1024 * 1024).await.expect(200);
    put(4 * 1024 * 1024 + 1).await.expect(413);
    put(11 * 1024 * 1024).await.expect(413);
    put(0).await.expect(400);
    let refused = admin.put("/api/v1/workspaces/x", &json!({"name": "x".repeat(70_000)})).await.expect(413);
    assert!(refused.json()["error"].is_string(), "{}", refused.text());
}
