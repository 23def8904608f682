//! The history, as the source document shows it.

use super::*;
use crate::{form::Form, samples};
use serde_json::{Value, json};

const BOOKMARK: &str = "http://public.published.link/123";

fn history(state: &State, bookmark: Option<&str>, role: Role) -> DocumentPublication {
    let publications = [samples::publication(1), samples::publication(2)];
    DocumentPublication::new(123, &publications, state, bookmark, role, samples::now())
}

fn rels(history: &DocumentPublication) -> Vec<Value> {
    let json: Value = serde_json::from_str(&Form::Json.write(history).unwrap().body).unwrap();
    json["links"].as_array().unwrap().iter().map(|link| link["rel"].clone()).collect()
}

#[test]
fn the_example_of_the_document_is_written_as_it_stands_there() {
    let written = Form::Xml.write(&history(&samples::live(2), Some(BOOKMARK), Role::Publisher)).unwrap();
    assert_eq!(written.media_type, "application/vnd.huddle.data+xml");
    assert_eq!(written.body, include_str!("../examples/written/history.xml"));
}

#[test]
fn what_people_wrote_cannot_break_the_document() {
    let note = Some("a\0b <c> ]]> & \"d\"\r\n\u{ffff}".into());
    let actor = domain::report::Actor { name: "<\u{1b}\"\n".into(), email: Some("<>@x".into()) };
    let strange = Publication { note, actor, ..samples::publication(1) };
    let history = DocumentPublication::new(123, &[strange], &State::default(), None, Role::Viewer, samples::now());
    assert_eq!(Form::Xml.write(&history).unwrap().body, include_str!("../examples/written/strange.xml"));
}

#[test]
fn the_same_in_json_has_arrays_for_lists() {
    let publication = Publication { note: None, actor: samples::nobody(), ..samples::publication(1) };
    let history = DocumentPublication::new(123, &[publication], &State::default(), None, Role::Viewer, samples::now());
    let written = Form::Json.write(&history).unwrap();
    assert_eq!(written.media_type, "application/vnd.huddle.data+json");
    assert_eq!(
        serde_json::from_str::<Value>(&written.body).unwrap(),
        json!({
            "links": [
                {"rel": "self", "href": "files/documents/123/publications"},
                {"rel": "parent", "href": "files/documents/123"},
            ],
            "publications": [{
                "actor": {"name": "ci", "rel": "publisher", "links": []},
                "publishedDate": "2007-10-10T09:02:17Z",
                "publishingState": "NotPublished",
                "documentVersion": {
                    "links": [{"rel": "self", "href": "files/documents/123/version/1"}],
                    "version": 1,
                    "note": "",
                },
            }],
        })
    );
    let empty = DocumentPublication::new(123, &[], &State::default(), None, Role::Viewer, samples::now());
    assert!(Form::Json.write(&empty).unwrap().body.ends_with(r#""publications":[]}"#));
    assert!(Form::Xml.write(&empty).unwrap().body.contains("<publications/>"));
}

#[test]
fn the_links_say_what_the_caller_may_do_now() {
    let live = samples::live(2);
    assert_eq!(rels(&history(&live, Some(BOOKMARK), Role::Viewer)), ["self", "parent", "bookmark"]);
    assert_eq!(rels(&history(&State::default(), None, Role::Admin)), ["self", "parent", "publish"]);
    let under_way = [samples::asked(1)];
    let history = DocumentPublication::new(123, &under_way, &State::default(), None, Role::Publisher, samples::now());
    assert_eq!(rels(&history), ["self", "parent", "publish", "unpublish"]);
}

#[test]
fn the_date_is_when_it_was_published_or_else_asked_for() {
    assert_eq!(published_date(&samples::asked(1)), "2007-10-10T09:02:07Z");
    let failed = samples::failed(1);
    assert_eq!(published_date(&failed), "2007-10-10T09:02:07Z");
    assert_eq!(instant("2007-10-10T09:02:17.999Z".parse().unwrap()), "2007-10-10T09:02:17Z");
}
