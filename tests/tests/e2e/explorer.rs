//! The description of the API, as the service itself answers it, and the explorer that shows it.

use flate2::read::GzDecoder;
use imprint_tests::{
    api::{Answer, Api, read},
    variable,
};
use regex::Regex;
use serde_json::Value;
use std::{fs, io::Read, path::Path};

const FORMS: [(&str, &str); 3] = [
    ("/openapi.json", "application/json"),
    ("/openapi.yaml", "application/yaml"),
    ("/schema/report.json", "application/schema+json"),
];

fn file() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi.yaml")).unwrap()
}

async fn with(path: &str, header: &str, value: &str) -> Answer {
    read(Api::anonymous().request("GET", path).header(header, value)).await
}

#[tokio::test]
async fn the_description_is_the_file_of_the_repository_with_the_address_of_this_service() {
    let mut expected: Value = serde_yaml_ng::from_str(&file()).unwrap();
    let written = expected["servers"][0]["url"].as_str().unwrap().to_owned();
    expected["servers"][0]["url"] = variable("API_URL").into();
    let anonymous = Api::anonymous();
    let [as_json, as_yaml] = [anonymous.get("/openapi.json").await, anonymous.get("/openapi.yaml").await];
    assert_eq!(as_json.expect(200).json(), expected);
    let text = as_yaml.expect(200).text();
    assert_eq!(serde_yaml_ng::from_str::<Value>(&text).unwrap(), expected);
    // Word for word, comments included.
    let address = |url: &str| format!("\"{url}\"");
    assert_eq!(text, file().replacen(&address(&written), &address(&variable("API_URL")), 1));
}

#[tokio::test]
async fn the_description_is_for_programs_of_any_site_and_asked_for_again_each_time() {
    for (path, media_type) in FORMS {
        let answer = Api::anonymous().get(path).await.expect(200);
        let headers = ["content-type", "cache-control", "access-control-allow-origin", "vary"];
        let told = headers.map(|name| answer.header(name));
        assert_eq!(told, [media_type, "public, no-cache", "*", "accept-encoding"], "{path}");
        let tag = answer.header("etag");
        let again = with(path, "if-none-match", tag).await.expect(304);
        assert_eq!((again.body.len(), again.header("etag")), (0, tag), "{path}");
        assert_eq!(again.header("access-control-allow-origin"), "*");
        with(path, "if-none-match", "\"another\"").await.expect(200);
        let head = read(Api::anonymous().request("HEAD", path)).await.expect(200);
        assert_eq!((head.body.len(), head.header("etag")), (0, tag), "{path}");
    }
}

/// What comes to a client that takes this coding, as it came: the coding, the tag, the bytes.
async fn coded(path: &str, coding: &str) -> (String, String, Vec<u8>) {
    let client = reqwest::Client::builder().no_gzip().no_proxy().build().unwrap();
    let request = client.get(format!("{}{path}", variable("API_URL"))).header("accept-encoding", coding);
    let answer = read(request).await.expect(200);
    (answer.header("content-encoding").to_owned(), answer.header("etag").to_owned(), answer.body)
}

#[tokio::test]
async fn description_and_explorer_are_compressed_for_those_who_take_it() {
    let page = Api::anonymous().get("/docs").await.text();
    for path in addresses(&page).into_iter().chain(["/docs".to_owned()]) {
        let (coding, tag, packed) = coded(&path, "br, gzip").await;
        assert_eq!(coding, "gzip", "{path}");
        let mut unpacked = Vec::new();
        GzDecoder::new(packed.as_slice()).read_to_end(&mut unpacked).unwrap();
        assert!((String::new(), tag, unpacked) == coded(&path, "br").await, "{path}");
    }
}

/// What a page refers to, from the root of the service. All of it is relative, so that it works below any address.
fn addresses(page: &str) -> Vec<String> {
    let pattern = Regex::new(r#"(?:src|href)="([^"]+)""#).unwrap();
    pattern.captures_iter(page).map(|found| format!("/{}", &found[1])).collect()
}

#[tokio::test]
async fn the_explorer_loads_nothing_from_elsewhere_and_runs_no_script_of_the_page() {
    let page = Api::anonymous().get("/docs").await.expect(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy");
    for rule in
        ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"]
    {
        assert!(policy.split("; ").any(|found| found == rule), "{rule}: {policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    let text = page.text();
    assert!(!text.contains("//") && !text.contains("<style") && !text.contains(" style="), "{text}");
    let addresses = addresses(&text);
    assert!(addresses.len() > 5, "{addresses:?}");
    for address in addresses {
        Api::anonymous().get(&address).await.expect(200);
    }
}

#[tokio::test]
async fn a_file_of_the_explorer_is_kept_for_ever_under_its_version_only() {
    let page = Api::anonymous().get("/docs").await.expect(200).text();
    let files: Vec<_> = addresses(&page).into_iter().filter(|path| path.starts_with("/docs/")).collect();
    assert!(files.len() > 4, "{files:?}");
    for path in files {
        let (name, _) = path.split_once("?v=").unwrap();
        let kept = Api::anonymous().get(&path).await.expect(200);
        assert_eq!(kept.header("cache-control"), "public, max-age=31536000, immutable", "{path}");
        for other in [name.to_owned(), format!("{name}?v=0")] {
            let answer = Api::anonymous().get(&other).await.expect(200);
            assert_eq!(answer.header("cache-control"), "public, no-cache", "{other}");
        }
        with(name, "if-none-match", kept.header("etag")).await.expect(304);
    }
}

#[tokio::test]
async fn a_file_that_the_explorer_does_not_have_is_a_page_that_says_so() {
    for path in ["/docs/nothing.js", "/docs/index.html", "/docs/files.rs", "/docs/Explorer.css", "/docs/LICENSE"] {
        let answer = Api::anonymous().get(path).await.expect(404);
        assert!(answer.header("content-type").starts_with("text/html"), "{path}");
        assert!(answer.text().contains("This link does not work"), "{path}");
    }
}

#[tokio::test]
async fn the_functions_that_describe_the_service_may_do_nothing() {
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
    let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(&fs::read_to_string(template).unwrap()).unwrap();
    for function in ["PublicGetDescription", "PublicViewExplorer"] {
        let properties = &template["Resources"][function]["Properties"];
        assert!(properties.is_mapping() && properties.get("Policies").is_none(), "{function}");
    }
}

#[test]
#[ignore = "needs a browser: make test runs it where there is one"]
fn the_explorer_works_in_a_browser() {
    imprint_tests::run_in_browser("explorer.js");
}
