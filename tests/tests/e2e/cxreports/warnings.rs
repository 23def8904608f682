//! What a rendition lacks is told wherever it goes.

use super::{Place, exports};
use serde_json::{Value, json};

/// A letter of a script for which there is no font.
const LETTER: &str = "\u{10900}";
/// The beginning of the warning, as a display string of RFC 9651.
const HEADER: &str = "%\"blocks[0]: No font has `%f0%90%a4%80` (U+10900): ";
const WORDS: &str = "blocks[0]: No font has `\u{10900}` (U+10900): ";

async fn report(place: &Place, strict: bool) -> Value {
    let blocks = json!([{"kind": "heading", "text": LETTER}]);
    place.report_with(json!({"definition": {"strictGlyphs": strict, "blocks": blocks}})).await
}

fn first(warnings: &Value) -> &str {
    warnings[0].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_rendition_names_the_characters_that_no_font_has_also_when_it_is_kept() {
    let place = Place::new().await;
    let report = report(&place, false).await;
    let path = place.at(&format!("reports/{}/pdf", report["number"]));
    for what in ["made", "kept"] {
        let answer = place.admin.get(&path).await.expect(200);
        assert!(answer.header("x-imprint-warnings").starts_with(HEADER), "{what}");
    }
}

#[tokio::test]
async fn an_export_names_them_in_its_status_and_with_its_content() {
    let place = Place::new().await;
    let report = report(&place, false).await;
    let id = exports::start(&place, &report, &json!({})).await;
    let status = exports::ended(&place, id).await;
    assert!(first(&status["warnings"]).starts_with(WORDS), "{status}");
    let content = place.admin.get(&place.at(&format!("exports/{id}/content"))).await.expect(200);
    assert!(content.header("x-imprint-warnings").starts_with(HEADER));
}

#[tokio::test]
async fn a_publication_names_them_in_its_progress() {
    let place = Place::new().await;
    let report = report(&place, false).await;
    let id = report["id"].as_str().unwrap();
    place.admin.publish_and_wait(id).await;
    let publications = place.admin.get(&format!("/api/reports/{id}/publications")).await.expect(200).json();
    let publication = &publications["_embedded"]["inf:publication"][0];
    assert!(first(&publication["warnings"]).starts_with(WORDS), "{publication}");
}

#[tokio::test]
async fn a_report_that_is_strict_about_glyphs_is_not_rendered() {
    let place = Place::new().await;
    let report = report(&place, true).await;
    let answer = place.admin.get(&place.at(&format!("reports/{}/pdf", report["number"]))).await.expect(422).json();
    assert!(answer["error"].as_str().unwrap().starts_with(WORDS), "{answer}");
}
