//! Reports rendered into the answer: by any name, in any form, from any data, and twice for the price of once.

use super::Place;
use base64::{Engine, engine::general_purpose::URL_SAFE};
use imprint_tests::{
    api::{Answer, Api, read},
    aws::Aws,
    variable,
};
use serde_json::{Value, json};
use std::io::Read;

/// The words of a report's page, asked for with this query.
async fn page(place: &Place, report: &Value, query: &str) -> String {
    let path = place.at(&format!("reports/{}/pdf?format=html&{query}", report["number"]));
    place.admin.get(&path).await.expect(200).text()
}

/// The names in a ZIP.
fn names(answer: &Answer) -> Vec<String> {
    let archive = zip::ZipArchive::new(std::io::Cursor::new(&answer.body)).unwrap();
    archive.file_names().map(|name| name.unwrap().into_owned()).collect()
}

fn entry(answer: &Answer, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&answer.body)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn a_report_is_rendered_under_each_of_its_names() {
    let place = Place::new().await;
    let report = place.report_with(json!({"reportType": "sales"})).await;
    place
        .admin
        .put(&place.at("report-types/sales"), &json!({"name": "S", "defaultReportId": report["id"]}))
        .await
        .expect(201);
    let natural = report["naturalId"].as_str().unwrap().to_owned();
    let names = [
        report["number"].to_string(),
        report["id"].as_str().unwrap().to_owned(),
        natural.replace(':', "%3A"),
        natural,
        "sales".into(),
    ];
    for name in names {
        for workspace in [place.code.clone(), place.number.to_string()] {
            let pdf = place.admin.get(&format!("/api/v1/ws/{workspace}/reports/{name}/pdf")).await.expect(200);
            assert!(pdf.body.starts_with(b"%PDF-"), "{name}");
            assert_eq!(pdf.header("content-type"), "application/pdf");
            let disposition = "attachment; filename=\"Sales Q1.pdf\"; filename*=UTF-8''Sales%20Q1.pdf";
            assert_eq!(pdf.header("content-disposition"), disposition);
        }
    }
    let elsewhere = Place::new().await;
    place.admin.get(&elsewhere.at(&format!("reports/{}/pdf", report["number"]))).await.expect(404);
}

#[tokio::test]
async fn a_report_is_answered_in_every_form() {
    let place = Place::new().await;
    let report = place.report().await;
    let table: [(&str, &str, &str, &[u8]); 5] = [
        ("pdf", "application/pdf", "Sales Q1.pdf", b"%PDF-"),
        ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Sales Q1.xlsx", b"PK"),
        ("csv", "text/csv; charset=utf-8", "Sales Q1.csv", "\u{feff}Region,Amount".as_bytes()),
        ("html", "application/octet-stream", "Sales Q1.html", b"<!doctype html>"),
        ("png", "application/zip", "Sales Q1.zip", b"PK"),
    ];
    for (form, media_type, name, start) in table {
        let path = place.at(&format!("reports/{}/pdf?format={form}", report["number"]));
        let answer = place.admin.get(&path).await.expect(200);
        assert_eq!(answer.header("content-type"), media_type, "{form}");
        assert!(answer.header("content-disposition").contains(&format!("filename=\"{name}\"")), "{form}");
        assert!(answer.body.starts_with(start), "{form}: {:?}", &answer.text()[..20.min(answer.text().len())]);
    }
    let one = place.at(&format!("reports/{}/pdf?format=png&excludePages=2,3", report["number"]));
    assert_eq!(place.admin.get(&one).await.expect(200).header("content-type"), "image/png", "one page is one picture");

    let attached = place.at(&format!("reports/{}/pdf?includeAttachments=True", report["number"]));
    let zip = place.admin.get(&attached).await.expect(200);
    assert_eq!(zip.header("content-type"), "application/zip");
    let listed = names(&zip);
    assert!(
        ["Sales Q1.pdf", "data/rows.csv", "data/data.json"].iter().all(|name| listed.contains(&(*name).to_owned())),
        "{listed:?}"
    );
    assert_eq!(entry(&zip, "data/rows.csv"), "\u{feff}Region,Amount\r\nOwn,10\r\n");
}

