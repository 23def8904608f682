//! Reports, report types, themes and templates of a workspace, and how they are managed.

use super::Place;
use imprint_tests::{api::Api, unique};
use serde_json::{Value, json};

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_type_leads_to_its_default_report_and_a_list_says_which_it_is() {
    let place = Place::new().await;
    let (one, other) = (place.report_with(json!({"reportType": "sales"})).await, place.report().await);
    let path = place.at("report-types/sales");
    let fields = json!({"name": "Sales reports", "description": "Monthly", "defaultReportId": one["number"]});
    let made = place.admin.put(&path, &fields).await.expect(201).json();
    assert_eq!(made["defaultReportName"], one["name"], "{made}");
    let again = place.admin.put(&path, &json!({"name": "Sales", "defaultReportId": one["naturalId"]})).await;
    assert_eq!(again.expect(200).json()["id"], made["id"], "it keeps its number");

    let types = place.admin.get(&place.at("report-types")).await.expect(200).json();
    let expected = json!([{"id": made["id"], "name": "Sales", "description": "", "code": "sales",
        "defaultReportId": one["number"], "defaultReportName": one["name"]}]);
    assert_eq!(types, expected);

    let all = place.admin.get(&place.at("reports")).await.expect(200).json();
    assert_eq!(all.as_array().unwrap().len(), 2);
    for kind in ["sales".to_owned(), made["id"].to_string()] {
        let of_type = place.admin.get(&place.at(&format!("reports?type={kind}"))).await.expect(200).json();
        let item = &of_type[0];
        assert_eq!(names(&of_type), [one["name"].as_str().unwrap()]);
        let told =
            json!([item["id"], item["reportTypeId"], item["reportTypeName"], item["themeName"], item["isDefault"]]);
        assert_eq!(told, json!([one["number"], made["id"], "Sales", "Default", true]));
    }
    place.admin.get(&place.at("reports/sales/pages")).await.expect(200);
    let told = place.admin.get(&place.at("reports/stock/pages")).await.expect(404).json();
    assert!(told["error"].as_str().unwrap().contains("stock"), "{told}");
    let page = place.admin.get(&place.at("reports?offset=1&limit=1")).await.expect(200).json();
    assert_eq!(page.as_array().unwrap().len(), 1);
    drop(other);
}

#[tokio::test]
async fn a_default_report_is_one_of_the_workspace() {
    let (place, other) = (Place::new().await, Place::new().await);
    let foreign = other.report().await;
    for (id, what) in [(foreign["number"].clone(), "of another workspace"), (json!(999_999_999), "unknown")] {
        let body = json!({"name": "Sales", "defaultReportId": id});
        let told = place.admin.put(&place.at("report-types/sales"), &body).await.expect(400).json();
        assert!(told["error"].as_str().unwrap().starts_with("defaultReportId: "), "{what}: {told}");
    }
    let own = place.report().await;
    place
        .admin
        .put(&place.at("report-types/sales"), &json!({"name": "S", "defaultReportId": own["id"]}))
        .await
        .expect(201);
    place.admin.delete(&format!("/api/reports/{}", own["id"].as_str().unwrap())).await.expect(204);
    place.admin.get(&place.at("reports/sales/pdf")).await.expect(404);
    let types = place.admin.get(&place.at("report-types")).await.expect(200).json();
    assert_eq!(types[0]["defaultReportId"], Value::Null, "a deleted report is nobody's default: {types}");
}

#[tokio::test]
async fn themes_and_templates_come_with_the_service_and_from_designers() {
    let place = Place::new().await;
    let themes = place.admin.get(&place.at("themes")).await.expect(200).json();
    assert_eq!(themes[0], json!({"id": 1, "code": "default", "name": "Default"}));
    let made =
        place.admin.put(&place.at("themes/acme"), &json!({"name": "Acme", "colours": {"accent": "#aa0000"}})).await;
    let made = made.expect(201).json();
    assert!(made["id"].as_u64().unwrap() > 10 && made["colours"]["accent"] == "#aa0000", "{made}");
    let cream = json!({"name": "Cream", "colours": {"background": "#fffbf0", "surface": "#fff4d6"}});
    let made = place.admin.put(&place.at("themes/cream"), &cream).await.expect(201).json();
    assert_eq!(made["colours"]["background"], "#fffbf0", "{made}");
    let themes = place.admin.get(&place.at("themes")).await.expect(200).json();
    assert_eq!(names(&themes), ["Default", "Dark blue", "Acme", "Cream"]);
    let body = json!({"name": "Letter", "size": "letter", "header": "{{ report }}"});
    place.admin.put(&place.at("templates/letter"), &body).await.expect(201);
    let templates = place.admin.get(&place.at("templates")).await.expect(200).json();
    assert_eq!(names(&templates), ["Default", "Letter"]);

    let table = [
        ("themes/acme", json!({"name": "Acme", "colours": {"accent": "red"}}), "colours.accent: "),
        ("themes/acme", json!({"name": "Acme", "colours": {"background": "#101010"}}), "colours.accent: "),
        ("themes/default", json!({"name": "Mine"}), "code: "),
        ("themes/17", json!({"name": "Mine"}), "code: "),
        ("themes/acme", json!({"colours": {}}), "The body is not what this call takes: missing field `name`"),
        ("templates/letter", json!({"name": "L", "size": "a9"}), "size: "),
        ("templates/letter", json!({"name": "L", "header": "x".repeat(501)}), "header: "),
        ("report-types/sales", json!({"name": ""}), "name: "),
    ];
    for (path, body, expected) in table {
        let told = place.admin.put(&place.at(path), &body).await.expect(400).json();
        assert!(told["error"].as_str().unwrap().starts_with(expected), "{path}: {told}");
    }
}

