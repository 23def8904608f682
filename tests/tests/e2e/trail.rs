//! One publication is followed by one id through the logs: the request, the message, the worker, the view.

use imprint_tests::{api::Api, samples, variable};
use serde_json::Value;
use std::path::PathBuf;

/// The lines of a function's log that name `id`, as JSON.
fn lines_about(function: &str, id: &str) -> Vec<Value> {
    let folder = PathBuf::from(variable("MAIL_DIR")).with_file_name("logs").join("functions");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let of_function = files.filter(|file| file.file_name().unwrap().to_string_lossy().contains(function));
    let text: String = of_function.map(|file| std::fs::read_to_string(file).unwrap()).collect();
    text.lines().filter(|line| line.contains(id)).map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_publication_is_followed_by_its_id_from_the_request_to_the_view() {
    let admin = Api::admin();
    let report = samples::report(&admin, "followed").await;
    let token = admin.publish_and_wait(&report).await;
    Api::anonymous().get(token["url"].as_str().unwrap()).await.expect(200);
    let list = admin.get(&format!("/api/reports/{report}/publications")).await.expect(200).json();
    let id = list["_embedded"]["inf:publication"][0]["id"].as_str().unwrap().to_owned();
    let said = |function: &str, message: &str| {
        let lines = lines_about(function, &id);
        let line = lines.iter().find(|line| line["message"] == message);
        let line = line.unwrap_or_else(|| panic!("{function} does not say {message:?} of {id}: {lines:?}"));
        assert_eq!(line["span"]["publication"], id.as_str(), "always at the same place: {line}");
        line.clone()
    };
    assert!(said("InformerPublishReport", "served")["requestId"].is_string());
    said("PublishWorker", "publishing");
    said("PublishWorker", "ended");
    assert!(said("PublishWorker", "handled")["messageId"].is_string());
    assert_eq!(said("PublicViewReport", "served")["status"], 200);
}
