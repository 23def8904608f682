//! What is refused when reports are made, changed and checked.

use super::*;
use crate::credential::{NewAccessToken, Role};
use serde_json::{Value, json};
use uuid::Uuid;

fn caller() -> Caller {
    let new = NewAccessToken {
        name: "n".into(),
        role: Role::Designer,
        workspaces: Some(vec!["default".into()]),
        user: None,
        email: None,
        team: None,
        expires_at: None,
    };
    let (token, secret) = new.issue("ada", [1; 12], [2; 32], Timestamp::UNIX_EPOCH).unwrap();
    Caller::authenticate(&secret, Some(&token), Timestamp::UNIX_EPOCH).unwrap()
}

fn new_report(body: Value) -> NewReport {
    serde_json::from_value(body).unwrap()
}

fn fields(problem: &Problem) -> Vec<&str> {
    problem.mistakes().iter().map(|mistake| mistake.field.as_str()).collect()
}

/// A report that was accepted before definitions were checked whole.
fn stored() -> (Report, Source) {
    let draft = new_report(json!({"name": "Old", "definition": {"blocks": []}})).check(&caller()).unwrap();
    let report = Report {
        uid: Uuid::from_u128(7),
        number: 1,
        natural_id: draft.natural_id,
        workspace: draft.workspace,
        parent: "default".into(),
        name: draft.name,
        kind: draft.kind,
        details: draft.details,
        version: 1,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        deleted_at: None,
    };
    let definition = json!({"blocks": [{"kind": "text", "markdown": "{{ 1|money }}"}]});
    (report, Source { definition: definition.into(), data: json!({}).into() })
}

#[test]
fn every_mistake_of_a_new_report_is_found_at_once() {
    let body = json!({
        "name": "a/b", "slug": "Not a slug", "folder": "a//b", "recipients": "nobody", "replyTo": "nobody", "formats": ["csv"],
        "timeZone": "Mars", "subject": "{{ 1|nope }}", "message": "{{ data. }}", "note": "x".repeat(1_001),
        "description": "x".repeat(10_001), "definition": {"blocks": [{"kind": "tabel"}]},
    });
    let problem = new_report(body).check(&caller()).unwrap_err();
    let expected = [
        "name",
        "slug",
        "folder",
        "subject",
        "message",
        "description",
        "note",
        "timeZone",
        "recipients",
        "replyTo",
        "formats",
        "definition.blocks[0].kind",
    ];
    assert_eq!(fields(&problem), expected);
    assert!(problem.to_string().starts_with("name: "), "the first one is the message: {problem}");
}

#[test]
fn a_workspace_out_of_reach_is_not_found_whatever_else_is_wrong() {
    let body = json!({"name": "a/b", "workspace": "other", "definition": {}});
    assert!(matches!(new_report(body).check(&caller()), Err(Problem::NotFound(_))));
}

#[test]
fn a_change_checks_what_it_changes_and_leaves_alone_what_was_accepted_before() {
    let (report, source) = stored();
    assert!(source.definition().is_ok(), "what was accepted is rendered");
    let change = |body: Value| serde_json::from_value::<ReportChange>(body).unwrap();
    let changed = change(json!({"data": {"a": 1}})).apply(&report, source.clone(), Timestamp::UNIX_EPOCH);
    assert_eq!(changed.unwrap().1.data, json!({"a": 1}).into());
    let same = json!({"name": "", "definition": source.definition, "subject": "{{ 1|nope }}"});
    let problem = change(same).apply(&report, source, Timestamp::UNIX_EPOCH).unwrap_err();
    assert_eq!(fields(&problem), ["name", "subject", "definition.blocks[0].markdown"]);
}

