//! Folders far below the root, a tree that no answer holds, and sessions that cannot be.

use super::*;
use crate::refusals::NOTHING;
use aws_sdk_dynamodb::types::AttributeValue;
use imprint_tests::aws::Aws;

#[tokio::test]
async fn a_folder_far_below_the_root_is_deleted() {
    let place = Place::new().await;
    for path in ["a", "a/b", "a/b/c"] {
        place.create(path).await.expect(200);
    }
    place.delete("a/b/c").await.expect(200);
    assert_eq!(names(&place.list("").await), "a(b())");
}

#[tokio::test]
async fn a_list_above_the_limit_comes_from_the_bucket() {
    let (place, aws) = (Place::new().await, Aws::connect().await);
    place.create("first").await.expect(200);
    let partition = format!("TREE#{}", place.workspace);
    let folder = aws.find("CATALOG_TABLE", &partition, "name", "first").await;
    // With names that the API does not take, few folders are many megabytes.
    for number in 0..25 {
        let mut folder = folder.clone();
        folder.insert("sk".into(), AttributeValue::S(format!("00000000-0000-4000-8000-{number:012}")));
        folder.insert("name".into(), AttributeValue::S(format!("{number:02}").repeat(100_000)));
        let put = aws.dynamodb.put_item().table_name(variable("CATALOG_TABLE")).set_item(Some(folder));
        put.send().await.unwrap();
    }
    let path = format!("/rest/reports/list?sid={}", place.sid);
    let answer = read(place.api.request("GET", &path).header("accept-encoding", "identity")).await;
    assert_eq!(answer.status, 302, "{} bytes", answer.body.len());
    let list = Api::anonymous().get(answer.header("location")).await.expect(200).json();
    assert_eq!(list["entity"].as_array().unwrap().len(), 26);
}

#[tokio::test]
async fn a_session_that_cannot_be_is_refused_like_one_that_is_not() {
    let place = Place::new().await;
    for method in ["GET", "PATCH", "DELETE"] {
        let [unknown, refused] = [NOTHING, "x"].map(|id| place.api.request(method, &format!("/rest/sessions/{id}")));
        let (unknown, refused) = (read(unknown).await.expect(401), read(refused).await.expect(401));
        assert_eq!(refused.json()["reason"], unknown.json()["reason"], "{method}");
    }
}
