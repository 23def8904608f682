//! What the functions log: the same keys everywhere, metrics in the lines, one publication under one id from the request to the view, and
//! no secret, at the finest level either (`make test` asks for it).

use imprint_tests::{
    api::{Api, read},
    logs::{self, said},
    mail, samples,
};
use serde_json::{Value, json};

/// The metrics that a line declares, as (name, unit).
fn metrics(line: &Value) -> Vec<(&str, &str)> {
    let declared = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array();
    declared.into_iter().flatten().filter_map(|metric| metric["Name"].as_str().zip(metric["Unit"].as_str())).collect()
}

#[tokio::test]
async fn a_publication_is_followed_by_its_id_from_the_request_to_the_view() {
    let admin = Api::admin();
    let report = samples::report(&admin, "followed").await;
    let token = admin.publish_and_wait(&report).await;
    Api::anonymous().get(token["url"].as_str().unwrap()).await.expect(200);
    let list = admin.get(&format!("/api/reports/{report}/publications")).await.expect(200).json();
    let id = list["_embedded"]["inf:publication"][0]["id"].as_str().unwrap().to_owned();
    let uid = id.rsplit_once('-').unwrap().0;
    let caller = admin.token().strip_prefix("imp_").unwrap().split_once('.').unwrap().0;
    let about = |function: &str, message: &str| {
        let line = said(function, message, &id);
        assert_eq!((&line["publication"], &line["report"]), (&json!(id), &json!(uid)), "{line}");
        line
    };
    assert_eq!(about("InformerPublishReport", "served")["caller"], caller);
    assert!(about("PublishWorker", "handled")["messageId"].is_string());
    assert_eq!(about("PublicViewReport", "served")["status"], 200);

    let (begun, rendered, ended) =
        (about("PublishWorker", "publishing"), about("PublishWorker", "rendered"), about("PublishWorker", "ended"));
    assert_eq!(metrics(&begun), [("queuedMs", "Milliseconds")], "{begun}");
    assert_eq!(metrics(&rendered), [("renderMs", "Milliseconds")], "{rendered}");
    assert_eq!(metrics(&ended), [("publications", "Count"), ("publicationMs", "Milliseconds")], "{ended}");
    assert_eq!((&ended["publications"], &ended["outcome"]), (&json!(1), &json!("Done")));
    assert!(
        rendered["renderMs"].as_f64().unwrap() > 0.0
            && ended["publicationMs"].as_f64() >= rendered["renderMs"].as_f64()
    );
}

#[tokio::test]
async fn a_mail_is_counted_by_what_became_of_it() {
    let admin = Api::admin();
    let report = samples::report(&admin, "counted").await;
    let to = mail::somebody("counted");
    mail::send(&admin, &json!({"id": report, "emails": to})).await.expect(200);
    let uid = admin.get(&format!("/api/reports/{report}")).await.expect(200).json()["id"].clone();
    let line = said("GrafanaSendReport", "a mail was handed over", uid.as_str().unwrap());
    assert_eq!((metrics(&line), &line["outcome"]), (vec![("mails", "Count")], &json!("Sent")), "{line}");
    assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["stack"], ["stack", "outcome"]]));
}

#[tokio::test]
async fn every_line_has_the_same_keys() {
    let admin = Api::admin();
    let report = samples::report(&admin, "keys").await;
    admin.publish_and_wait(&report).await;
    admin.get("/api/reports/no:where").await.expect(404);
    let all = logs::lines("", "\"message\"");
    assert!(all.len() > 5);
    for line in &all {
        for key in ["timestamp", "level", "message", "function", "stack"] {
            assert!(line[key].is_string(), "no {key}: {line}");
        }
        assert!(line["stack"] != "" && line.get("span").is_none(), "{line}");
        if line["message"] == "served" || line["message"] == "handled" {
            assert!(line["requestId"].as_str().is_some_and(|id| !id.is_empty()), "{line}");
            assert!(line["traceId"].is_string() && line["durationMs"].is_number(), "{line}");
        }
        if line["message"] == "served" {
            assert!(line["traceId"].as_str().unwrap().starts_with("1-") && line["status"].is_number(), "{line}");
        }
    }
}

#[tokio::test]
async fn no_log_holds_a_secret() {
    let admin = Api::with_role("admin", &[]).await;
    let report = samples::report(&admin, "logged").await;
    let token = admin.publish_and_wait(&report).await;
    let (url, link) = (token["url"].as_str().unwrap(), token["token"].as_str().unwrap());
    Api::anonymous().get(url).await.expect(200);
    Api::anonymous().get(&format!("{url}/report.pdf?note=secret-query")).await.expect(200);
    // In places where they do not belong.
    let caller = admin.token();
    Api::anonymous().get(&format!("/api/reports/{caller}?token={caller}")).await.expect(401);
    admin.get(&format!("/api/reports/{caller}?password=secret-query")).await.expect(404);
    Api::anonymous().get(&format!("/nowhere/{link}?nonce=secret-query")).await.expect(404);

    let session = read(admin.request("POST", "/rest/sessions?config=default")).await.expect(201).json();
    let sid = session["Id"].as_str().unwrap().to_owned();
    admin.get(&format!("/rest/reports/list?sid={sid}")).await.expect(200);
    let upload = admin.post("/api/v1/ws/default/temporary-data/uploads", &json!({"size": 2})).await.expect(201).json();
    let signed = upload["uploadUrl"].as_str().unwrap();
    let signature = signed.split("X-Amz-Signature=").nth(1).unwrap().split('&').next().unwrap();

    let whole = logs::text("");
    assert!(whole.contains("GET /view/{token}") && whole.contains("GET /rest/reports/list"), "the calls are logged");
    for secret in [link, caller.split_once('.').unwrap().1, "secret-query", &sid, signature] {
        let line = whole.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{line:?} holds {secret}");
    }
}