#[test]
fn a_change_may_carry_what_cannot_be_changed_as_it_is_and_not_otherwise() {
    let record =
        json!({"id": "u", "version": 3, "ownerId": "team", "published": false, "_links": {"self": {"href": "/a"}}});
    let check = |body: Value| serde_json::from_value::<ReportChange>(body).unwrap().check_read_only(&record);
    check(record.clone()).unwrap();
    check(json!({"id": null, "name": "Another"})).unwrap();
    let refused = check(json!({"version": 2, "id": "u", "_links": {}, "assets": {"a.png": {}}})).unwrap_err();
    assert_eq!(fields(&refused), ["version", "assets", "_links"]);
}

#[test]
fn a_change_of_the_slug_keeps_the_owner() {
    let (report, source) = stored();
    let change = |slug: &str| {
        let change: ReportChange = serde_json::from_value(json!({ "slug": slug })).unwrap();
        change.apply(&report, source.clone(), Timestamp::UNIX_EPOCH)
    };
    let renamed = change("another").unwrap().0.natural_id;
    assert_eq!((renamed.owner(), renamed.slug()), (report.natural_id.owner(), "another"));
    assert_eq!(fields(&change("No Slug").unwrap_err()), ["slug"]);
}

#[test]
fn a_trial_is_a_report_with_what_a_rendering_takes() {
    let read = |body: Value| TrialBody::read(serde_json::from_value(body).unwrap())?.check(&caller());
    let trial = read(json!({
        "name": "Sales", "definition": {"blocks": []}, "data": [1], "params": {"a": 1}, "lang": "de", "assets": {"a.txt": "YQ=="},
    }))
    .unwrap();
    assert_eq!((trial.draft.name.as_str(), &trial.draft.source.data), ("Sales", &json!([1]).into()));
    assert_eq!(
        (trial.assets["a.txt"].as_slice(), trial.params.text(), trial.lang.as_deref()),
        (b"a".as_slice(), "{\"a\":1}", Some("de"))
    );
    let wrong = json!({"name": "", "definition": {}, "lang": "d_e", "assets": {"a/b": "YQ==", "c": "?"}});
    assert_eq!(fields(&read(wrong).unwrap_err()), ["name", "definition", "assets.a/b", "assets.c", "lang"]);
    let table = [
        ("an unknown field", json!({"name": "a", "definition": {}, "colour": 1}), "colour"),
        ("a missing field", json!({"definition": {}}), "name"),
        ("a wrong type", json!({"name": "a", "definition": {}, "assets": {"a": 1}}), "assets.a"),
    ];
    for (what, body, field) in table {
        assert_eq!(fields(&read(body).unwrap_err()), [field], "{what}");
    }
}

#[test]
fn a_definition_of_more_values_than_blocks_need_is_refused_before_it_is_read() {
    let body = |values: usize| json!({"name": "Large", "definition": {"blocks": [], "title": vec![0; values]}});
    let told = new_report(body(MOST_VALUES)).check(&caller()).unwrap_err().to_string();
    assert_eq!(told, "definition: has more than 250000 values: move what is data into `data`.");
    let read = new_report(body(1_000)).check(&caller()).unwrap_err();
    assert_eq!(fields(&read), ["definition.title"]);
}

#[test]
fn the_assets_of_a_report_are_bounded_in_number_and_in_bytes() {
    let asset = |size| Asset { sha256: String::new(), size, media_type: "font/ttf".into() };
    let assets = |count: usize, size: u64| (0..count).map(|n| (n.to_string(), asset(size))).collect();
    assert!(check_assets(&assets(MAX_ASSETS, 1)).is_ok());
    assert!(check_assets(&assets(4, LARGEST_ASSETS / 4)).is_ok());
    let told = check_assets(&assets(MAX_ASSETS + 1, 1)).unwrap_err();
    assert!(matches!(told, Problem::Conflict(_)), "{told}");
    let told = check_assets(&assets(4, LARGEST_ASSETS / 4 + 1)).unwrap_err().to_string();
    assert!(told.starts_with("The assets of the report would have 104857604 bytes"), "{told}");
}