#[tokio::test]
async fn what_a_workspace_offers_can_be_deleted_and_what_comes_with_the_service_cannot() {
    let place = Place::new().await;
    let report = place.report_with(json!({"theme": "acme", "template": "letter"})).await;
    let pdf = place.at(&format!("reports/{}/pdf", report["number"]));
    let default = json!({"name": "S", "defaultReportId": report["id"]});
    for (path, body) in [
        ("themes/acme", json!({"name": "A"})),
        ("templates/letter", json!({"name": "L"})),
        ("report-types/sales", default),
    ] {
        place.admin.put(&place.at(path), &body).await.expect(201);
    }
    place.admin.get(&place.at("reports/sales/pdf")).await.expect(200);
    for (path, noun) in
        [("themes/acme", "theme"), ("templates/letter", "template"), ("report-types/sales", "report type")]
    {
        let viewer = Api::with_role("viewer", &[&place.code]).await;
        viewer.delete(&place.at(path)).await.expect(403);
        place.admin.delete(&place.at(path)).await.expect(204);
        let told = place.admin.delete(&place.at(path)).await.expect(404).json();
        assert!(told["error"].as_str().unwrap().starts_with(&format!("The workspace has no {noun} “")), "{told}");
    }
    assert_eq!(names(&place.admin.get(&place.at("themes")).await.expect(200).json()), ["Default", "Dark blue"]);
    place.admin.get(&place.at("reports/sales/pdf")).await.expect(404);
    let told = place.admin.get(&pdf).await.expect(422).json();
    assert!(told["error"].as_str().unwrap().contains("no theme “acme”"), "{told}");
    for code in ["themes/default", "themes/2", "templates/default"] {
        let told = place.admin.delete(&place.at(code)).await.expect(409).json();
        assert!(told["error"].as_str().unwrap().ends_with("comes with the service and cannot be deleted."), "{told}");
    }
    // A theme of this code is another one.
    place.admin.put(&place.at("themes/acme"), &json!({"name": "Acme"})).await.expect(201);
    place.admin.put(&place.at("templates/letter"), &json!({"name": "Letter"})).await.expect(201);
    place.admin.get(&pdf).await.expect(200);
}

#[tokio::test]
async fn two_first_requests_at_once_give_a_theme_one_number() {
    let place = Place::new().await;
    // The functions of the first rounds start one after the other.
    for round in 0..6 {
        let path = place.at(&format!("themes/contested-{round}"));
        let puts = (0..8).map(|_| {
            let (admin, path) = (place.admin.clone(), path.clone());
            tokio::spawn(async move { admin.put(&path, &json!({"name": "Contested"})).await })
        });
        let mut numbers = std::collections::BTreeSet::new();
        for put in puts.collect::<Vec<_>>() {
            numbers.insert(put.await.unwrap().json()["id"].as_u64().unwrap());
        }
        assert_eq!(numbers.len(), 1, "{numbers:?}");
    }
}

#[tokio::test]
async fn a_workspace_is_closed_to_tokens_of_others_and_its_presets_to_readers() {
    let (place, other) = (Place::new().await, Place::new().await);
    place.report().await;
    let stranger = Api::with_role("designer", &[&other.code]).await;
    for path in ["reports", "report-types", "themes", "templates"] {
        stranger.get(&place.at(path)).await.expect(404);
    }
    stranger.put(&place.at("themes/mine"), &json!({"name": "Mine"})).await.expect(404);
    let viewer = Api::with_role("viewer", &[&place.code]).await;
    viewer.get(&format!("/api/v1/ws/{}/reports", place.number)).await.expect(200);
    viewer.put(&place.at("themes/mine"), &json!({"name": "Mine"})).await.expect(403);
}

#[tokio::test]
async fn a_report_in_a_hidden_folder_is_in_no_list_and_under_no_address() {
    let place = Place::new().await;
    let sid = place.admin.post(&format!("/rest/sessions?config={}", place.code), &json!({})).await.expect(201);
    let sid = sid.json()["Id"].as_str().unwrap().to_owned();
    let folder = unique("hidden");
    place.admin.post(&format!("/rest/folders/{folder}?sid={sid}"), &json!({})).await.expect(200);
    let rule = json!({"workspace": place.code, "path": folder, "role": "viewer", "access": "none"});
    place.admin.put("/api/folders/access", &rule).await.expect(200);
    let report = place.report_with(json!({"folder": folder})).await;
    place
        .admin
        .put(&place.at("report-types/sales"), &json!({"name": "S", "defaultReportId": report["id"]}))
        .await
        .expect(201);
    let viewer = Api::with_role("viewer", &[&place.code]).await;
    assert_eq!(viewer.get(&place.at("reports")).await.expect(200).json(), json!([]));
    for name in [report["number"].to_string(), "sales".to_owned()] {
        viewer.get(&place.at(&format!("reports/{name}/pdf"))).await.expect(404);
    }
    let types = viewer.get(&place.at("report-types")).await.expect(200).json();
    assert_eq!(types[0]["defaultReportName"], Value::Null, "{types}");
}
