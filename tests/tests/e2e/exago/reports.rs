//! Reports among folders.

use super::*;

#[tokio::test]
async fn a_report_moves_with_its_ids_and_its_link() {
    let place = Place::new().await;
    for path in ["a", "a/b", "c"] {
        place.create(path).await.expect(200);
    }
    let report = place.report("a", "Sales").await;
    let before = place.api.get(&format!("/api/reports/{report}")).await.expect(200).json();
    let link = place.api.publish_and_wait(&report).await["url"].as_str().unwrap().to_owned();
    let change = |body: Value| {
        let (api, path) = (place.api.clone(), format!("/api/reports/{report}"));
        async move { api.put(&path, &body).await }
    };
    for (what, body, listed) in [
        ("deeper", json!({"folder": "a/b"}), "a(b(Sales)) c()"),
        ("higher, under another name", json!({"folder": "/", "name": "Turnover"}), "a(b()) c() Turnover"),
        ("where it is", json!({"folder": ""}), "a(b()) c() Turnover"),
        ("elsewhere", json!({"folder": "c"}), "a(b()) c(Turnover)"),
        ("up from a folder to another", json!({"folder": "a"}), "a(b() Turnover) c()"),
        ("another name in the same folder", json!({"folder": "a", "name": "b2"}), "a(b() b2) c()"),
    ] {
        change(body).await.expect(200);
        assert_eq!(names(&place.list("").await), listed, "{what}");
    }
    change(json!({"name": "b"})).await.expect(409);
    change(json!({"folder": "x"})).await.expect(404);
    change(json!({"folder": "a//b"})).await.expect(400);
    let after = place.api.get(&format!("/api/reports/{report}")).await.expect(200).json();
    assert_eq!(
        (&after["id"], &after["number"], &after["naturalId"]),
        (&before["id"], &before["number"], &before["naturalId"])
    );
    Api::anonymous().get(&link).await.expect(200);
    place.delete("a").await.expect(409);
    place.delete("c").await.expect(200);
    place.api.delete(&format!("/api/reports/{report}")).await.expect(204);
    place.delete("a/b").await.expect(200);
    place.delete("a").await.expect(200);
}
