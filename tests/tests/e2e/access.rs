//! Access tokens: shown once, kept as a hash, bound to a role and to workspaces, dead the moment they are revoked.

use base64::{Engine, engine::general_purpose::STANDARD};
use imprint_tests::{
    api::{Api, read},
    aws::Aws,
    samples, unique,
};
use serde_json::json;

#[tokio::test]
async fn a_token_is_shown_once_and_kept_only_as_a_hash() {
    let admin = Api::admin();
    let made =
        admin.post("/api/v1/personal-access-tokens", &json!({"name": "once", "role": "viewer"})).await.expect(201);
    let (id, token) =
        (made.json()["id"].as_str().unwrap().to_owned(), made.json()["token"].as_str().unwrap().to_owned());
    let listed = admin.get("/api/v1/personal-access-tokens").await.expect(200);
    assert!(listed.text().contains(&id), "the token is listed");
    assert!(!listed.text().contains(&token), "its secret is not");
    let secret = token.split_once('.').unwrap().1;
    assert!(!Aws::connect().await.dump("ACCESS_TABLE").await.contains(secret), "the table holds the secret");
}

#[tokio::test]
async fn a_revoked_token_is_refused_by_the_very_next_call() {
    let (admin, viewer) = (Api::admin(), Api::with_role("viewer", &[]).await);
    viewer.get("/api/reports").await.expect(200);
    let id = viewer.token().trim_start_matches("imp_").split_once('.').unwrap().0.to_owned();
    admin.delete(&format!("/api/v1/personal-access-tokens/{id}")).await.expect(204);
    let refused = viewer.get("/api/reports").await.expect(401);
    assert_eq!(refused.header("www-authenticate"), "Bearer realm=\"imprint\"");
    admin.delete(&format!("/api/v1/personal-access-tokens/{id}")).await.expect(404);
}

#[tokio::test]
async fn an_expired_token_is_refused() {
    let soon = "2020-01-01T00:00:00Z";
    let body = json!({"name": "old", "role": "viewer", "expiresAt": soon});
    let refused = Api::admin().post("/api/v1/personal-access-tokens", &body).await.expect(400);
    assert!(refused.text().contains("expiresAt"), "{}", refused.text());
}

#[tokio::test]
async fn what_histories_show_of_a_token_has_no_control_characters() {
    for field in ["name", "user", "email"] {
        let mut body = json!({"name": "odd", "role": "viewer"});
        body[field] = "a\u{7}b".into();
        let refused = Api::admin().post("/api/v1/personal-access-tokens", &body).await.expect(400);
        assert!(refused.json()["error"].as_str().unwrap().starts_with(field), "{}", refused.text());
    }
}

#[tokio::test]
async fn the_use_of_a_token_is_recorded() {
    let viewer = Api::with_role("viewer", &[]).await;
    viewer.get("/api/reports").await.expect(200);
    let id = viewer.token().trim_start_matches("imp_").split_once('.').unwrap().0.to_owned();
    let listed = Api::admin().get("/api/v1/personal-access-tokens").await.expect(200).json();
    let token = listed.as_array().unwrap().iter().find(|token| token["id"] == id.as_str()).unwrap().clone();
    assert!(token["lastUsedAt"].is_string(), "{token}");
}

#[tokio::test]
async fn every_form_of_the_credentials_that_clients_send_works() {
    let (anonymous, token) = (Api::anonymous(), Api::admin().token().to_owned());
    let basic = format!("Basic {}", STANDARD.encode(format!("anybody:{token}")));
    for (header, value) in [
        ("authorization", format!("Bearer {token}")),
        ("authentication", format!("Bearer {token}")),
        ("authorization", format!("OAuth2 {token}")),
        ("authorization", basic),
    ] {
        let answer = read(anonymous.request("GET", "/api/v1/workspaces").header(header, &value)).await;
        assert_eq!(answer.status, 200, "{header}: {}", value.split(' ').next().unwrap());
    }
}

#[tokio::test]
async fn a_report_in_a_workspace_out_of_reach_is_not_there() {
    let (admin, code) = (Api::admin(), unique("ws"));
    admin.put(&format!("/api/v1/workspaces/{code}"), &json!({"name": "Elsewhere"})).await.expect(201);
    let mut body = samples::body(&unique("hidden"), "secret");
    body["workspace"] = json!(code);
    let hidden = samples::create(&admin, &body).await;
    let stranger = Api::with_role("admin", &["default"]).await;
    stranger.get(&format!("/api/reports/{hidden}")).await.expect(404);
    stranger.publish(&hidden).await.expect(404);
    assert!(!stranger.get("/api/reports?limit=1000").await.expect(200).text().contains(&hidden));
    assert!(!stranger.get("/api/v1/workspaces").await.expect(200).text().contains(&code));
    let insider = Api::with_role("viewer", &[&code]).await;
    insider.get(&format!("/api/reports/{hidden}")).await.expect(200);
    insider.publish(&hidden).await.expect(403);
    body["slug"] = json!(unique("intruder"));
    let refused = stranger.post("/api/reports", &body).await.expect(404);
    assert!(refused.text().contains("workspace"), "{}", refused.text());
}

