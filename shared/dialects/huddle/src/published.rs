//! What is published: `GET /publishing/documents/{id}`, and the lists of a company and of a workspace. Source: Huddle's page
//! “PublishedDocuments”.

use crate::{
    actor::Actor,
    form::Representation,
    history::published_date,
    link::{self, Link},
};
use domain::{
    credential::{Permission, Role},
    publication::Published,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

/// A published document.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentPublicationView {
    link: Vec<Link>,
    actor: Actor,
    version: ViewedVersion,
    scope: &'static str,
    total_view_count: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ViewedVersion {
    #[serde(rename = "@title")]
    title: String,
    link: Vec<Link>,
    published_date: String,
    version: u64,
    content_type: &'static str,
    extension: &'static str,
}

impl Representation for DocumentPublicationView {
    const ELEMENT: &'static str = "DocumentPublicationView";
}

impl DocumentPublicationView {
    /// What is published of a report, for a caller with `role`; `public_url` is the address under which the public reaches the
    /// service, without a slash at the end.
    pub fn new(published: &Published, public_url: &str, role: Role) -> Self {
        let Published { report, workspace, publication, bookmark, views } = published;
        let bookmark = bookmark.as_ref().map(|token| token.address(public_url));
        let (number, bookmark) = (report.number, bookmark.as_deref());
        let mut link = vec![Link::new("self", format!("publishing/documents/{number}"))];
        link.extend(bookmark.map(Link::bookmark));
        link.extend(bookmark.map(|address| Link::new("alternate", address).html()));
        if role.holds(Permission::ReportCloudPublish) {
            link.push(Link::new("unpublish", link::publications(number)));
        }
        let version = ViewedVersion {
            title: report.name.clone(),
            link: vec![
                Link::new("self", link::version(number, publication.version)),
                Link::new("parent", link::document(number)),
                Link::new("workspace", link::workspace(workspace.number)).titled(&workspace.name),
            ],
            published_date: published_date(publication),
            version: publication.version,
            content_type: "application/pdf",
            extension: "pdf",
        };
        let actor = Actor::new(&publication.actor, "publisher");
        Self { link, actor, version, scope: "Public", total_view_count: *views }
    }
}

/// A page of what is published.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublishedDocuments {
    link: Vec<Link>,
    page: u64,
    page_count: u64,
    total_publications: u64,
    #[serde(rename = "DocumentPublicationView")]
    items: Vec<DocumentPublicationView>,
}

impl Representation for PublishedDocuments {
    const ELEMENT: &'static str = "publications";
}

impl PublishedDocuments {
    /// Page `page`, counted from 1, of the list at `address` (`publishing/workspaces/3`): `items` of `total`, `size` on a page.
    /// `q` is what was searched for,
    /// `next` the cursor of the next page: who follows its link misses and repeats nothing, whatever is published meanwhile.
    pub fn new(
        address: &str,
        q: Option<&str>,
        page: u64,
        size: u64,
        total: u64,
        next: Option<&str>,
        items: Vec<DocumentPublicationView>,
    ) -> Self {
        let page_count = total.div_ceil(size.max(1)).max(1);
        let search = q.map(|q| format!("&q={}", utf8_percent_encode(q, NON_ALPHANUMERIC))).unwrap_or_default();
        let to = |rel, page: u64| Link::new(rel, format!("{address}?page={page}{search}"));
        let cursor = next.map(|next| format!("&cursor={next}")).unwrap_or_default();
        let following = || Link::new("next", format!("{address}?page={}{search}{cursor}", page + 1));
        // Huddle leaves out the ends of a list of one page, and the neighbours that there are not.
        let several = page_count > 1;
        let links = [
            Some(to("self", page)),
            several.then(|| to("first", 1)),
            (page > 1).then(|| to("prev", (page - 1).min(page_count))),
            (page < page_count).then(following),
            several.then(|| to("last", page_count)),
        ];
        let link = links.into_iter().flatten().collect();
        Self { link, page, page_count, total_publications: total, items }
    }
}

#[cfg(test)]
#[path = "published_tests.rs"]
mod tests;