#[tokio::test]
async fn parameters_come_in_both_encodings_and_data_in_its_order() {
    let place = Place::new().await;
    let report = place.report().await;
    let params = json!({"quarter": "Q4 ünïcode?&"}).to_string();
    let coded = URL_SAFE.encode(&params);
    let escaped: String = params.bytes().map(|byte| format!("%{byte:02X}")).collect();
    for given in [coded.clone(), coded.trim_end_matches('=').to_owned(), escaped] {
        let html = page(&place, &report, &format!("params={given}")).await;
        assert!(html.contains("First Q4 ünïcode?&amp;"), "{given}");
    }
    let content = json!({"rows": [{"region": "Temporary", "amount": 1}]});
    let pushed = place.admin.post(&place.at("temporary-data"), &json!({"content": content})).await.expect(200).json();
    let temporary = &pushed["tempDataId"];
    let path = place.at(&format!("reports/{}/pdf", report["number"]));
    let csv = async |body: Value| place.admin.post(&path, &body).await.expect(200).text();
    let sent = json!({"rows": [{"region": "Sent", "amount": 2}]});
    assert_eq!(csv(json!({"format": "csv"})).await, "\u{feff}Region,Amount\r\nOwn,10\r\n");
    assert_eq!(
        csv(json!({"format": "csv", "tempDataId": temporary})).await,
        "\u{feff}Region,Amount\r\nTemporary,1\r\n"
    );
    assert_eq!(
        csv(json!({"format": "csv", "tempDataId": temporary, "data": sent})).await,
        "\u{feff}Region,Amount\r\nSent,2\r\n"
    );
    let escaped: String = sent.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect();
    let by_address =
        place.admin.get(&format!("{path}?format=csv&data={escaped}&tempDataId={temporary}&unknown=1")).await;
    assert_eq!(by_address.expect(200).text(), "\u{feff}Region,Amount\r\nSent,2\r\n");
}

#[tokio::test]
async fn language_zone_theme_template_and_pages_are_those_of_the_request() {
    let place = Place::new().await;
    let report = place.report().await;
    place
        .admin
        .put(&place.at("themes/acme"), &json!({"name": "Acme", "colours": {"accent": "#aa0001"}}))
        .await
        .expect(201);
    let letter = json!({"name": "Letter", "size": "letter", "header": "Confidential {{ params.quarter }}"});
    let template = place.admin.put(&place.at("templates/letter"), &letter).await.expect(201).json();

    let plain = page(&place, &report, "").await;
    assert!(plain.contains("At 2026-03-31 23:30, sum 1,234.50") && plain.contains("width=\"595\""), "{plain:.3000}");
    let there = page(&place, &report, "lang=de&timezone=Europe/Berlin").await;
    assert!(there.contains("At 2026-04-01 01:30, sum 1.234,50"), "{there:.3000}");
    for named in ["letter".to_owned(), template["id"].to_string()] {
        let html = page(&place, &report, &format!("template={named}")).await;
        assert!(html.contains("Confidential Q1") && html.contains("width=\"612\""), "{html:.3000}");
    }
    assert_ne!(page(&place, &report, "theme=acme").await, plain);
    let second = page(&place, &report, "excludePages=1&excludePages=[3]").await;
    assert!(
        second.contains("Second") && !second.contains("First Q1") && !second.contains("third page"),
        "{second:.3000}"
    );

    let pages = place.admin.get(&place.at(&format!("reports/{}/pages", report["number"]))).await.expect(200).json();
    let told: Vec<_> =
        pages.as_array().unwrap().iter().map(|page| (page["number"].clone(), page["title"].clone())).collect();
    assert_eq!(told, [(json!(1), json!("First Q1")), (json!(2), json!("Second")), (json!(3), json!("Page 3"))]);
}

#[tokio::test]
async fn a_report_of_the_workspaces_theme_and_template_is_published_in_them() {
    let place = Place::new().await;
    let letter = json!({"name": "Letter", "size": "letter", "footer": "Published by Acme"});
    place.admin.put(&place.at("templates/letter"), &letter).await.expect(201);
    place
        .admin
        .put(&place.at("themes/acme"), &json!({"name": "Acme", "colours": {"accent": "#aa0001"}}))
        .await
        .expect(201);
    let report = place.report_with(json!({"theme": "acme", "template": "letter"})).await;
    assert_eq!(report["template"], "letter", "{report}");
    let token = place.admin.publish_and_wait(report["naturalId"].as_str().unwrap()).await;
    let html = Api::anonymous().get(token["url"].as_str().unwrap()).await.expect(200).text();
    assert!(html.contains("Published by Acme") && html.contains("width=\"612\""), "{html:.3000}");
}