#[tokio::test]
async fn a_token_of_some_workspaces_can_make_neither_tokens_nor_workspaces() {
    let limited = Api::with_role("admin", &["default"]).await;
    limited.post("/api/v1/personal-access-tokens", &json!({"name": "more", "role": "admin"})).await.expect(403);
    limited.put("/api/v1/workspaces/mine", &json!({"name": "Mine"})).await.expect(403);
}

#[tokio::test]
async fn names_beyond_what_a_key_holds_are_refused_or_kept_and_never_break_the_service() {
    let admin = Api::admin();
    admin.delete(&format!("/api/v1/personal-access-tokens/{}", "x".repeat(3_000))).await.expect(404);
    admin.get(&format!("/api/progress/{}", "x".repeat(1_500))).await.expect(404);
    let long = json!({"name": "long", "role": "viewer", "user": "u".repeat(3_000)});
    admin.post("/api/v1/personal-access-tokens", &long).await.expect(400);
    let mut body = samples::body(&unique("emoji"), "text");
    body["name"] = json!("\u{1f4ca}".repeat(255 - 36) + &unique(""));
    let report = samples::create(&admin, &body).await;
    assert_eq!(admin.get(&format!("/api/reports/{report}")).await.expect(200).json()["name"], body["name"]);
}

#[tokio::test]
async fn a_password_that_a_browser_keeps_is_of_no_use_to_other_sites() {
    let admin = Api::admin();
    let report = samples::report(&admin, "not for others").await;
    let path = format!("/api/reports/{report}/_cloud-unpublish");
    let basic = || Api::anonymous().request("POST", &path).basic_auth("anybody", Some(admin.token()));
    read(basic()).await.expect(204);
    read(basic().header("sec-fetch-site", "same-origin").header("origin", "https://imprint.example")).await.expect(204);
    read(basic().header("sec-fetch-site", "cross-site")).await.expect(401);
    read(basic().header("origin", "https://evil.example")).await.expect(401);
    let navigated = Api::anonymous().request("GET", &format!("/api/reports/{report}"));
    let navigated = navigated.basic_auth("anybody", Some(admin.token())).header("sec-fetch-site", "cross-site");
    read(navigated).await.expect(200);
}

/// A refusal would tell one workspace which names another has.
#[tokio::test]
async fn a_natural_id_that_another_workspace_has_is_free() {
    let admin = Api::admin();
    let (one, other) = (unique("ws"), unique("ws"));
    for code in [&one, &other] {
        admin.put(&format!("/api/v1/workspaces/{code}"), &json!({"name": "Apart"})).await.expect(201);
    }
    let (ours, theirs) = (Api::with_role("designer", &[&one]).await, Api::with_role("designer", &[&other]).await);
    let mut body = samples::body(&unique("report"), "words");
    let mut made = Vec::new();
    for (caller, code) in [(&ours, &one), (&theirs, &other)] {
        body["workspace"] = json!(code);
        made.push(caller.post("/api/reports", &body).await.expect(201).json());
        let refused = caller.post("/api/reports", &body).await.expect(409);
        assert!(refused.text().contains("in this workspace"), "{}", refused.text());
    }
    let name = made[0]["naturalId"].as_str().unwrap();
    assert_eq!(made[1]["naturalId"], name);
    for (caller, code, own) in [(&ours, &one, &made[0]), (&theirs, &other, &made[1])] {
        assert_eq!(caller.get(&format!("/api/reports/{name}")).await.expect(200).json()["id"], own["id"]);
        let pages = format!("/api/v1/ws/{code}/reports/{name}/pages");
        caller.get(&pages).await.expect(200);
        admin.get(&pages).await.expect(200);
    }
    let unclear = admin.get(&format!("/api/reports/{name}")).await.expect(404);
    assert!(unclear.text().contains("Several"), "{}", unclear.text());
    ours.delete(&format!("/api/reports/{name}")).await.expect(204);
    ours.get(&format!("/api/reports/{name}")).await.expect(404);
    assert_eq!(admin.get(&format!("/api/reports/{name}")).await.expect(200).json()["id"], made[1]["id"]);
    body["workspace"] = json!(one);
    ours.post("/api/reports", &body).await.expect(201);
}
