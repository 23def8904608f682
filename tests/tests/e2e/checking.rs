//! Reports are checked when they are saved, and before; bodies are read without loss or refused.

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, write::GzEncoder};
use imprint_tests::{
    api::{Answer, Api, read},
    samples, unique,
};
use serde_json::{Value, json};
use std::io::Write;

const CHECK: &str = "/api/reports/_check";

/// The places of what a check or a refusal has found.
fn places<'a>(found: &'a Value, key: &str) -> Vec<&'a str> {
    found["errors"].as_array().unwrap().iter().map(|error| error[key].as_str().unwrap()).collect()
}

/// A report with these blocks and data.
fn body(blocks: Value, data: Value) -> Value {
    let slug = unique("checked");
    json!({"name": slug, "slug": slug, "owner": "tests", "definition": {"blocks": blocks}, "data": data})
}

#[tokio::test]
async fn all_mistakes_of_a_report_are_named_when_it_is_saved() {
    let admin = Api::admin();
    let mut wrong = body(
        json!([
            {"kind": "chart", "chart": "baar", "data": "sales", "x": "month", "y": []},
            {"kind": "tabel"},
            {"kind": "heading", "level": 9, "text": "a"},
            {"kind": "text", "markdown": "Hello {{ data.sales "},
            {"kind": "text", "markdown": "{{ 3|money }}"},
            {"kind": "table", "data": "rows", "columns": [{"field": "d", "format": "date"}], "totals": ["d"]},
        ]),
        json!({}),
    );
    wrong["recipients"] = json!("nobody");
    wrong["subject"] = json!("{{ nope() }}");
    let expected = [
        "subject",
        "recipients",
        "definition.blocks[0].chart",
        "definition.blocks[0].y",
        "definition.blocks[1].kind",
        "definition.blocks[2].level",
        "definition.blocks[3].markdown",
        "definition.blocks[4].markdown",
        "definition.blocks[5].totals",
    ];
    let refused = admin.post("/api/reports", &wrong).await.expect(400).json();
    assert_eq!(places(&refused, "field"), expected);
    let first = &refused["errors"][0];
    let told = format!("subject: {}", first["message"].as_str().unwrap());
    assert_eq!(refused["message"], told, "the first one is the message");
    let report = samples::report(&admin, "sound").await;
    let change = json!({"definition": wrong["definition"]});
    let refused = admin.put(&format!("/api/reports/{report}"), &change).await.expect(400).json();
    assert_eq!(places(&refused, "field"), expected[2..]);
    let checked = admin.post(CHECK, &wrong).await.expect(200).json();
    assert_eq!((&checked["ok"], places(&checked, "place")), (&json!(false), expected.to_vec()));
}

#[tokio::test]
async fn a_check_finds_what_only_data_can_show_in_every_block() {
    let admin = Api::admin();
    let blocks = json!([
        {"kind": "text", "markdown": "{{ data.missing }}"},
        {"kind": "columns", "columns": [
            [{"kind": "table", "data": "nowhere", "columns": [{"field": "a"}]}],
            [{"kind": "table", "data": "rows", "columns": [{"field": "a"}, {"field": "y"}, {"field": "z"}]}],
        ]},
        {"kind": "image", "asset": "logo.png"},
        {"kind": "heading", "text": "Sound"},
    ]);
    let report = body(blocks, json!({"rows": [{"a": 1}]}));
    let checked = admin.post(CHECK, &report).await.expect(200).json();
    assert_eq!(
        places(&checked, "place"),
        [
            "definition.blocks[0].markdown",
            "definition.blocks[1].columns[0][0].data",
            "definition.blocks[1].columns[1][0].columns[1].field",
            "definition.blocks[1].columns[1][0].columns[2].field",
            "definition.blocks[2].asset",
        ]
    );
    // It can be saved all the same: other data may come.
    admin.post("/api/reports", &report).await.expect(201);
}

#[tokio::test]
async fn a_report_is_checked_with_its_theme_and_its_assets_and_nothing_is_stored() {
    let admin = Api::admin();
    let theme = unique("theme");
    let put = json!({"name": "Harbour", "colours": {"accent": "#0b5c7a"}});
    admin.put(&format!("/api/v1/ws/default/themes/{theme}"), &put).await.expect(201);
    let mut report =
        body(json!([{"kind": "image", "asset": "logo.svg"}, {"kind": "heading", "text": "{{ params.n }}"}]), json!({}));
    let slug = report["slug"].as_str().unwrap().to_owned();
    report["theme"] = json!(theme);
    report["params"] = json!({"n": 3});
    report["assets"] =
        json!({"logo.svg": STANDARD.encode("<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'/>")});
    let checked = admin.post(CHECK, &report).await.expect(200).json();
    assert_eq!(checked, json!({"ok": true, "errors": [], "warnings": []}));
    admin.get(&format!("/api/reports/tests:{slug}")).await.expect(404);
    report["theme"] = json!("no-such-theme");
    report["assets"] = json!({"logo.svg": "no base64!"});
    assert_eq!(places(&admin.post(CHECK, &report).await.expect(200).json(), "place"), ["assets.logo.svg"]);
    report["assets"] = json!({});
    assert_eq!(places(&admin.post(CHECK, &report).await.expect(200).json(), "place"), ["theme"]);
}

