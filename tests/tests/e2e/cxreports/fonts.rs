//! Fonts of a workspace: checked before they are stored, used wherever a report of it is rendered, and never by another.

use super::{Place, exports};
use imprint_tests::{
    api::{Answer, Api, read},
    aws::Aws,
    mail, samples,
};
use serde_json::{Value, json};

/// A letter of a script for which no font comes with Imprint; the font of the tests has it.
const LETTER: &str = "\u{10900}";
const FONT: &[u8] = samples::PHOENICIAN;

async fn report(place: &Place) -> Value {
    place.report_with(json!({"definition": {"blocks": [{"kind": "heading", "text": LETTER}]}})).await
}

async fn put(place: &Place, name: &str, bytes: impl Into<Vec<u8>>) -> Answer {
    let request = place.admin.request("PUT", &place.at(&format!("fonts/{name}")));
    read(request.header("content-type", "font/ttf").body(bytes.into())).await
}

async fn listed(place: &Place) -> Vec<Value> {
    place.admin.get(&place.at("fonts")).await.expect(200).json().as_array().unwrap().clone()
}

async fn objects(place: &Place) -> usize {
    Aws::connect().await.objects(&format!("fonts/{}/", place.code)).await.len()
}

/// What each way to render a report says of the characters that no font has; of a way that says nothing, an empty text.
async fn warnings(place: &Place, report: &Value) -> Vec<(&'static str, String)> {
    let (api, number, uid) = (&place.admin, &report["number"], report["id"].as_str().unwrap());
    let pdf = api.get(&place.at(&format!("reports/{number}/pdf"))).await.expect(200);
    let export = exports::ended(place, exports::start(place, report, &json!({})).await).await;
    api.publish_and_wait(uid).await;
    let published = api.get(&format!("/api/reports/{uid}/publications")).await.expect(200).json();
    let tried = json!({"name": "Tried", "workspace": place.code, "definition": {"blocks": [{"kind": "heading", "text": LETTER}]}});
    let checked = api.post("/api/reports/_check", &tried).await.expect(200).json();
    let begun = read(api.request("POST", &format!("/rest/sessions?config={}", place.code))).await.expect(201).json();
    let path = format!("/rest/reports/execute/pdf?sid={}", begun["Id"].as_str().unwrap());
    let asked = json!({"ReportPath": report["name"]}).to_string();
    let executed = read(api.request("POST", &path).body(asked)).await.expect(200);
    mail::send(api, &json!({"id": uid, "emails": mail::somebody("fonts")})).await.expect(200);
    let mailed = mail::deliveries(api, uid).await;
    let (preview, thumbnail) = (preview(place, number).await, api.get(&format!("/api/reports/{uid}/thumbnail")).await);
    let text = |value: &Value| value[0].as_str().unwrap_or_default().to_owned();
    let named = |answer: &Answer| answer.header("x-imprint-warnings").to_owned();
    vec![
        ("a rendition", named(&pdf)),
        ("an export", text(&export["warnings"])),
        ("a publication", text(&published["_embedded"]["inf:publication"][0]["warnings"])),
        ("a check", checked["warnings"][0]["message"].as_str().unwrap_or_default().to_owned()),
        ("an execution", named(&executed)),
        ("a mail", text(&mailed[0]["warnings"])),
        ("a preview", named(&preview)),
        ("a thumbnail", named(&thumbnail.expect(200))),
    ]
}

async fn preview(place: &Place, number: &Value) -> Answer {
    let made = read(place.admin.request("POST", "/api/v1/nonce-tokens")).await.expect(200).json();
    let path = format!("/ws/{}/reports/{number}/preview", place.code);
    let entered = Api::anonymous().get(&format!("{path}?nonce={}", made["nonce"].as_str().unwrap())).await.expect(303);
    let cookie = entered.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    read(Api::anonymous().request("GET", &path).header("cookie", cookie)).await.expect(200)
}

