//! Reports: made, read under each of their names, changed, listed, removed.

use imprint_tests::{
    api::{Api, read},
    samples, unique,
};
use serde_json::json;

#[tokio::test]
async fn a_report_is_found_under_each_of_its_names() {
    let admin = Api::admin();
    let made = admin.post("/api/reports", &samples::body(&unique("names"), "text")).await.expect(201);
    let record = made.json();
    assert_eq!(made.header("location"), format!("/api/reports/{}", record["id"].as_str().unwrap()));
    let natural = record["naturalId"].as_str().unwrap().to_owned();
    for name in [
        record["id"].as_str().unwrap().to_owned(),
        record["number"].to_string(),
        natural.clone(),
        natural.replace(':', "%3A"),
    ] {
        let found = admin.get(&format!("/api/reports/{name}")).await.expect(200).json();
        assert_eq!(found["id"], record["id"], "{name}");
        assert_eq!(found["definition"]["title"], "A small report");
        assert_eq!(found["data"]["rows"][1]["amount"], 20.5);
    }
    for other in [format!("%2B{}", record["number"]), format!("0{}", record["number"])] {
        admin.get(&format!("/api/reports/{other}")).await.expect(404);
    }
}

#[tokio::test]
async fn a_change_makes_a_version_and_keeps_what_it_leaves_out() {
    let admin = Api::admin();
    let report = samples::report(&admin, "before").await;
    let path = format!("/api/reports/{report}");
    let changed = admin.put(&path, &json!({"data": {"rows": []}, "note": "emptied"})).await.expect(200).json();
    assert_eq!(changed["version"], 2);
    let found = admin.get(&path).await.expect(200).json();
    assert_eq!(found["note"], "emptied");
    assert_eq!(found["data"]["rows"], json!([]));
    assert_eq!(found["definition"]["title"], "A small report");
}

#[tokio::test]
async fn what_a_report_was_answered_as_can_be_sent_back() {
    let admin = Api::admin();
    let report = samples::report(&admin, "there and back").await;
    let path = format!("/api/reports/{report}");
    let asset = admin.request("PUT", &format!("{path}/assets/notes.txt")).header("content-type", "text/plain");
    read(asset.body("words")).await.expect(200);
    let mut record = admin.get(&path).await.expect(200).json();
    record["description"] = json!("Sent back");
    let changed = admin.put(&path, &record).await.expect(200).json();
    assert_eq!(changed["version"], 3);
    let found = admin.get(&path).await.expect(200).json();
    for member in ["name", "naturalId", "folder", "theme", "definition", "data", "assets", "createdAt"] {
        assert_eq!(found[member], record[member], "{member}");
    }
    assert_eq!(found["description"], "Sent back");
    // What it says of the version is out of date now.
    let refused = admin.put(&path, &record).await.expect(400).json();
    assert_eq!(refused["errors"][0]["field"], "updatedAt", "{refused}");
    assert_eq!(refused["errors"][1]["field"], "version", "{refused}");
    for member in ["id", "workspace", "ownerId"] {
        let refused = admin.put(&path, &json!({ member: "another" })).await.expect(400).json();
        assert!(refused["message"].as_str().unwrap().starts_with(&format!("{member}: ")), "{refused}");
    }
}

