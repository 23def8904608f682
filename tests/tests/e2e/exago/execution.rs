//! Reports rendered into the answer.

use super::*;

#[tokio::test]
async fn a_report_is_executed_in_every_form() {
    let place = Place::new().await;
    place.create("Asset%20Reports").await.expect(200);
    place.report("Asset Reports", "Sales").await;
    let execute = |form: &'static str, body: &'static str| {
        let request = place.api.request("POST", &format!("/rest/Reports/Execute/{form}?sid={}", place.sid));
        read(request.body(body))
    };
    let sample = r"{'ReportPath':'Asset Reports\\Sales'}";
    let pdf = execute("pdf", sample).await.expect(200).json();
    assert!(pdf["ExecuteData"].as_str().unwrap().starts_with("JVBERi0"), "a PDF in base64");
    assert_eq!((&pdf["ReportPath"], &pdf["ExportType"]), (&json!("Asset Reports/Sales"), &json!("pdf")));
    assert_eq!((&pdf["DataType"], &pdf["IsError"], &pdf["ErrorList"]), (&json!("Data"), &json!(false), &json!(null)));
    let csv = execute("csv", sample).await.expect(200).json();
    let csv = csv["ExecuteData"].as_str().unwrap();
    assert!(csv.contains("North,10") && !csv.starts_with('\u{feff}'), "programs read it: {csv}");
    let rows = execute("json", sample).await.expect(200).json();
    let rows: Value = serde_json::from_str(rows["ExecuteData"].as_str().unwrap()).unwrap();
    assert_eq!(rows["rows"].as_array().unwrap().len(), 2, "{rows}");
    let html = execute("html", sample).await.expect(200).json();
    assert!(html["ExecuteData"].as_str().unwrap().contains("data:image/svg+xml;base64,"));
    execute("docx", sample).await.expect(400);
    execute("pdf", "{'ReportPath':'Asset Reports'}").await.expect(404);
    execute("pdf", "{'ReportPath':'x'}").await.expect(404);
    execute("pdf", "{'ReportPath':'x','Sorts':[{}]}").await.expect(400);
}

#[tokio::test]
async fn a_report_that_cannot_be_rendered_is_answered_as_an_error() {
    let place = Place::new().await;
    let mut body = samples::body(&unique("leaf"), "{{ data.missing.deeper }}");
    body["workspace"] = json!(place.workspace);
    body["name"] = json!("Broken");
    samples::create(&place.api, &body).await;
    let request = place.api.request("POST", &format!("/rest/reports/execute/pdf?sid={}", place.sid));
    let failed = read(request.body("{'ReportPath':'Broken'}")).await.expect(200).json();
    assert_eq!((&failed["IsError"], &failed["ExecuteData"]), (&json!(true), &json!(null)));
    assert!(failed["ErrorList"][0].as_str().unwrap().contains("blocks[1]"), "{failed}");
}

/// The report is at fault, and not the request: a client of Exago's looks for that in the body, whatever the reason.
#[tokio::test]
async fn a_report_whose_theme_is_gone_is_answered_as_an_error() {
    let place = Place::new().await;
    let theme = format!("/api/v1/ws/{}/themes/fleeting", place.workspace);
    place.api.put(&theme, &json!({"name": "Fleeting"})).await.expect(201);
    let mut body = samples::body(&unique("leaf"), "words");
    body["workspace"] = json!(place.workspace);
    body["name"] = json!("Themed");
    body["theme"] = json!("fleeting");
    samples::create(&place.api, &body).await;
    let execute = async || {
        let request = place.api.request("POST", &format!("/rest/reports/execute/html?sid={}", place.sid));
        read(request.body("{'ReportPath':'Themed'}")).await.expect(200).json()
    };
    assert_eq!(execute().await["IsError"], false);
    place.api.delete(&theme).await.expect(204);
    let failed = execute().await;
    assert_eq!((&failed["IsError"], &failed["ExecuteData"]), (&json!(true), &json!(null)));
    assert!(failed["ErrorList"][0].as_str().unwrap().contains("no theme “fleeting”"), "{failed}");
}