#[tokio::test]
async fn every_way_to_render_a_report_uses_the_fonts_of_its_workspace() {
    let (place, other) = (Place::new().await, Place::new().await);
    let (report, elsewhere) = (report(&place).await, report(&other).await);
    for (way, warning) in warnings(&place, &report).await {
        assert!(warning.contains("U+10900"), "{way} without the font: {warning}");
    }
    let stored = put(&place, "phoenician.ttf", FONT).await.expect(201).json();
    assert_eq!((&stored["name"], &stored["size"]), (&json!("phoenician.ttf"), &json!(FONT.len())));
    for (way, warning) in warnings(&place, &report).await {
        assert_eq!(warning, "", "{way} with the font");
    }
    let pdf = other.admin.get(&other.at(&format!("reports/{}/pdf", elsewhere["number"]))).await.expect(200);
    assert!(pdf.header("x-imprint-warnings").contains("U+10900"), "another workspace has no such font");
}

#[tokio::test]
async fn a_rendition_has_another_name_when_the_fonts_of_its_workspace_change() {
    let place = Place::new().await;
    let report = report(&place).await;
    let (pdf, pages) = (
        place.at(&format!("reports/{}/pdf", report["number"])),
        place.at(&format!("reports/{}/pages", report["number"])),
    );
    let tag = async || {
        place.admin.get(&pages).await.expect(200);
        place.admin.get(&pdf).await.expect(200).header("etag").to_owned()
    };
    let without = tag().await;
    put(&place, "a.ttf", FONT).await.expect(201);
    let with = tag().await;
    put(&place, "a.ttf", FONT).await.expect(200);
    assert_eq!(tag().await, with, "the same content under the same name");
    put(&place, "a.ttf", [FONT, b"other"].concat()).await.expect(200);
    let replaced = tag().await;
    assert_eq!(objects(&place).await, 1, "the content that was replaced is gone");
    place.admin.delete(&place.at("fonts/a.ttf")).await.expect(204);
    assert_eq!(tag().await, without, "as before");
    assert!(without != with && with != replaced && replaced != without);
    place.admin.delete(&place.at("fonts/a.ttf")).await.expect(404);
    assert_eq!((listed(&place).await.len(), objects(&place).await), (0, 0));
}

#[tokio::test]
async fn what_is_no_whole_font_is_refused_and_not_stored() {
    let place = Place::new().await;
    let table: [(&str, &[u8], &str); 4] = [
        ("brand.woff2", b"wOF2\0\x01\0\0", "`brand.woff2` is a WOFF2 font: convert it to TTF or OTF."),
        ("brand.woff", b"wOFF\0\x01\0\0", "`brand.woff` is a WOFF font: convert it to TTF or OTF."),
        ("page.ttf", b"<!doctype html>", "`page.ttf` is no font: use TTF, OTF or a collection of them (TTC, OTC)."),
        (
            "cut.ttf",
            &FONT[..FONT.len() - 4],
            "`cut.ttf` is not a whole font: its end is missing; download or export it again.",
        ),
    ];
    let report = report(&place).await;
    for (name, bytes, message) in table {
        assert_eq!(put(&place, name, bytes).await.expect(422).json()["error"], message);
        let path = format!("/api/reports/{}/assets/{name}", report["id"].as_str().unwrap());
        let refused = read(place.admin.request("PUT", &path).body(bytes.to_vec())).await.expect(422).json();
        assert_eq!(refused["message"], message, "as an asset");
    }
    put(&place, "empty.ttf", []).await.expect(400);
    put(&place, ".hidden.ttf", FONT).await.expect(400);
    put(&place, "large.ttf", vec![0; 4 * 1024 * 1024 + 1]).await.expect(413);
    let viewer = Api::with_role("viewer", &[&place.code]).await;
    read(viewer.request("PUT", &place.at("fonts/a.ttf")).body(FONT)).await.expect(403);
    viewer.delete(&place.at("fonts/a.ttf")).await.expect(403);
    viewer.get(&place.at("fonts")).await.expect(200);
    assert_eq!((listed(&place).await.len(), objects(&place).await), (0, 0));
}

#[tokio::test]
async fn fonts_that_are_stored_at_once_are_as_many_as_a_workspace_may_have() {
    let place = Place::new().await;
    let tries = (0..24).map(|n| {
        let request = place.admin.request("PUT", &place.at(&format!("fonts/{n}.ttf"))).body(FONT);
        tokio::spawn(read(request))
    });
    let mut stored = 0;
    for attempt in tries.collect::<Vec<_>>() {
        let answer = attempt.await.unwrap();
        assert!([201, 409, 503].contains(&answer.status), "{}", answer.text());
        stored += usize::from(answer.status == 201);
    }
    for n in 0..24 {
        stored += usize::from(put(&place, &format!("{n}.ttf"), FONT).await.status == 201);
    }
    assert_eq!((stored, listed(&place).await.len(), objects(&place).await), (20, 20, 20));
    let told = put(&place, "one-more.ttf", FONT).await.expect(409).json();
    assert_eq!(told["error"], "A workspace has at most 20 fonts; delete one, or reuse a name.");
}