#[tokio::test]
async fn another_slug_keeps_ids_and_links_and_frees_the_natural_id() {
    let admin = Api::admin();
    let made = admin.post("/api/reports", &samples::body(&unique("old-name"), "text")).await.expect(201).json();
    let (uid, old) = (made["id"].as_str().unwrap(), made["naturalId"].as_str().unwrap());
    let link = admin.publish_and_wait(uid).await["url"].as_str().unwrap().to_owned();
    let slug = unique("renamed");
    let renamed = admin.put(&format!("/api/reports/{old}"), &json!({ "slug": slug })).await.expect(200).json();
    let new = renamed["naturalId"].as_str().unwrap().to_owned();
    assert_eq!((new.as_str(), &renamed["slug"]), (format!("tests:{slug}").as_str(), &json!(slug)));
    for name in [uid, new.as_str(), &made["number"].to_string()] {
        assert_eq!(admin.get(&format!("/api/reports/{name}")).await.expect(200).json()["id"], uid, "{name}");
    }
    admin.get(&format!("/api/reports/{old}")).await.expect(404);
    Api::anonymous().get(&link).await.expect(200);
    // The old one is free, the new one is not.
    let mut heir = samples::body(&unique("heir"), "text");
    heir["slug"] = made["slug"].clone();
    let heir = admin.post("/api/reports", &heir).await.expect(201).json();
    assert_eq!(admin.get(&format!("/api/reports/{old}")).await.expect(200).json()["id"], heir["id"]);
    let refused = admin.put(&format!("/api/reports/{old}"), &json!({ "slug": slug })).await.expect(409).json();
    assert!(refused["message"].as_str().unwrap().starts_with("slug: there is already a report"), "{refused}");
    assert_eq!(admin.get(&format!("/api/reports/{old}")).await.expect(200).json()["version"], 1);
}

#[tokio::test]
async fn a_note_that_is_too_long_is_refused_whether_a_report_is_made_or_changed() {
    let (admin, note) = (Api::admin(), "x".repeat(1_001));
    let mut body = samples::body(&unique("noted"), "text");
    body["note"] = json!(note);
    let made = admin.post("/api/reports", &body).await.expect(400);
    let report = samples::report(&admin, "noted").await;
    let changed = admin.put(&format!("/api/reports/{report}"), &json!({ "note": note })).await.expect(400);
    for refused in [made, changed] {
        assert_eq!(refused.json()["message"], "note: use at most 1000 characters.");
    }
    let noted = json!({"note": "x".repeat(1_000)});
    admin.put(&format!("/api/reports/{report}"), &noted).await.expect(200);
}

#[tokio::test]
async fn changes_at_the_same_time_are_all_kept_or_refused() {
    let admin = Api::admin();
    let report = samples::report(&admin, "contended").await;
    let path = format!("/api/reports/{report}");
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..12 {
        let (admin, path) = (admin.clone(), path.clone());
        writers.spawn(async move { admin.put(&path, &json!({"note": format!("writer {number}")})).await.status });
    }
    let statuses = writers.join_all().await;
    let kept = statuses.iter().filter(|status| **status == 200).count();
    assert!(statuses.iter().all(|status| [200, 503].contains(status)), "{statuses:?}");
    let version = admin.get(&path).await.expect(200).json()["version"].as_u64().unwrap();
    assert_eq!(version, 1 + kept as u64, "each change that was answered is a version");
}

#[tokio::test]
async fn names_that_are_taken_are_refused_and_nothing_is_left_behind() {
    let admin = Api::admin();
    let first = samples::body(&unique("taken"), "first");
    samples::create(&admin, &first).await;
    let refused = admin.post("/api/reports", &first).await.expect(409);
    assert!(refused.text().contains("slug"), "{}", refused.text());
    let mut same_name = first.clone();
    same_name["slug"] = json!(unique("other"));
    let refused = admin.post("/api/reports", &same_name).await.expect(409);
    assert!(refused.text().contains("name"), "{}", refused.text());
    admin.get(&format!("/api/reports/tests:{}", same_name["slug"].as_str().unwrap())).await.expect(404);
}

#[tokio::test]
async fn one_of_many_that_ask_for_the_same_name_at_once_gets_it() {
    let admin = Api::admin();
    let body = samples::body(&unique("race"), "text");
    let mut askers = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (admin, body) = (admin.clone(), body.clone());
        askers.spawn(async move { admin.post("/api/reports", &body).await.status });
    }
    let mut statuses = askers.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses[0], 201, "{statuses:?}");
    assert!(statuses[1..].iter().all(|status| *status == 409), "{statuses:?}");
}

#[tokio::test]
async fn reports_made_at_the_same_time_have_numbers_of_their_own() {
    let admin = Api::admin();
    let mut makers = tokio::task::JoinSet::new();
    for _ in 0..30 {
        let admin = admin.clone();
        makers.spawn(async move {
            let made = admin.post("/api/reports", &samples::body(&unique("numbered"), "text")).await.expect(201);
            made.json()["number"].as_u64().unwrap()
        });
    }
    let mut numbers = makers.join_all().await;
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 30);
}

