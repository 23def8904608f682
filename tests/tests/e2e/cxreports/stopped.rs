//! Reports that the renderer cannot finish: in every form this is the report's fault, told at once, with the place and the reason.

use super::{
    Place, exports,
    previews::{address, nonce, redeemed},
};
use imprint_tests::{
    api::{Answer, Api, read},
    huddle::{Element, link_header},
    mail, samples, unique,
};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::Mutex;

const PANIC: &str = "#numbering(\"a\", 9223372036854775807)";
const ENDLESS: &str = "#for a in range(1000000) { for b in range(1000000) { let c = calc.pow(2, 10) } }";
const GIANT: &str = "#let a = \"x\" * 9000000\n#let b = a * 900\n#b.len()";

/// Each of the tests keeps every core busy for a while.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

fn definition(typst: &str) -> Value {
    json!({"definition": {"title": "Stopped", "typst": typst}})
}

/// What each form of a report says of it, which cannot be rendered.
async fn told(place: &Place, typst: &str) -> Vec<(&'static str, String)> {
    let report = &place.report_with(definition(typst)).await;
    let (pdf, pages, preview, check, execution, mailed, export, publication, document) = tokio::join!(
        async { refused(rendition(place, report, "pdf").await) },
        async { refused(rendition(place, report, "pages").await) },
        preview(place, report),
        check(place, typst),
        execution(place, report),
        mailed(place, report),
        export(place, report),
        publication(place, typst),
        document(place, typst),
    );
    vec![
        ("pdf", pdf),
        ("pages", pages),
        ("preview", preview),
        ("check", check),
        ("execution", execution),
        ("mail", mailed),
        ("export", export),
        ("publication", publication),
        ("document", document),
    ]
}

async fn rendition(place: &Place, report: &Value, what: &str) -> Answer {
    let path = place.at(&format!("reports/{}/{what}", report["number"]));
    answered(async || place.admin.get(&path).await).await
}

/// The function's own answer. On a busy machine the gateway gives up first, which says nothing about the report.
async fn answered(call: impl AsyncFn() -> Answer) -> Answer {
    loop {
        let answer = call().await;
        if answer.status != 503 {
            return answer;
        }
    }
}

fn refused(answer: Answer) -> String {
    answer.expect(422).json()["error"].as_str().unwrap().to_owned()
}

async fn preview(place: &Place, report: &Value) -> String {
    let cookie = redeemed(place, report, &nonce(&place.admin).await).await;
    let path = address(place, report);
    let show = || Api::anonymous().request("GET", &path).header("cookie", &cookie).header("accept", "application/json");
    refused(answered(async || read(show()).await).await)
}

async fn check(place: &Place, typst: &str) -> String {
    let mut body = samples::body(&unique("checked"), "");
    body.as_object_mut().unwrap().extend(definition(typst).as_object().unwrap().clone());
    body["workspace"] = json!(place.code);
    let check = async || place.admin.post("/api/reports/_check?render=pdf", &body).await;
    let checked = answered(check).await.expect(422).json();
    let error = &checked["errors"][0];
    let place = error["place"].as_str().unwrap().strip_prefix("definition.").unwrap_or_default();
    format!("{place}: {}", error["message"].as_str().unwrap())
}

async fn execution(place: &Place, report: &Value) -> String {
    let session = format!("/rest/sessions?config={}", place.code);
    let session = read(place.admin.request("POST", &session)).await.expect(201).json();
    let path = format!("/rest/reports/execute/pdf?sid={}", session["Id"].as_str().unwrap());
    let body = json!({"ReportPath": report["name"]}).to_string();
    let execute = async || read(place.admin.request("POST", &path).body(body.clone())).await;
    let failed = answered(execute).await.expect(200).json();
    assert_eq!(failed["IsError"], true, "{failed}");
    failed["ErrorList"][0].as_str().unwrap().to_owned()
}

