//! How links to mailed PDFs end before their time.

use super::{sizes, uid};
use imprint_tests::{
    api::{Api, read},
    aws::Aws,
    mail::{deliveries, only_one_to, send, somebody},
    variable,
};
use serde_json::{Value, json};

/// A report whose PDF no mail takes.
async fn large(admin: &Api, title: &str) -> Value {
    sizes::noisy(admin, title, &sizes::TOO_LARGE, &json!([])).await
}

/// Mails the report, and answers the link in the mail.
async fn linked(admin: &Api, report: &Value) -> String {
    let address = somebody("link");
    send(admin, &json!({"id": uid(report), "emails": address})).await.expect(200);
    only_one_to(&address).link("/mailed/").expect("a link").to_owned()
}

/// What the newest delivery tells of its link.
async fn told(admin: &Api, report: &Value) -> Value {
    deliveries(admin, uid(report)).await[0]["link"].clone()
}

/// The address of the PDF itself, which the link leads to.
async fn followed(link: &str) -> String {
    Api::anonymous().get(link).await.expect(302).header("location").to_owned()
}

/// Neither the link opens anything, nor an address that it gave out before.
async fn is_dead(link: &str, given_out: &str) {
    let dead = Api::anonymous().get(link).await.expect(404);
    assert!(dead.header("content-type").starts_with("text/html"), "{:?}", dead.headers);
    Api::anonymous().get(given_out).await.expect(404);
}

#[tokio::test]
async fn mailed_links_end_with_their_report() {
    let admin = Api::admin();
    let report = large(&admin, "Deleted").await;
    let links = [linked(&admin, &report).await, linked(&admin, &report).await];
    let given_out = [followed(&links[0]).await, followed(&links[1]).await];
    admin.delete(&format!("/api/reports/{}", uid(&report))).await.expect(204);
    for (link, given_out) in links.iter().zip(&given_out) {
        is_dead(link, given_out).await;
    }
    assert!(Aws::connect().await.objects(&format!("mailed/{}/", uid(&report))).await.is_empty());
}

#[tokio::test]
async fn mailed_links_end_with_an_unpublish_and_later_ones_work() {
    let admin = Api::admin();
    let report = large(&admin, "Unpublished").await;
    // In both dialects, and of a report that was never published.
    for huddle in [false, true] {
        let link = linked(&admin, &report).await;
        let given_out = followed(&link).await;
        assert_eq!(told(&admin, &report).await["works"], true);
        match huddle {
            false => admin.unpublish(uid(&report)).await.expect(204),
            true => read(admin.request("DELETE", &format!("/files/documents/{}/publications", report["number"])))
                .await
                .expect(202),
        };
        is_dead(&link, &given_out).await;
        assert_eq!(told(&admin, &report).await["works"], false);
    }
    // A mail that is sent afterwards is another decision.
    followed(&linked(&admin, &report).await).await;
    assert_eq!(told(&admin, &report).await["works"], true);
}

#[tokio::test]
async fn a_mailed_link_ends_by_its_own_withdrawal() {
    let admin = Api::admin();
    let (report, other) = (large(&admin, "Withdrawn").await, large(&admin, "Kept").await);
    let (link, kept) = (linked(&admin, &report).await, linked(&admin, &other).await);
    let later = linked(&admin, &report).await;
    let given_out = followed(&link).await;
    let listed = deliveries(&admin, uid(&report)).await;
    let token = link.rsplit('/').next().unwrap();
    assert!(!json!(listed).to_string().contains(token), "the list tells the token");
    let first = listed.last().unwrap();
    let (at, until) = (&first["at"], &first["link"]["expiresAt"]);
    let [at, until] = [at, until].map(|time| time.as_str().unwrap().parse::<jiff::Timestamp>().unwrap());
    assert_eq!(until.duration_since(at).as_hours(), 7 * 24);

    let path =
        |report: &Value| format!("/api/reports/{}/deliveries/{}/link", uid(report), first["id"].as_str().unwrap());
    let viewer = Api::with_role("viewer", &[]).await;
    viewer.delete(&path(&report)).await.expect(403);
    admin.delete(&path(&other)).await.expect(404);
    followed(&link).await;
    for _ in 0..2 {
        admin.delete(&path(&report)).await.expect(204);
        is_dead(&link, &given_out).await;
    }
    let listed = deliveries(&admin, uid(&report)).await;
    assert_eq!([&listed[0]["link"]["works"], &listed[1]["link"]["works"]], [true, false], "{listed:?}");
    for link in [kept, later] {
        followed(&link).await;
    }
    admin.delete(&format!("/api/reports/{}/deliveries/nonsense/link", uid(&report))).await.expect(404);
}

#[tokio::test]
async fn a_mailed_pdf_that_is_not_the_one_that_was_sent_is_not_handed_out() {
    let (admin, aws) = (Api::admin(), Aws::connect().await);
    let report = large(&admin, "Replaced").await;
    let link = linked(&admin, &report).await;
    let key = aws.objects(&format!("mailed/{}/", uid(&report))).await.remove(0);
    let object = aws.s3.get_object().bucket(variable("BUCKET_NAME")).key(&key).send().await.unwrap();
    let mut pdf = object.body.collect().await.unwrap().to_vec();
    pdf[1_000] ^= 1;
    aws.s3.put_object().bucket(variable("BUCKET_NAME")).key(&key).body(pdf.into()).send().await.unwrap();
    let refused = Api::anonymous().get(&link).await.expect(500);
    assert!(refused.text().contains("Reference: ") && refused.header("location").is_empty(), "{}", refused.text());
}