#[tokio::test]
async fn a_font_that_no_request_can_carry_is_uploaded() {
    let (place, other) = (Place::new().await, Place::new().await);
    let report = report(&place).await;
    // What lies behind the tables of a font is no part of it.
    let font = [FONT, &vec![7; 20_000_000]].concat();
    let (id, upload) = expect(&place, font.len()).await;
    let named =
        |place: &Place| read(place.admin.request("PUT", &place.at(&format!("fonts/large.ttf?tempDataId={id}"))));
    let told = named(&place).await.expect(400).json();
    assert_eq!(told["error"], "tempDataId: nothing was uploaded yet: PUT it to the address that you got.");
    send(&upload, "font/ttf", vec![7; font.len() - 1]).await.expect(403);
    send(&upload, "text/html", font.clone()).await.expect(403);
    send(&upload, "font/ttf", font.clone()).await.expect(200);
    named(&other).await.expect(400);
    assert_eq!(named(&place).await.expect(201).json()["size"], font.len());
    let asset = format!("/api/reports/{}/assets/large.ttf", report["id"].as_str().unwrap());
    let put =
        |query: String, body: &'static [u8]| read(place.admin.request("PUT", &format!("{asset}{query}")).body(body));
    put(format!("?tempDataId={id}"), b"").await.expect(200);
    let record = place.admin.get(asset.split("/assets").next().unwrap()).await.expect(200).json();
    let kept = &record["assets"]["large.ttf"];
    assert_eq!((&kept["size"], &kept["mediaType"]), (&json!(font.len()), &json!("font/ttf")), "{record}");
    let left = place.admin.post(&place.at("temporary-data"), &json!({"content": 1})).await.expect(200).json();
    for (query, body) in [
        (format!("?tempDataId={id}"), b"and a body".as_slice()),
        (format!("?tempDataId={}", left["tempDataId"]), b""),
        ("?tempDataId=x".into(), b""),
        ("?tempDataId=1".into(), b""),
        (String::new(), b""),
    ] {
        put(query, body).await.expect(400);
    }
    for (way, warning) in warnings(&place, &report).await {
        assert_eq!(warning, "", "{way}");
    }
}

#[tokio::test]
async fn a_file_is_no_larger_than_an_asset_may_be_also_by_an_upload() {
    let place = Place::new().await;
    let report = report(&place).await;
    let (id, upload) = expect(&place, 26_214_401).await;
    send(&upload, "font/ttf", [FONT, &vec![0; 26_214_401 - FONT.len()]].concat()).await.expect(200);
    let told = read(place.admin.request("PUT", &place.at(&format!("fonts/a.ttf?tempDataId={id}")))).await.expect(413);
    assert!(told.json()["error"].as_str().unwrap().contains("26214400"), "{}", told.text());
    let path = format!("/api/reports/{}/assets/a.ttf?tempDataId={id}", report["id"].as_str().unwrap());
    read(place.admin.request("PUT", &path)).await.expect(413);
    for media_type in ["font", "font/ttf; charset=x"] {
        let asked = json!({"size": 1, "mediaType": media_type});
        let told = place.admin.post(&place.at("temporary-data/uploads"), &asked).await.expect(400).json();
        assert!(told["error"].as_str().unwrap().starts_with("mediaType: "), "{told}");
    }
}

/// An upload of so many bytes: its id and address.
async fn expect(place: &Place, size: usize) -> (u64, String) {
    let asked = json!({"size": size, "mediaType": "font/ttf"});
    let made = place.admin.post(&place.at("temporary-data/uploads"), &asked).await.expect(201).json();
    assert_eq!(made["headers"]["content-type"], "font/ttf");
    (made["tempDataId"].as_u64().unwrap(), made["uploadUrl"].as_str().unwrap().to_owned())
}

async fn send(upload: &str, media_type: &'static str, bytes: Vec<u8>) -> Answer {
    read(
        Api::anonymous()
            .request("PUT", upload)
            .header("content-type", media_type)
            .header("if-none-match", "*")
            .body(bytes),
    )
    .await
}
