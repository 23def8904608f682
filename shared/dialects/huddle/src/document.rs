//! A document and its versions: `GET /files/documents/{id}` and `…/version/{n}`. Sources: Huddle's pages “Document” and
//! “DocumentVersion”. Only links that lead somewhere in this service are told.

use crate::{
    actor::{Actor, instant},
    form::Representation,
    link::{self, Link},
};
use domain::{
    credential::{Permission, Role},
    report::{Report, Version},
    workspace::Workspace,
};
use serde::Serialize;

/// A report as a document.
#[derive(Debug, Serialize)]
pub struct Document {
    #[serde(rename = "@itemType")]
    item_type: &'static str,
    #[serde(rename = "@title")]
    title: String,
    #[serde(rename = "@description")]
    description: String,
    link: Vec<Link>,
    actor: Actor,
    version: u64,
    created: String,
    updated: String,
}

impl Representation for Document {
    const ELEMENT: &'static str = "document";
}

impl Document {
    /// The document for a caller with `role`. `newest` is the report's newest version, `bookmark` its public address while it is
    /// published. The parent is the workspace, as a list of what is published of it.
    pub fn new(report: &Report, workspace: &Workspace, newest: &Version, bookmark: Option<&str>, role: Role) -> Self {
        let number = report.number;
        let publications = |rel| Link::new(rel, link::publications(number));
        let mut link = vec![
            Link::new("self", link::document(number)),
            Link::new("parent", link::workspace(workspace.number)).titled(&workspace.name),
            Link::new("version-history", format!("api/reports/{}/versions", report.uid)),
        ];
        if role.holds(Permission::ReportCloudPublish) {
            link.push(publications("publish"));
            link.extend(bookmark.map(|_| publications("unpublish")));
        }
        link.push(publications("publications"));
        link.extend(bookmark.map(Link::bookmark));
        Self {
            item_type: "Document",
            title: report.name.clone(),
            description: report.details.description.clone(),
            link,
            actor: Actor::new(&newest.actor, "updated-by"),
            version: report.version,
            created: instant(report.created_at),
            updated: instant(report.updated_at),
        }
    }
}

/// One version of a document.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentVersion {
    link: Vec<Link>,
    actor: Actor,
    version: u64,
    note: String,
    created_date: String,
}

impl Representation for DocumentVersion {
    const ELEMENT: &'static str = "documentVersion";
}

impl DocumentVersion {
    /// A version of the report with this number.
    pub fn new(number: u64, version: &Version) -> Self {
        Self {
            link: vec![
                Link::new("self", link::version(number, version.version)),
                Link::new("parent", link::document(number)),
            ],
            actor: Actor::new(&version.actor, "updated-by"),
            version: version.version,
            note: version.note.clone().unwrap_or_default(),
            created_date: instant(version.at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{form::Form, samples};

    #[test]
    fn a_document_tells_what_can_be_done_with_it() {
        let document = |bookmark, role| {
            let report = samples::report("TPS \"report\"");
            let document = Document::new(&report, &samples::workspace(), &samples::version(2), bookmark, role);
            Form::Xml.write(&document).unwrap().body
        };
        assert_eq!(
            document(Some("http://public.published.link/123"), Role::Publisher),
            include_str!("../examples/written/document.xml")
        );
        let (read, unpublished) = (document(Some("x"), Role::Viewer), document(None, Role::Publisher));
        assert!(!read.contains("publish\"") && read.contains("publications\""));
        assert!(unpublished.contains("\"publish\"") && !unpublished.contains("\"unpublish\""));
    }

    #[test]
    fn a_version_tells_its_note_and_who_made_it() {
        let version = DocumentVersion::new(123, &samples::version(2));
        assert_eq!(Form::Xml.write(&version).unwrap().body, include_str!("../examples/written/version.xml"));
        let written = Form::Json.write(&version).unwrap().body;
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&written).unwrap(),
            serde_json::json!({
                "links": [
                    {"rel": "self", "href": "files/documents/123/version/2"},
                    {"rel": "parent", "href": "files/documents/123"},
                ],
                "actor": {
                    "name": "Peter Gibson",
                    "email": "peter.gibson@example.com",
                    "rel": "updated-by",
                    "links": [{"rel": "alternate", "href": "mailto:peter.gibson@example.com"}],
                },
                "version": 2,
                "note": "new note",
                "createdDate": "2007-10-10T09:02:17Z",
            })
        );
    }
}
