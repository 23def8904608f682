//! Reports that no item of the table holds: their sources are in the bucket, and whoever shows them finds them there; likewise what
//! was rendered of them before.

use super::{
    Place,
    exports::{ended, start},
};
use crate::refusals::preview_cookie;
use imprint_tests::{
    api::{Answer, Api, read},
    aws::Aws,
    unique, variable,
};
use serde_json::{Value, json};

/// More rows than an item keeps, however they are packed.
fn rows(seed: u64) -> Value {
    let row = |n: u64| json!({"region": format!("{:x}", (n + seed).wrapping_mul(0x9e37_79b9_7f4a_7c15)), "amount": n});
    json!({"rows": (0..600).map(row).collect::<Vec<_>>()})
}

async fn sources(aws: &Aws, report: &Value) -> Vec<String> {
    aws.objects(&format!("reports/{}/sources/", report["id"].as_str().unwrap())).await
}

fn address(report: &Value) -> String {
    format!("/api/reports/{}", report["id"].as_str().unwrap())
}

/// The page of a preview.
async fn preview(place: &Place, report: &Value, query: &str) -> Answer {
    let (name, value) = preview_cookie(&place.admin, &place.code).await;
    let path = format!("/ws/{}/reports/{}/preview{query}", place.code, report["number"]);
    read(Api::anonymous().request("GET", &path).header("cookie", format!("{name}={value}"))).await.expect(200)
}

#[tokio::test]
async fn a_large_report_is_read_changed_and_removed_with_all_its_versions() {
    let (place, aws) = (Place::new().await, Aws::connect().await);
    let report = place.report_with(json!({"data": rows(0)})).await;
    assert_eq!(sources(&aws, &report).await.len(), 1, "no item can hold it");
    let version = place.admin.get(&format!("{}/versions/1", address(&report))).await.expect(200).json();
    assert_eq!(version["data"], rows(0));
    place.admin.put(&address(&report), &json!({"data": rows(1)})).await.expect(200);
    assert_eq!(sources(&aws, &report).await.len(), 2, "one of each version");
    place.admin.delete(&address(&report)).await.expect(204);
    assert_eq!(sources(&aws, &report).await.len(), 0);
}

#[tokio::test]
async fn a_large_report_that_is_refused_leaves_nothing_behind() {
    let (place, aws) = (Place::new().await, Aws::connect().await);
    let slug = unique("twice");
    let large = json!({"slug": slug, "data": {"rows": rows(0)["rows"], "only": slug}});
    let report = place.report_with(large).await;
    let source = sources(&aws, &report).await.remove(0);
    let again = json!({
        "name": "Again", "slug": slug, "owner": "tests", "workspace": place.code,
        "definition": {"title": "Again", "blocks": []}, "data": rows(2)
    });
    place.admin.post("/api/reports", &again).await.expect(409);
    assert_eq!(sources(&aws, &report).await, [source]);
}

#[tokio::test]
async fn a_large_report_is_rendered_by_every_dialect_that_renders() {
    let place = Place::new().await;
    let report = place.report_with(json!({"data": rows(0)})).await;
    let csv = place.admin.get(&place.at(&format!("reports/{}/pdf?format=csv", report["number"]))).await.expect(200);
    assert_eq!(csv.text().lines().count(), 601);
    let pages = place.admin.get(&place.at(&format!("reports/{}/pages", report["number"]))).await.expect(200).json();
    assert!(pages.as_array().unwrap().len() > 5, "{pages}");
    let begun = read(place.admin.request("POST", &format!("/rest/sessions?config={}", place.code))).await.expect(201);
    let path = format!("/rest/reports/execute/csv?sid={}", begun.json()["Id"].as_str().unwrap());
    let asked = json!({"ReportPath": report["name"]}).to_string();
    let executed = read(place.admin.request("POST", &path).body(asked)).await.expect(200).json();
    assert_eq!(executed["ExecuteData"].as_str().unwrap().lines().count(), 601, "{executed}");
    let picture = place.admin.get(&format!("/api/reports/{}/thumbnail", report["id"].as_str().unwrap())).await;
    assert!(picture.expect(200).body.starts_with(b"\x89PNG"));
}

#[tokio::test]
async fn a_large_report_is_previewed_with_its_own_data_and_with_what_was_left() {
    let place = Place::new().await;
    let report = place.report_with(json!({"data": rows(0)})).await;
    assert!(preview(&place, &report, "").await.text().contains("Sales Q1"));
    let left = place.admin.post(&place.at("temporary-data"), &json!({"content": rows(7)})).await.expect(200).json();
    assert!(preview(&place, &report, &format!("?tempDataId={}", left["tempDataId"])).await.text().contains("Sales Q1"));
}

#[tokio::test]
async fn a_large_report_is_exported_with_its_own_data_and_with_what_was_left() {
    let place = Place::new().await;
    let report = place.report_with(json!({"data": rows(0)})).await;
    let left = place.admin.post(&place.at("temporary-data"), &json!({"content": rows(7)})).await.expect(200).json();
    for data in [json!({"format": "csv"}), json!({"format": "csv", "tempDataId": left["tempDataId"]})] {
        let id = start(&place, &report, &data).await;
        assert_eq!(ended(&place, id).await["status"], "Done", "{data}");
        let content = place.admin.get(&place.at(&format!("exports/{id}/content"))).await.expect(200).text();
        assert_eq!(content.lines().count(), 601, "{data}");
    }
}

#[tokio::test]
async fn the_pages_of_a_report_are_told_from_what_is_kept() {
    let (place, aws) = (Place::new().await, Aws::connect().await);
    let report = place.report().await;
    let path = place.at(&format!("reports/{}/pages", report["number"]));
    place.admin.get(&path).await.expect(200);
    let kept = aws.objects(&format!("renditions/{}/", report["id"].as_str().unwrap())).await;
    assert_eq!(kept.len(), 1, "{kept:?}");
    let put = aws.s3.put_object().bucket(variable("BUCKET_NAME")).key(&kept[0]).content_type("application/json");
    put.body(br#"[{"number": 7, "title": "Kept"}]"#.to_vec().into()).send().await.unwrap();
    let again = place.admin.get(&path).await.expect(200).text();
    assert!(again.contains("Kept"), "nothing is rendered a second time: {again}");
}

#[tokio::test]
async fn a_preview_is_shown_again_from_what_is_kept() {
    let (place, aws) = (Place::new().await, Aws::connect().await);
    let report = place.report().await;
    preview(&place, &report, "").await;
    let uid = report["id"].as_str().unwrap();
    let before = aws.find("CATALOG_TABLE", "RENDITION#", "report", uid).await;
    preview(&place, &report, "").await;
    let after = aws.find("CATALOG_TABLE", "RENDITION#", "report", uid).await;
    assert_eq!(after, before, "nothing is rendered a second time");
}
