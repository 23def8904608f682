//! Reports that are too large for a mail: what is left out, and what comes in its place.

use super::{report, uid};
use aws_sdk_dynamodb::types::AttributeValue;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use imprint_tests::{
    api::{Answer, Api, read},
    aws::Aws,
    logs,
    mail::{Mail, deliveries, only_one_to, send, somebody},
    now, samples,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What SES takes, as the mail goes over the wire.
const MOST: usize = 10_000_000;

/// Pictures that no mail takes; no two are the same, for those would be one in the PDF.
pub const TOO_LARGE: [usize; 3] = [3_900_000, 3_800_000, 3_700_000];

/// A report that shows pictures of noise of these sizes, and has a table of so many characters.
pub async fn noisy(admin: &Api, title: &str, pictures: &[usize], rows: &Value) -> Value {
    let shown = (0..pictures.len()).map(|n| json!({"kind": "image", "asset": format!("{n}.png"), "alt": "Noise"}));
    let table = json!({"kind": "table", "data": "rows", "columns": [{"field": "noise"}]});
    let blocks: Vec<_> = shown.chain([table]).collect();
    let fields =
        json!({"definition": {"title": title, "blocks": blocks}, "formats": ["pdf", "csv"], "data": {"rows": rows}});
    let record = report(admin, fields).await;
    samples::put_noise(admin, uid(&record), pictures).await;
    record
}

/// Sends the report to somebody; the mail and what is told of it.
async fn sent(admin: &Api, record: &Value) -> (Mail, Value) {
    let address = somebody("large");
    send(admin, &json!({"id": record["id"], "emails": address})).await.expect(200);
    (only_one_to(&address), deliveries(admin, uid(record)).await.remove(0))
}

fn location(answer: &Answer) -> &str {
    answer.header("location")
}

#[tokio::test]
async fn a_report_that_no_mail_takes_comes_by_a_link_that_ends_after_a_week() {
    let (admin, anonymous, aws) = (Api::admin(), Api::anonymous(), Aws::connect().await);
    let record = noisy(&admin, "Große Bilder", &TOO_LARGE, &json!([{"noise": "few"}])).await;
    let (mail, told) = sent(&admin, &record).await;
    assert!(mail.raw.len() < MOST && mail.files.is_empty(), "{} bytes with {:?}", mail.raw.len(), mail.names());
    assert_eq!(
        (&told["status"], &told["linked"], &told["picture"], &told["attached"]),
        (&json!("Sent"), &json!(true), &json!(false), &json!([])),
        "{told}"
    );
    let link = mail.link("/mailed/").unwrap_or_else(|| panic!("no link in {}", mail.text)).to_owned();
    assert!(mail.html.contains(&format!("href=\"{link}\"")), "{}", mail.html);
    for words in [&mail.text, &mail.html] {
        assert!(words.contains("too large") && words.contains("CSV") && !words.contains("cid:"), "{words}");
    }
    let ends = (now() + jiff::SignedDuration::from_hours(7 * 24)).strftime("%Y").to_string();
    assert!(mail.text.contains(&ends), "until when it works: {}", mail.text);

    let answer = anonymous.get(&link).await.expect(302);
    let expires: u64 =
        location(&answer).split("X-Amz-Expires=").nth(1).unwrap().split('&').next().unwrap().parse().unwrap();
    assert!(expires <= 60, "the address lives for {expires} s");
    let pdf = anonymous.get(location(&answer)).await.expect(200);
    assert!(pdf.body.len() > 11_000_000 && pdf.body.starts_with(b"%PDF-"), "{}", pdf.body.len());
    assert!(pdf.body.trim_ascii_end().ends_with(b"%%EOF"), "the whole of it");
    let disposition = pdf.header("content-disposition");
    assert!(disposition.contains("filename*=UTF-8''Gro%C3%9Fe%20Bilder.pdf"), "{disposition}");
    assert_eq!(pdf.header("content-type"), "application/pdf");
    let head = read(anonymous.request("HEAD", &link)).await.expect(302);
    assert!(location(&head).starts_with("http") && head.body.is_empty());

    // It stays as it was sent, whatever becomes of the report.
    admin.put(&format!("/api/reports/{}", uid(&record)), &json!({"data": {"rows": []}})).await.expect(200);
    anonymous.get(&link).await.expect(302);

    let token = link.rsplit('/').next().unwrap();
    let key = format!("MAILED#{}", URL_SAFE_NO_PAD.encode(Sha256::digest(token)));
    let ends =
        aws.item("LINKS_TABLE", &key, "MAILED").await["expiresAt"].as_s().unwrap().parse::<jiff::Timestamp>().unwrap();
    let days = ends.duration_since(now()).as_hours();
    assert!((7 * 24 - 1..=7 * 24).contains(&days), "{ends}");
    assert!(!aws.dump("LINKS_TABLE").await.contains(token), "the table holds the token");
    assert!(!logs::text("").contains(token), "a log holds the token");
    aws.set("LINKS_TABLE", &key, "MAILED", "expiresAt", AttributeValue::S(now().to_string())).await;
    let dead = anonymous.get(&link).await.expect(404);
    assert!(dead.header("content-type").starts_with("text/html"), "{:?}", dead.headers);
    read(anonymous.request("HEAD", &link)).await.expect(404);
}

#[tokio::test]
async fn an_address_of_a_mailed_pdf_that_nobody_got_is_a_dead_link() {
    let anonymous = Api::anonymous();
    let unknown = "A".repeat(32);
    for token in [unknown.as_str(), "nonsense", "..%2f..%2fetc", "%00", "a%0ab", &"A".repeat(5000)] {
        let dead = anonymous.get(&format!("/mailed/{token}")).await;
        assert!([400, 404, 414].contains(&dead.status), "{token}: {}", dead.status);
    }
    let dead = anonymous.get(&format!("/mailed/{unknown}")).await.expect(404);
    assert!(dead.header("content-type").starts_with("text/html") && dead.text().contains("<h1"), "{}", dead.text());
    assert!(dead.header("location").is_empty());
    let head = read(anonymous.request("HEAD", &format!("/mailed/{unknown}"))).await.expect(404);
    assert!(head.body.is_empty());
}

#[tokio::test]
async fn a_report_that_hardly_fits_comes_without_its_picture_and_rows() {
    let admin = Api::admin();
    let rows: Vec<_> = (0..6000).map(|_| json!({"noise": imprint_tests::unique("row")})).collect();
    let record = noisy(&admin, "Nearly", &[3_500_000, 3_200_000], &json!(rows)).await;
    let (mail, told) = sent(&admin, &record).await;
    let pdf = mail.attached("application/pdf");
    assert!(pdf.bytes.len() > 6_500_000 && pdf.bytes.starts_with(b"%PDF-"), "{}", pdf.bytes.len());
    assert!(mail.raw.len() < MOST && mail.files.len() == 1, "{} bytes with {:?}", mail.raw.len(), mail.names());
    assert!(!mail.html.contains("cid:") && mail.link("/mailed/").is_none(), "{}", mail.html);
    for words in [&mail.text, &mail.html] {
        assert!(words.contains("too large") && words.contains("CSV"), "{words}");
    }
    assert_eq!(
        (&told["linked"], &told["picture"], &told["attached"]),
        (&json!(false), &json!(false), &json!(["Nearly.pdf"]))
    );
}

#[tokio::test]
async fn a_report_of_some_megabytes_comes_whole() {
    let admin = Api::admin();
    let record = noisy(&admin, "Middling", &[2_500_000], &json!([{"noise": "few"}])).await;
    let (mail, told) = sent(&admin, &record).await;
    assert!(mail.attached("application/pdf").bytes.len() > 2_400_000);
    assert_eq!(mail.attached("text/csv").bytes, "\u{feff}Noise\r\nfew\r\n".as_bytes());
    assert!(mail.html.contains("cid:") && !mail.text.contains("too large"), "{}", mail.text);
    assert_eq!((&told["linked"], &told["picture"]), (&json!(false), &json!(true)));
}

#[tokio::test]
async fn of_a_large_report_to_many_all_mails_have_the_same_link() {
    let admin = Api::admin();
    let record = noisy(&admin, "To many", &TOO_LARGE, &json!([])).await;
    let all: Vec<_> = (0..60).map(|_| somebody("crowd")).collect();
    send(&admin, &json!({"id": record["id"], "emails": all.join(",")})).await.expect(200);
    let [first, last] = [&all[0], &all[59]].map(|address| only_one_to(address));
    assert_ne!(first.id, last.id);
    assert_eq!(first.link("/mailed/").unwrap(), last.link("/mailed/").unwrap());
}