async fn mailed(place: &Place, report: &Value) -> String {
    let body = json!({"id": report["id"], "emails": mail::somebody("stopped")});
    // Grafana's clients know no 422.
    let told = answered(async || mail::send(&place.admin, &body).await).await.expect(500).json();
    let delivery = mail::deliveries(&place.admin, report["id"].as_str().unwrap()).await.remove(0);
    assert_eq!((&delivery["status"], &delivery["reason"]), (&json!("Failed"), &told["message"]), "{delivery}");
    refusal(&told)
}

async fn export(place: &Place, report: &Value) -> String {
    let status = exports::ended(place, exports::start(place, report, &json!({})).await).await;
    assert_eq!(status["status"], "Failed", "{status}");
    status["errorMessage"].as_str().unwrap().to_owned()
}

/// Publishes until it has failed, then once more, which begins anew; Informer's call.
async fn publication(place: &Place, typst: &str) -> String {
    let report = place.report_with(definition(typst)).await;
    let path = format!("/api/reports/{}/_cloud-publish", report["id"].as_str().unwrap());
    let publish = async || {
        let answer = read(place.admin.request("POST", &path)).await;
        let progress = answer.header("location").to_owned();
        match progress.is_empty() {
            // It failed within the call.
            true => refusal(&answer.expect(422).json()),
            false => {
                let ended = place.admin.finished(&progress).await;
                assert_eq!(ended["status"], "Failed", "{ended}");
                ended["reason"].as_str().unwrap().to_owned()
            }
        }
    };
    let first = publish().await;
    assert_eq!(publish().await, first);
    let path = format!("/api/reports/{}/publications", report["id"].as_str().unwrap());
    let list = place.admin.get(&path).await.expect(200).json();
    assert_eq!(list["_embedded"]["inf:publication"].as_array().unwrap().len(), 2, "{list}");
    first
}

fn refusal(body: &Value) -> String {
    body["message"].as_str().unwrap_or_else(|| panic!("no message in {body}")).to_owned()
}

/// The same by Huddle's call.
async fn document(place: &Place, typst: &str) -> String {
    let report = place.report_with(definition(typst)).await;
    let path = format!("/files/documents/{}/publications", report["number"]);
    let mut seen = Vec::new();
    for _ in 0..2 {
        let answer = read(place.admin.request("POST", &path)).await.expect(202);
        let progress = link_header(answer.header("link"))[1].1.to_owned();
        let failed = loop {
            let accept = "application/vnd.huddle.data+xml";
            let text = read(place.admin.request("GET", &progress).header("accept", accept)).await.expect(200).text();
            let progress = Element::read(&text);
            assert_ne!(progress.text_at("status"), "Done", "{text}");
            if progress.text_at("status") == "Failed" {
                break text;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        seen.push((progress, failed));
    }
    assert_ne!(seen[0].0, seen[1].0, "the second call joined the first publication, which had failed");
    seen.remove(0).1
}

/// Each form says it, under the place of the report's source.
async fn each_says(typst: &str, reason: &str) {
    let (place, _alone) = (Place::new().await, ONE_AT_A_TIME.lock().await);
    for (form, said) in told(&place, typst).await {
        match form {
            "document" => assert!(said.contains(reason), "{form}: {said}"),
            _ => assert!(said.starts_with("typst: ") && said.contains(reason), "{form}: {said}"),
        }
    }
}

#[tokio::test]
async fn a_panic_of_the_renderer_is_told_in_every_form() {
    each_says(PANIC, "The renderer stopped at this report: ").await;
}

#[tokio::test]
async fn exhausted_memory_is_told_in_every_form() {
    each_says(GIANT, "MB of memory to render").await;
}

#[tokio::test]
async fn exhausted_time_is_told_in_every_form() {
    each_says(ENDLESS, "s to render").await;
}

#[tokio::test]
async fn too_many_pages_are_told_in_every_form() {
    let typst = "#for page in range(5999) [#pagebreak()]";
    each_says(typst, "The report has 6000 pages, more than the 5000 that it may have; show fewer rows or split it")
        .await;
}