#[tokio::test]
async fn the_same_request_is_answered_from_what_is_kept_and_a_change_is_not() {
    let place = Place::new().await;
    let report = place.report().await;
    let path = place.at(&format!("reports/{}/pdf", report["number"]));
    let first = place.admin.get(&path).await.expect(200);
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with('"') && first.header("cache-control") == "private, no-cache", "{tag}");
    let held = read(place.admin.request("GET", &path).header("if-none-match", &tag)).await.expect(304);
    assert!(held.body.is_empty() && held.header("etag") == tag);

    let (aws, uid) = (Aws::connect().await, report["id"].as_str().unwrap());
    let kept = aws.objects(&format!("renditions/{uid}/")).await;
    assert_eq!(kept.len(), 1, "{kept:?}");
    let mark = b"%PDF-kept".to_vec();
    let put = aws.s3.put_object().bucket(variable("BUCKET_NAME")).key(&kept[0]).content_type("application/pdf");
    put.body(mark.clone().into()).send().await.unwrap();
    assert_eq!(place.admin.get(&path).await.expect(200).body, mark, "nothing is rendered a second time");

    for other in
        ["?params=%7B%22quarter%22%3A%22Q2%22%7D", "?lang=de", "?data=%7B%22rows%22%3A%5B%5D%7D", "?excludePages=2"]
    {
        let answer = place.admin.get(&format!("{path}{other}")).await.expect(200);
        assert!(answer.header("etag") != tag && answer.body != mark, "{other}");
    }
    place.admin.put(&format!("/api/reports/{uid}"), &json!({"note": "again", "data": {"rows": []}})).await.expect(200);
    let answer = place.admin.get(&path).await.expect(200);
    assert!(answer.header("etag") != tag && answer.body != mark, "another version");
}

#[tokio::test]
async fn what_is_kept_is_not_answered_to_who_may_not_see_the_report_any_more() {
    let place = Place::new().await;
    let report = place.report().await;
    let path = place.at(&format!("reports/{}/pdf", report["number"]));
    place.admin.get(&path).await.expect(200);
    place.admin.delete(&format!("/api/reports/{}", report["id"].as_str().unwrap())).await.expect(204);
    place.admin.get(&path).await.expect(404);
}

#[tokio::test]
async fn a_file_above_the_limit_comes_from_the_bucket() {
    let place = Place::new().await;
    let words: String = (0..90_000).map(|n| format!("{:x} ", n * 2_654_435_761u64 % 4_294_967_291)).collect();
    let data = json!({"rows": (0..6).map(|n| json!({"region": words, "amount": n})).collect::<Vec<_>>()});
    let pushed = place
        .admin
        .post(&place.at("temporary-data"), &json!({"content": {"rows": [{"region": words, "amount": 1}]}}))
        .await;
    assert_eq!(pushed.status, 200, "{}", pushed.text());
    let report = place.report().await;
    let path = place.at(&format!("reports/{}/pdf", report["number"]));
    let answer = place.admin.post(&path, &json!({"format": "csv", "data": data})).await.expect(302);
    assert_eq!(answer.header("cache-control"), "no-store");
    let file = Api::anonymous().get(answer.header("location")).await.expect(200);
    assert!(file.body.len() > 4_500_000 && file.text().starts_with("\u{feff}Region,Amount"), "{}", file.body.len());
    assert!(file.header("content-disposition").contains("Sales Q1.csv"), "{}", file.header("content-disposition"));
}

#[tokio::test]
async fn a_wrong_request_is_told_what_to_change() {
    let place = Place::new().await;
    let report = place.report().await;
    let path = place.at(&format!("reports/{}/pdf", report["number"]));
    let table = [
        ("format=doc", 400, "format: "),
        ("params=%7B", 400, "params: "),
        ("params=%5B1%5D", 400, "params: "),
        ("params=%7B%22factor%22%3A%22many%22%7D", 400, "params.factor: "),
        ("data=nothing", 400, "data: "),
        ("tempDataId=x", 400, "tempDataId: "),
        ("tempDataId=1503599627", 400, "tempDataId: there is no temporary data 1503599627"),
        ("timezone=Mars/Olympus", 400, "timezone: "),
        ("lang=%2Fetc", 400, "lang: "),
        ("theme=neon", 400, "theme: the workspace has no theme “neon”"),
        ("template=neon", 400, "template: "),
        ("excludePages=0", 400, "excludePages: "),
        ("excludePages=1,2,3", 400, "excludePages: "),
        ("includeAttachments=perhaps", 400, "includeAttachments: "),
        ("data=%7B%22rows%22%3A7%7D", 422, "blocks[2].data: "),
    ];
    for (query, status, expected) in table {
        let told = place.admin.get(&format!("{path}?{query}")).await.expect(status);
        assert_eq!(told.header("content-type"), "application/json", "{query}");
        assert!(told.json()["error"].as_str().unwrap().starts_with(expected), "{query}: {}", told.text());
    }
    let told = read(place.admin.request("POST", &path).body("{\"params\":")).await.expect(400);
    assert!(told.json()["error"].is_string(), "{}", told.text());
    place.admin.get(&place.at("reports/999999999/pdf")).await.expect(404);
}
