//! Published documents, as Huddle's page shows them.

use super::*;
use crate::{form::Form, samples};
use domain::token::PublicToken;

fn view(role: Role) -> DocumentPublicationView {
    let published = Published {
        report: samples::report("My amazing document"),
        workspace: samples::workspace(),
        publication: samples::publication(2),
        bookmark: PublicToken::parse("kZ3mVtYp0QwX5rNc8bLhF2sDgJ7uAe1T"),
        views: 12405,
    };
    DocumentPublicationView::new(&published, "http://public.published.link", role)
}

#[test]
fn the_example_of_the_page_is_written_as_it_stands_there() {
    assert_eq!(Form::Xml.write(&view(Role::Publisher)).unwrap().body, include_str!("../examples/written/view.xml"));
    assert!(!Form::Xml.write(&view(Role::Viewer)).unwrap().body.contains("unpublish"));
}

#[test]
fn a_page_leads_to_its_neighbours_and_keeps_the_search() {
    let links = |q, page, total| {
        let list = PublishedDocuments::new("publishing/workspaces/3", q, page, 10, total, None, Vec::new());
        let json: serde_json::Value = serde_json::from_str(&Form::Json.write(&list).unwrap().body).unwrap();
        let links = json["links"].as_array().unwrap().iter();
        links.map(|link| format!("{} {}", link["rel"], link["href"]).replace('"', "")).collect::<Vec<_>>()
    };
    assert_eq!(
        links(Some("a&b ü"), 2, 31),
        [
            "self publishing/workspaces/3?page=2&q=a%26b%20%C3%BC",
            "first publishing/workspaces/3?page=1&q=a%26b%20%C3%BC",
            "prev publishing/workspaces/3?page=1&q=a%26b%20%C3%BC",
            "next publishing/workspaces/3?page=3&q=a%26b%20%C3%BC",
            "last publishing/workspaces/3?page=4&q=a%26b%20%C3%BC",
        ]
    );
    assert_eq!(links(None, 1, 10), ["self publishing/workspaces/3?page=1"]);
    assert_eq!(links(None, 1, 0), ["self publishing/workspaces/3?page=1"]);
    let beyond = links(None, 9, 11);
    assert_eq!(beyond[2..], ["prev publishing/workspaces/3?page=2", "last publishing/workspaces/3?page=2"]);
}

#[test]
fn the_link_to_the_next_page_has_its_cursor_and_no_other_has() {
    let list = PublishedDocuments::new("publishing/workspaces/3", None, 1, 10, 31, Some("bmV4dA"), Vec::new());
    let json = Form::Json.write(&list).unwrap().body;
    assert!(json.contains("publishing/workspaces/3?page=2&cursor=bmV4dA"), "{json}");
    assert_eq!(json.matches("cursor").count(), 1, "{json}");
}

#[test]
fn a_page_of_a_list_is_written_with_its_items() {
    let list = PublishedDocuments::new("publishing/workspaces/3", None, 1, 10, 31, None, vec![view(Role::Publisher)]);
    assert_eq!(Form::Xml.write(&list).unwrap().body, include_str!("../examples/written/views.xml"));
}

#[test]
fn one_item_is_a_list_in_json() {
    let list = PublishedDocuments::new("publishing/companies/1", None, 1, 10, 1, None, vec![view(Role::Viewer)]);
    let json: serde_json::Value = serde_json::from_str(&Form::Json.write(&list).unwrap().body).unwrap();
    assert_eq!(json["documentPublicationViews"].as_array().unwrap().len(), 1);
    assert_eq!((&json["page"], &json["pageCount"], &json["totalPublications"]), (&1.into(), &1.into(), &1.into()));
    assert_eq!(json["documentPublicationViews"][0]["version"]["title"], "My amazing document");
}
