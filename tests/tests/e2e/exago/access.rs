//! What rules about folders leave to a role.

use super::*;

#[tokio::test]
async fn a_hidden_folder_is_not_there_and_a_read_only_one_cannot_be_changed() {
    let place = Place::new().await;
    for path in ["open", "fixed", "fixed/draft", "secret", "secret/inner"] {
        place.create(path).await.expect(200);
    }
    let (fixed, secret) = (place.report("fixed", "f").await, place.report("secret/inner", "s").await);
    let designer = place.as_role("designer").await;
    place.rule("fixed", "designer", "read").await;
    place.rule("fixed/draft", "designer", "write").await;
    place.rule("secret", "designer", "none").await;
    let list = designer.list("").await;
    assert_eq!(names(&list), "fixed(draft() f) open()");
    assert_eq!((&list["entity"][0]["readonly_flag"], &list["entity"][0]["user"]), (&json!(true), &json!("Designer")));
    assert_eq!(list["entity"][0]["entity"][0]["readonly_flag"], false, "open again further down");
    designer.create("fixed/new").await.expect(403);
    designer.create("fixed/draft/new").await.expect(200);
    designer.delete("fixed/draft").await.expect(403);
    designer.rename("{'OldName':'open','NewName':'fixed/open'}").await.expect(403);
    designer.rename("{'OldName':'open','NewName':'secret/open'}").await.expect(404);
    designer.create("secret/new").await.expect(404);
    designer.send("GET", "/rest/reports/list?folder=secret").await.expect(404);
    designer.send("GET", "/rest/reports/list?folder=secret&depth=1").await.expect(404);
    let path = |report: &str| format!("/api/reports/{report}");
    designer.api.get(&path(&fixed)).await.expect(200);
    designer.api.put(&path(&fixed), &json!({"note": "n"})).await.expect(403);
    designer.api.delete(&path(&fixed)).await.expect(403);
    designer.api.get(&path(&secret)).await.expect(404);
    designer.api.publish(&secret).await.expect(404);
    designer.api.put(&path(&secret), &json!({"note": "n"})).await.expect(404);
    let found = designer.api.get("/api/reports?limit=1000").await.expect(200).json();
    assert_eq!(found["total"], 1, "{found}");
    let mut body = samples::body(&unique("leaf"), "text");
    body["workspace"] = json!(place.workspace);
    body["folder"] = json!("fixed");
    designer.api.post("/api/reports", &body).await.expect(403);
    let viewer = place.as_role("viewer").await;
    assert_eq!(names(&viewer.list("").await), "fixed(draft(new()) f) open() secret(inner(s))");
    assert_eq!(names(&place.list("").await), "fixed(draft(new()) f) open() secret(inner(s))", "an admin sees all");
    place.rule("/", "viewer", "none").await;
    assert_eq!(names(&viewer.list("").await), "");
    viewer.api.get(&path(&fixed)).await.expect(404);
    for (what, rule, status) in [
        ("admins", json!({"path": "open", "role": "admin", "access": "none"}), 400),
        ("no folder", json!({"path": "x", "role": "viewer", "access": "none"}), 404),
        ("no such access", json!({"path": "open", "role": "viewer", "access": "some"}), 400),
    ] {
        let mut rule = rule;
        rule["workspace"] = json!(place.workspace);
        assert_eq!(place.api.put("/api/folders/access", &rule).await.status, status, "{what}");
    }
}
