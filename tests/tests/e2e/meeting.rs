//! Writes of several clients that meet: none is refused where the result is clear, and the result is that of all.

use imprint_tests::{
    api::{Answer, Api, read},
    samples, unique,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tokio::task::JoinSet;

/// How many write at once.
const WRITERS: usize = 10;

/// The answers to one request of each writer, all made at once; in no order.
async fn at_once<F>(request: impl Fn(usize) -> F) -> Vec<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    let calls: JoinSet<_> = (0..WRITERS).map(request).collect();
    calls.join_all().await
}

fn put(api: &Api, path: String, body: Value) -> impl Future<Output = Answer> + Send + use<> {
    let api = api.clone();
    async move { api.put(&path, &body).await }
}

fn post(api: &Api, path: &str, body: Value) -> impl Future<Output = Answer> + Send + use<> {
    let (api, path) = (api.clone(), path.to_owned());
    async move { api.post(&path, &body).await }
}

fn delete(api: &Api, path: String) -> impl Future<Output = Answer> + Send + use<> {
    let api = api.clone();
    async move { api.delete(&path).await }
}

fn put_file(api: &Api, path: &str, media_type: &str, bytes: Vec<u8>) -> impl Future<Output = Answer> + Send + use<> {
    let request = api.request("PUT", path).header("content-type", media_type).body(bytes);
    async move { read(request).await }
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

/// The values that the answers have for a field.
fn told(answers: &[Answer], field: &str) -> BTreeSet<String> {
    answers.iter().map(|answer| answer.json()[field].to_string()).collect()
}

fn numbers(numbers: std::ops::RangeInclusive<usize>) -> BTreeSet<String> {
    numbers.map(|number| number.to_string()).collect()
}

async fn version(api: &Api, report: &str, number: usize) -> Value {
    api.get(&format!("/api/reports/{report}/versions/{number}")).await.expect(200).json()
}

async fn workspace(admin: &Api) -> String {
    let code = unique("ws");
    admin.put(&format!("/api/v1/workspaces/{code}"), &json!({"name": "Contested"})).await.expect(201);
    code
}

#[tokio::test(flavor = "multi_thread")]
async fn every_asset_that_was_put_is_in_the_last_version() {
    let admin = Api::admin();
    let report = samples::report(&admin, "assets").await;
    for round in 0..3 {
        let answers = at_once(|n| {
            let path = format!("/api/reports/{report}/assets/{round}-{n}.txt");
            put_file(&admin, &path, "text/plain", format!("{round} {n}").into_bytes())
        });
        let answers = answers.await;
        assert_eq!(statuses(&answers), [200; WRITERS]);
        let versions = numbers(round * WRITERS + 2..=(round + 1) * WRITERS + 1);
        assert_eq!(told(&answers, "version"), versions, "each made its version");
    }
    let last = version(&admin, &report, 3 * WRITERS + 1).await;
    assert_eq!(last["assets"].as_object().unwrap().len(), 3 * WRITERS, "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_definition_makes_its_version_and_the_last_one_stands() {
    let admin = Api::admin();
    let report = samples::report(&admin, "first").await;
    let (path, title) = (format!("/api/reports/{report}"), |n: usize| format!("Title {n}"));
    let answers = at_once(|n| {
        let mut body = json!({"definition": samples::body("x", "words")["definition"], "note": title(n)});
        body["definition"]["title"] = json!(title(n));
        put(&admin, path.clone(), body)
    });
    let answers = answers.await;
    assert_eq!(statuses(&answers), [200; WRITERS]);
    assert_eq!(told(&answers, "version"), numbers(2..=WRITERS + 1));
    let mut notes = BTreeSet::new();
    for number in 2..=WRITERS + 1 {
        let made = version(&admin, &report, number).await;
        assert_eq!(made["note"], made["definition"]["title"], "version {number} is one writer's: {made}");
        notes.insert(made["note"].as_str().unwrap().to_owned());
    }
    assert_eq!(notes, (0..WRITERS).map(title).collect(), "none is lost");
    let now = admin.get(&path).await.expect(200).json();
    assert_eq!(now["definition"]["title"], version(&admin, &report, WRITERS + 1).await["note"]);
}

/// What a change leaves out stays as the others have it.
#[tokio::test(flavor = "multi_thread")]
async fn changes_of_different_fields_are_all_kept() {
    let admin = Api::admin();
    let report = samples::report(&admin, "first").await;
    let changes = [
        json!({"description": "described"}),
        json!({"recipients": "a@example.com"}),
        json!({"subject": "A subject"}),
        json!({"message": "A message"}),
        json!({"replyTo": "b@example.com"}),
        json!({"theme": "dark-blue"}),
        json!({"timeZone": "Europe/Berlin"}),
        json!({"data": {"rows": []}}),
        json!({"definition": {"title": "Another", "blocks": []}}),
        json!({"name": unique("renamed")}),
    ];
    let answers = at_once(|n| put(&admin, format!("/api/reports/{report}"), changes[n].clone())).await;
    assert_eq!(statuses(&answers), [200; WRITERS]);
    let last = answers.iter().map(Answer::json).max_by_key(|told| told["version"].as_u64()).unwrap();
    assert_eq!(last["version"], WRITERS + 1);
    let source = version(&admin, &report, WRITERS + 1).await;
    let now = admin.get(&format!("/api/reports/{report}")).await.expect(200).json();
    for (field, value) in changes.iter().flat_map(|change| change.as_object().unwrap()) {
        match field.as_str() {
            "definition" => assert_eq!(source["definition"]["title"], value["title"], "{source}"),
            "data" => assert_eq!(&source["data"], value, "{source}"),
            field => assert_eq!(&now[field], value, "{field}: {now}"),
        }
    }
}

/// Two names cannot both be kept: the last one is, as if the requests had come one after the other.
#[tokio::test(flavor = "multi_thread")]
async fn of_several_names_the_last_version_has_its_own() {
    let admin = Api::admin();
    let (report, name) = (samples::report(&admin, "named").await, unique("name"));
    let path = format!("/api/reports/{report}");
    let answers = at_once(|n| put(&admin, path.clone(), json!({"name": format!("{name} {n}")}))).await;
    assert_eq!(statuses(&answers), [200; WRITERS]);
    let last = answers.iter().map(Answer::json).max_by_key(|told| told["version"].as_u64()).unwrap();
    assert_eq!(admin.get(&path).await.expect(200).json()["name"], last["name"]);
    // The names that it had are free again.
    for n in (0..WRITERS).filter(|n| last["name"] != format!("{name} {n}")) {
        admin
            .post("/api/reports", &{
                let mut body = samples::body(&unique("report"), "words");
                body["name"] = json!(format!("{name} {n}"));
                body
            })
            .await
            .expect(201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_reports_of_one_name_one_is_made() {
    let admin = Api::admin();
    let body = samples::body(&unique("report"), "words");
    let answers = at_once(|_| post(&admin, "/api/reports", body.clone())).await;
    let mut expected = [409; WRITERS];
    expected[0] = 201;
    assert_eq!(statuses(&answers), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn presets_and_workspaces_are_made_once_and_keep_their_numbers() {
    let admin = Api::admin();
    let code = workspace(&admin).await;
    let at = |kind: &str| format!("/api/v1/ws/{code}/{kind}");
    let one = unique("one");
    for place in [at("themes"), at("templates"), at("report-types"), "/api/v1/workspaces".to_owned()] {
        let different = at_once(|n| put(&admin, format!("{place}/{one}-{n}"), json!({"name": "One of many"}))).await;
        assert_eq!(statuses(&different), [201; WRITERS], "{place}");
        let same = at_once(|n| put(&admin, format!("{place}/{one}"), json!({"name": format!("Same {n}")}))).await;
        let mut expected = [200; WRITERS];
        expected[WRITERS - 1] = 201;
        assert_eq!(statuses(&same), expected, "{place}");
        if let Some(id) = ["id", "number"].into_iter().find(|id| same[0].json()[id].is_number()) {
            assert_eq!(told(&same, id).len(), 1, "{place}: one number");
            assert_eq!(told(&different, id).len(), WRITERS, "{place}: numbers of their own");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_font_that_was_put_is_there() {
    let admin = Api::admin();
    let path = format!("/api/v1/ws/{}/fonts", workspace(&admin).await);
    let font = |n| put_file(&admin, &format!("{path}/{n}.ttf"), "font/ttf", samples::PHOENICIAN.to_vec());
    assert_eq!(statuses(&at_once(font).await), [201; WRITERS]);
    assert_eq!(admin.get(&path).await.expect(200).json().as_array().unwrap().len(), WRITERS);
    assert_eq!(statuses(&at_once(|n| delete(&admin, format!("{path}/{n}.ttf"))).await), [204; WRITERS]);
    assert!(admin.get(&path).await.expect(200).json().as_array().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_link_that_was_opened_is_there_and_every_one_that_was_ended_is_gone() {
    let admin = Api::admin();
    let report = samples::report(&admin, "linked").await;
    admin.publish_and_wait(&report).await;
    let body = |n| json!({"type": "report", "reportId": report, "name": format!("Link {n}")});
    let opened = at_once(|n| post(&admin, "/api/tokens", body(n))).await;
    assert_eq!(statuses(&opened), [201; WRITERS]);
    let list = format!("/api/reports/{report}/tokens");
    let count = async || admin.get(&list).await.expect(200).json()["tokens"].as_array().unwrap().len();
    assert_eq!(count().await, WRITERS + 1);
    let ended = at_once(|n| delete(&admin, opened[n].json()["_links"]["self"]["href"].as_str().unwrap().to_owned()));
    assert_eq!(statuses(&ended.await), [204; WRITERS]);
    assert_eq!(count().await, 1);
}

/// Each role's rule in one folder, and one role's in many.
#[tokio::test(flavor = "multi_thread")]
async fn every_rule_that_was_set_holds() {
    let admin = Api::admin();
    let code = workspace(&admin).await;
    let session = read(admin.request("POST", &format!("/rest/sessions?config={code}"))).await.expect(201).json();
    let sid = session["Id"].as_str().unwrap().to_owned();
    for n in 0..WRITERS {
        read(admin.request("POST", &format!("/rest/folders/F{n}?sid={sid}"))).await.expect(200);
    }
    let roles = ["viewer", "publisher", "designer"];
    let rule = |n: usize| match roles.get(n) {
        Some(role) => json!({"path": "F0", "role": role, "access": "none", "workspace": code}),
        None => json!({"path": format!("F{n}"), "role": "viewer", "access": "none", "workspace": code}),
    };
    let answers = at_once(|n| put(&admin, "/api/folders/access".to_owned(), rule(n))).await;
    assert_eq!(statuses(&answers), [200; WRITERS]);
    for (role, hidden) in [("viewer", WRITERS - 2), ("publisher", 1), ("designer", 1)] {
        let caller = Api::with_role(role, &[&code]).await;
        let session = read(caller.request("POST", &format!("/rest/sessions?config={code}"))).await.expect(201).json();
        let path = format!("/rest/reports/list?sid={}", session["Id"].as_str().unwrap());
        let tree = caller.get(&path).await.expect(200).text();
        let seen = (0..WRITERS).filter(|n| tree.contains(&format!("\"F{n}\""))).count();
        assert_eq!(seen, WRITERS - hidden, "{role}: {tree}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn access_tokens_are_all_made_and_a_token_is_revoked_by_whoever_comes_first() {
    let (admin, path) = (Api::admin(), "/api/v1/personal-access-tokens");
    let made = at_once(|n| post(&admin, path, json!({"name": format!("Many {n}"), "role": "viewer"}))).await;
    assert_eq!(statuses(&made), [201; WRITERS]);
    let one = format!("{path}/{}", made[0].json()["id"].as_str().unwrap());
    let revoked = statuses(&at_once(|_| delete(&admin, one.clone())).await);
    assert!(revoked[0] == 204 && revoked.iter().all(|status| [204, 404].contains(status)), "{revoked:?}");
}
