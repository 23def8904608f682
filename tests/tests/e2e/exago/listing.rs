//! The list of the tree: parts of it, compressed, and known again.

use super::*;

#[tokio::test]
async fn a_list_is_cut_compressed_and_known_again() {
    let place = Place::new().await;
    for path in ["a", "a/b", "a/b/c", "d"] {
        place.create(path).await.expect(200);
    }
    for number in 0..30 {
        place.create(&format!("d/n{number:02}")).await.expect(200);
    }
    assert_eq!(names(&place.list("folder=a").await), "b(c())");
    assert_eq!(names(&place.list("depth=1").await), "a(…) d(…)");
    assert_eq!(names(&place.list("folder=a&depth=1").await), "b(…)");
    assert_eq!(names(&place.list("folder=a&depth=2").await), "b(c(…))");
    assert_eq!(names(&place.list("folder=a%2Fb&depth=5").await), "c()");
    for query in ["depth=0", "depth=65", "depth=x", "folder=a%2F%2Fb"] {
        place.send("GET", &format!("/rest/reports/list?{query}")).await.expect(400);
    }
    place.send("GET", "/rest/reports/list?folder=x").await.expect(404);
    let path = format!("/rest/reports/list?sid={}", place.sid);
    let packed = place.api.request("GET", &path).header("accept-encoding", "gzip");
    let packed = packed.send().await.unwrap();
    let tag = packed.headers()["etag"].to_str().unwrap().to_owned();
    let again = |tag: String| read(place.api.request("GET", &path).header("if-none-match", tag));
    again(tag.clone()).await.expect(304);
    place.delete("d/n00").await.expect(200);
    assert_ne!(again(tag.clone()).await.expect(200).header("etag"), tag);
}