#[tokio::test]
async fn a_removed_report_is_gone_with_its_link_and_its_names_are_free_again() {
    let admin = Api::admin();
    let body = samples::body(&unique("removed"), "text");
    let report = samples::create(&admin, &body).await;
    let link = admin.publish_and_wait(&report).await["url"].as_str().unwrap().to_owned();
    Api::anonymous().get(&link).await.expect(200);
    admin.delete(&format!("/api/reports/{report}")).await.expect(204);
    Api::anonymous().get(&link).await.expect(404);
    admin.get(&format!("/api/reports/{report}")).await.expect(404);
    admin.publish(&report).await.expect(404);
    let again = samples::create(&admin, &body).await;
    assert_eq!(again, report);
    assert_eq!(admin.get(&format!("/api/reports/{report}")).await.expect(200).json()["version"], 1);
}

#[tokio::test]
async fn the_list_is_searched_sorted_and_paged() {
    let (admin, mark) = (Api::admin(), unique("listed"));
    for letter in ["b", "c", "a"] {
        samples::create(&admin, &samples::body(&format!("{mark}-{letter}"), "text")).await;
    }
    let list = admin.get(&format!("/api/reports?q={mark}&sort=-name&limit=2")).await.expect(200).json();
    assert_eq!((list["total"].as_u64(), list["count"].as_u64()), (Some(3), Some(2)));
    let items = list["_embedded"]["inf:report"].as_array().unwrap();
    assert_eq!(items[0]["slug"], format!("{mark}-c"));
    assert_eq!(items[0].as_object().unwrap().len(), 8, "the eight fields of Informer's documents: {}", items[0]);
    let rest = admin.get(&format!("/api/reports?q={mark}&sort=-name&limit=2&start=2")).await.expect(200).json();
    assert_eq!(rest["_embedded"]["inf:report"][0]["slug"], format!("{mark}-a"));
}

#[tokio::test]
async fn a_report_with_much_data_is_read_back_whole() {
    let admin = Api::admin();
    let mut body = samples::body(&unique("large"), "text");
    // Random enough not to shrink below what an item holds.
    body["data"] = json!({"rows": (0..3000).map(|n| json!({"region": unique("r"), "amount": n})).collect::<Vec<_>>()});
    let report = samples::create(&admin, &body).await;
    let found = admin.get(&format!("/api/reports/{report}")).await.expect(200).json();
    assert_eq!(found["data"], body["data"]);
}

#[tokio::test]
async fn bad_reports_are_refused_with_the_place_of_the_fault() {
    let admin = Api::admin();
    let table = [
        (
            "an unknown kind of block",
            json!({"name": "x", "definition": {"blocks": [{"kind": "hologram"}]}}),
            "definition.blocks[0]",
        ),
        ("an unknown field", json!({"name": "x", "defenition": {}}), "defenition"),
        ("no definition", json!({"name": "x"}), "definition"),
        ("no name", json!({"name": "", "definition": {"blocks": []}}), "name"),
        ("a bad slug", json!({"name": "x", "slug": "A B", "definition": {"blocks": [{"kind": "pagebreak"}]}}), "slug"),
        (
            "a folder that is not there",
            {
                let mut body = samples::body(&unique("nowhere"), "x");
                body["folder"] = json!("No/Such/Folder");
                body
            },
            "No/Such/Folder",
        ),
        (
            "a workspace that is not there",
            {
                let mut body = samples::body(&unique("nowhere"), "x");
                body["workspace"] = json!("nowhere");
                body
            },
            "workspace",
        ),
    ];
    for (what, body, named) in table {
        let refused = admin.post("/api/reports", &body).await;
        assert!([400, 404].contains(&refused.status), "{what}: {} {}", refused.status, refused.text());
        assert!(refused.json()["message"].as_str().unwrap().contains(named), "{what}: {}", refused.text());
    }
}
