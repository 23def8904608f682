//! Each sample event of `events/`, as `sam local invoke` sends it: the function takes it and answers in its own way.

use aws_sdk_lambda::primitives::Blob;
use imprint_tests::{aws::Aws, variable};
use serde_json::Value;
use std::{fs, path::Path};

/// The name of each function and its sample, always in the same order.
fn events() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut named: Vec<_> =
        files.filter(|file| file.extension().is_some_and(|extension| extension == "json")).collect();
    named.sort();
    named
        .into_iter()
        .map(|file| {
            let text = fs::read_to_string(&file).unwrap();
            (file.file_stem().unwrap().to_str().unwrap().to_owned(), serde_json::from_str(&text).unwrap())
        })
        .collect()
}

fn logical_id(name: &str) -> String {
    name.split('-').map(|part| part[..1].to_uppercase() + &part[1..]).collect()
}

/// The event with the administrator's token in place of the sample's.
fn with_token(event: &Value) -> Value {
    let mut event = event.clone();
    if event["headers"]["authorization"].is_string() {
        event["headers"]["authorization"] = format!("Bearer {}", variable("ADMIN_TOKEN")).into();
    }
    event
}

#[tokio::test]
async fn every_function_takes_its_sample_event() {
    let aws = Aws::connect().await;
    for (name, event) in events() {
        let function = aws.function_name(&logical_id(&name)).await;
        let invoke = aws.lambda.invoke().function_name(function).payload(Blob::new(with_token(&event).to_string()));
        let answer = invoke.send().await.unwrap();
        let payload = String::from_utf8_lossy(answer.payload().unwrap().as_ref()).into_owned();
        assert!(answer.function_error().is_none(), "{name}: {payload}");
        let payload: Value = serde_json::from_str(&payload).unwrap();
        let sound = match name.as_str() {
            _ if event["Records"].is_array() => payload["batchItemFailures"].is_array(),
            "operator-create-access-token" => payload["token"].is_string(),
            "operator-redrive-publications" => payload["messages"].is_number(),
            "publish-collect-bundles" => payload["complete"] == true,
            _ => payload["statusCode"].as_u64().is_some_and(|status| status < 500),
        };
        assert!(sound, "{name}: {payload}");
    }
}