#[tokio::test]
async fn a_check_answers_the_rendition_itself() {
    let admin = Api::admin();
    let sound = body(
        json!([{"kind": "heading", "text": "Overview"}, {"kind": "pagebreak"}, {"kind": "heading", "text": "Two"}]),
        json!({}),
    );
    for (form, media_type, start) in [
        ("pdf", "application/pdf", "%PDF"),
        ("png", "image/png", "\u{fffd}PNG"),
        ("html", "text/html; charset=utf-8", "<!DOCTYPE html"),
    ] {
        let answer = admin.post(&format!("{CHECK}?render={form}"), &sound).await.expect(200);
        assert_eq!(answer.header("content-type"), media_type);
        assert!(answer.text().to_lowercase().starts_with(&start.to_lowercase()), "{form}");
    }
    let wrong = body(json!([{"kind": "image", "asset": "none.png"}]), json!({}));
    let refused = admin.post(&format!("{CHECK}?render=pdf"), &wrong).await.expect(422).json();
    assert_eq!(places(&refused, "place"), ["definition.blocks[0].asset"]);
    let unknown = admin.post(&format!("{CHECK}?render=doc"), &sound).await.expect(400).json();
    assert_eq!(places(&unknown, "field"), ["render"]);
}

#[tokio::test]
async fn data_that_is_a_list_and_fields_that_are_absent_can_be_named() {
    let admin = Api::admin();
    let columns = json!([{"field": "a"}, {"field": "[\"b.c\"]"}, {"field": "later", "optional": true}]);
    let report = body(json!([{"kind": "table", "data": ".", "columns": columns}]), json!([{"a": 1, "b.c": 2}]));
    let name = samples::create(&admin, &report).await;
    let csv = admin.get(&format!("/api/v1/ws/default/reports/{name}/pdf?format=csv")).await.expect(200).text();
    assert!(csv.contains("A,B.c,Later") && csv.contains("1,2,"), "{csv}");
}

/// Sends a body as it is.
async fn sent(headers: &[(&'static str, &str)], body: impl Into<reqwest::Body>) -> Answer {
    let request = Api::admin().request("POST", "/api/reports").body(body);
    read(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

fn gzipped(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_body_is_read_without_loss_or_refused() {
    let text = |data: Value| body(json!([]), data).to_string();
    let json = ("content-type", "application/json");
    sent(&[json], format!("\u{feff}{}", text(json!({})))).await.expect(201);
    let latin: Vec<u8> =
        text(json!({"city": "K?ln"})).bytes().map(|byte| if byte == b'?' { 0xf6 } else { byte }).collect();
    let declared = sent(&[("content-type", "application/json; charset=iso-8859-1")], latin.clone()).await.expect(415);
    assert!(declared.text().contains("iso-8859-1"), "{}", declared.text());
    sent(&[json], latin).await.expect(400);
    sent(&[json], text(json!({"sign": "\u{fffd}"}))).await.expect(201);
    let twice = text(json!({"rows": [{"a": 1, "b": 2}]})).replace("\"b\"", "\"a\"");
    let twice = sent(&[json], twice).await.expect(400).json();
    assert_eq!(places(&twice, "field"), ["data.rows[0].a"]);
}

#[tokio::test]
async fn a_packed_body_is_unpacked() {
    let text = || body(json!([]), json!({"x": "\"".repeat(1_000)})).to_string();
    let (plain, own) = (("content-type", "application/json"), ("content-type", "application/vnd.imprint+json"));
    let packed = |name| ("content-encoding", name);
    sent(&[own, packed("gzip")], gzipped(&text())).await.expect(201);
    // API Gateway passes this media type on as text.
    let destroyed = sent(&[plain, packed("gzip")], gzipped(&text())).await.expect(415);
    assert!(destroyed.text().contains("application/vnd.imprint+json"), "{}", destroyed.text());
    let other = sent(&[own, packed("br")], text()).await.expect(415);
    assert!(other.text().contains("Content-Encoding: br"), "{}", other.text());
    let bomb = format!("{{\"name\": \"{}\"}}", " ".repeat(20_000_000));
    sent(&[own, packed("gzip")], gzipped(&bomb)).await.expect(413);
}

#[tokio::test]
async fn a_body_that_lambda_would_not_take_is_refused_here_too() {
    let quotes = body(json!([]), json!({"x": "\"".repeat(2_900_000)}));
    Api::admin().post("/api/reports", &quotes).await.expect(413);
}

#[tokio::test]
async fn any_name_makes_a_report_without_a_slug() {
    let admin = Api::admin();
    let signs: String = unique("").bytes().map(|byte| ['!', '?', '#', '*', '~', '+'][usize::from(byte) % 6]).collect();
    for name in [format!("{} {}", unique("x"), "word ".repeat(30).trim_end()), signs] {
        let made = admin.post("/api/reports", &json!({"name": name, "definition": {"blocks": []}})).await;
        assert_eq!(made.status, 201, "{name}: {}", made.text());
    }
}
