//! Links: those of bodies are relative and begin without a slash, those of headers are absolute. Source: “PublishDocument”.

use domain::publication::PublicationId;
use serde::Serialize;

/// A link of a body.
#[derive(Debug, Serialize)]
pub(crate) struct Link {
    #[serde(rename = "@rel")]
    rel: &'static str,
    #[serde(rename = "@href")]
    href: String,
    #[serde(rename = "@type", skip_serializing_if = "Option::is_none")]
    media_type: Option<&'static str>,
    #[serde(rename = "@title", skip_serializing_if = "Option::is_none")]
    title: Option<String>,
}

impl Link {
    pub(crate) fn new(rel: &'static str, href: impl Into<String>) -> Self {
        Self { rel, href: href.into(), media_type: None, title: None }
    }

    /// A link that says what it leads to.
    pub(crate) fn titled(self, title: &str) -> Self {
        Self { title: Some(title.to_owned()), ..self }
    }

    /// A link to a page for people.
    pub(crate) fn html(self) -> Self {
        Self { media_type: Some("text/html"), ..self }
    }

    /// Where the public reads the report: absolute, since it may be another host.
    pub(crate) fn bookmark(address: &str) -> Self {
        Self::new("bookmark", address)
    }
}

/// The document of a report.
pub(crate) fn document(number: u64) -> String {
    format!("files/documents/{number}")
}

/// One version of it.
pub(crate) fn version(number: u64, version: u64) -> String {
    format!("files/documents/{number}/version/{version}")
}

/// Its publications: what is read, posted to for publishing, and deleted for unpublishing.
pub(crate) fn publications(number: u64) -> String {
    format!("files/documents/{number}/publications")
}

/// The progress of a publication.
pub(crate) fn progress(id: PublicationId) -> String {
    format!("publishing/progress/{id}")
}

/// What is published of a workspace.
pub(crate) fn workspace(number: u64) -> String {
    format!("publishing/workspaces/{number}")
}

/// The `Link` header of a publication that was started: the document's publications first, its progress second.
/// `base_url` is the address of the API, without a slash at the end.
pub fn started(base_url: &str, number: u64, id: PublicationId) -> String {
    format!("{}, {}", header(base_url, &publications(number), "monitor"), header(base_url, &progress(id), "progress"))
}

/// The `Link` header of an unpublished document: `publish` too for a caller who may publish it again.
pub fn unpublished(base_url: &str, number: u64, may_publish: bool) -> String {
    let rels = if may_publish { ["self", "publish"].as_slice() } else { &["self"] };
    let links: Vec<_> = rels.iter().map(|rel| header(base_url, &publications(number), rel)).collect();
    links.join(", ")
}

fn header(base_url: &str, path: &str, rel: &str) -> String {
    format!("<{base_url}/{path}>; rel=\"{rel}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    const BASE: &str = "https://api.example.com";

    #[test]
    fn the_headers_are_those_of_the_document() {
        let id = samples::publication(2).id;
        assert_eq!(
            started(BASE, 123, id),
            format!(
                "<https://api.example.com/files/documents/123/publications>; rel=\"monitor\", \
                 <https://api.example.com/publishing/progress/{id}>; rel=\"progress\""
            )
        );
        let own = "<https://api.example.com/files/documents/123/publications>; rel=\"self\"";
        let again = "<https://api.example.com/files/documents/123/publications>; rel=\"publish\"";
        assert_eq!(unpublished(BASE, 123, true), format!("{own}, {again}"));
        assert_eq!(unpublished(BASE, 123, false), own);
    }
}
