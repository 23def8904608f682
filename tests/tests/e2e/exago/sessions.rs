//! Sessions: whom they serve, and until when.

use super::*;

#[tokio::test]
async fn a_session_serves_the_token_that_made_it_until_it_is_ended() {
    let (place, other) = (Place::new().await, Api::with_role("admin", &[]).await);
    let session = format!("/rest/sessions/{}", place.sid);
    let read_back = place.api.get(&session).await.expect(200).json();
    assert_eq!(read_back["Id"], place.sid);
    assert!(read_back["AppUrl"].as_str().unwrap().ends_with(&session));
    for (what, api, sid) in [
        ("another token", &other, place.sid.as_str()),
        ("an unknown session", &place.api, "00000000-0000-4000-8000-000000000000"),
        ("no session", &place.api, ""),
        ("nonsense", &place.api, "nonsense"),
    ] {
        let refused = api.get(&format!("/rest/reports/list?sid={sid}")).await;
        assert_eq!(refused.status, 401, "{what}");
        assert!(refused.json()["reason"].as_str().unwrap().contains("session"), "{what}: {}", refused.text());
    }
    let elsewhere = unique("tree");
    place.api.put(&format!("/api/v1/workspaces/{elsewhere}"), &json!({"name": "Other"})).await.expect(201);
    place.create("here").await.expect(200);
    let patch = |body: Value| read(place.api.request("PATCH", &session).json(&body));
    patch(json!({"Config": elsewhere})).await.expect(204);
    assert_eq!(names(&place.list("").await), "");
    patch(json!({"Config": "no-such-workspace"})).await.expect(404);
    patch(json!({"Page": "Home"})).await.expect(204);
    place.api.delete(&session).await.expect(204);
    place.api.get(&session).await.expect(401);
    place.send("GET", "/rest/reports/list").await.expect(401);
}
