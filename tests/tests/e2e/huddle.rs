//! Huddle's dialect: publishing documents, their history, what is published; as XML that its schema takes, and as JSON.

use imprint_tests::{
    api::{Answer, Api, read},
    huddle::{Element, check, link_header},
    now, samples,
};
use jiff::fmt::rfc2822::DateTimePrinter;
use serde_json::{Value, json};
use std::time::Duration;

const XML: &str = "application/vnd.huddle.data+xml";
const JSON: &str = "application/vnd.huddle.data+json";

/// A document to work with: its number, and the name that the other dialects know it by.
struct Subject {
    number: u64,
    report: String,
}

impl Subject {
    async fn new(api: &Api, words: &str) -> Self {
        let report = samples::report(api, words).await;
        let number = api.get(&format!("/api/reports/{report}")).await.json()["number"].as_u64().unwrap();
        Self { number, report }
    }

    fn path(&self, rest: &str) -> String {
        format!("/files/documents/{}{rest}", self.number)
    }

    /// Publishes, and waits for the end as the document's clients do; the address of the progress.
    async fn published(&self, api: &Api) -> String {
        let answer = read(api.request("POST", &self.path("/publications"))).await.expect(202);
        let progress = link_header(answer.header("link"))[1].1.to_owned();
        assert_eq!(done(api, &progress).await.text_at("status"), "Done");
        progress
    }
}

async fn get(api: &Api, path: &str, accept: &str) -> Answer {
    read(api.request("GET", path).header("accept", accept)).await
}

/// A document in XML that its schema takes.
async fn xml(api: &Api, path: &str) -> Element {
    let answer = get(api, path, XML).await.expect(200);
    assert_eq!((answer.header("content-type"), answer.header("vary")), (XML, "accept"));
    check(&answer.text());
    Element::read(&answer.text())
}

async fn done(api: &Api, progress: &str) -> Element {
    loop {
        let seen = Element::read(&get(api, progress, XML).await.expect(200).text());
        if ["Done", "Failed"].contains(&seen.text_at("status")) {
            return xml(api, progress).await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn a_document_is_published_as_the_page_about_it_says() {
    let admin = Api::admin();
    let document = Subject::new(&admin, "Hello").await;
    let before = xml(&admin, &document.path("")).await;
    let publications = format!("files/documents/{}/publications", document.number);
    assert_eq!(before.link("publish"), Some(publications.as_str()));
    assert_eq!((before.link("bookmark"), before.link("unpublish")), (None, None));
    read(admin.request("GET", &document.path("/publications"))).await.expect(204);

    let answer = read(admin.request("POST", &document.path("/publications"))).await.expect(202);
    let links = link_header(answer.header("link"));
    assert_eq!((links[0].0, links[1].0, links.len()), ("monitor", "progress", 2), "{}", answer.header("link"));
    assert!(links.iter().all(|(_, target)| target.starts_with("http://127.0.0.1")), "absolute: {links:?}");
    assert!(links[0].1.ends_with(&document.path("/publications")) && answer.body.is_empty());

    let progress = done(&admin, links[1].1).await;
    assert_eq!((progress.name.as_str(), progress.text_at("status")), ("publishingProgress", "Done"));
    assert_eq!(progress.link("publications"), Some(publications.as_str()));
    let bookmark = progress.link("bookmark").unwrap().to_owned();
    assert!(Api::anonymous().get(&bookmark).await.expect(200).text().contains("Hello"));

    let history = xml(&admin, &document.path("/publications")).await;
    assert_eq!(history.link("bookmark"), Some(bookmark.as_str()));
    assert_eq!(history.link("parent"), Some(format!("files/documents/{}", document.number).as_str()));
    let entries = history.at("publications").all("publication");
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].text_at("publishingState"), "Published");
    assert_eq!(
        (entries[0].text_at("documentVersion/version"), entries[0].text_at("documentVersion/note")),
        ("1", "first")
    );
    let version = entries[0].at("documentVersion").link("self").unwrap().to_owned();
    assert_eq!(xml(&admin, &format!("/{version}")).await.text_at("note"), "first");
    assert_eq!(xml(&admin, &document.path("")).await.link("bookmark"), Some(bookmark.as_str()));

    let ended = read(admin.request("DELETE", &document.path("/publications"))).await.expect(202);
    let links = link_header(ended.header("link"));
    assert_eq!((links[0].0, links[1].0, links.len()), ("self", "publish", 2));
    Api::anonymous().get(&bookmark).await.expect(404);
    let history = xml(&admin, &document.path("/publications")).await;
    assert_eq!((history.link("bookmark"), history.link("unpublish")), (None, None));
    assert_eq!(history.at("publications").all("publication")[0].text_at("publishingState"), "NotPublished");
}

#[tokio::test]
async fn a_second_post_for_the_same_version_is_the_same_operation() {
    let admin = Api::admin();
    let document = Subject::new(&admin, "once").await;
    let path = document.path("/publications");
    let post = || read(admin.request("POST", &path));
    let (one, two) = tokio::join!(post(), post());
    let (one, two) = (one.expect(202), two.expect(202));
    let progress = |answer: &Answer| link_header(answer.header("link"))[1].1.to_owned();
    // The first may be done before the second is asked for; then that is a second publication.
    let count = xml(&admin, &path).await.at("publications").all("publication").len();
    assert_eq!(count == 1, progress(&one) == progress(&two), "{count} publications");
}

#[tokio::test]
async fn the_history_in_json_has_the_same_members() {
    let admin = Api::admin();
    let document = Subject::new(&admin, "twice told").await;
    document.published(&admin).await;
    for accept in [JSON, "application/json", "text/html;q=0.9, application/json"] {
        let answer = get(&admin, &document.path("/publications"), accept).await.expect(200);
        assert_eq!(answer.header("content-type"), JSON, "{accept}");
        let history = answer.json();
        assert_eq!(history["links"][0]["rel"], "self");
        let entry = &history["publications"][0];
        assert_eq!((&entry["publishingState"], &entry["documentVersion"]["version"]), (&json!("Published"), &json!(1)));
        assert_eq!(entry["actor"]["rel"], "publisher");
    }
}

#[tokio::test]
async fn the_form_is_the_one_that_the_client_prefers() {
    let admin = Api::admin();
    let document = Subject::new(&admin, "forms").await;
    let table = [
        ("*/*", XML),
        ("application/xml", XML),
        ("text/xml", XML),
        ("application/json;q=0.4, application/xml;q=0.5", XML),
        ("application/xml;q=0.4, application/json;q=0.5", JSON),
        ("text/html, application/*;q=0.1", XML),
    ];
    for (accept, expected) in table {
        let answer = get(&admin, &document.path(""), accept).await.expect(200);
        assert_eq!(answer.header("content-type"), expected, "{accept}");
    }
    let plain = read(admin.request("GET", &document.path(""))).await.expect(200);
    assert_eq!(plain.header("content-type"), XML, "without a wish");
    for accept in ["image/png", "text/html", "application/xml;q=0, text/xml;q=0"] {
        let refused = get(&admin, &document.path(""), accept).await.expect(406);
        assert!(refused.text().contains("application/json"), "{}", refused.text());
    }
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let admin = Api::admin();
    let document = Subject::new(&admin, "unchanged").await;
    document.published(&admin).await;
    // Of what changed in this very second no client can know that it has not changed again.
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    for path in [document.path(""), document.path("/publications"), document.path("/version/1")] {
        let answer = get(&admin, &path, XML).await.expect(200);
        let stamp = answer.header("last-modified").to_owned();
        assert!(stamp.ends_with("GMT"), "{path}: {stamp:?}");
        let again = |since: String| read(admin.request("GET", &path).header("if-modified-since", since));
        let same = again(stamp.clone()).await.expect(304);
        assert!(same.body.is_empty());
        again("Thu, 01 Jan 1970 00:00:00 GMT".into()).await.expect(200);
        again("whenever".into()).await.expect(200);
    }
    let stamp = DateTimePrinter::new().timestamp_to_rfc9110_string(&now()).unwrap();
    read(admin.request("DELETE", &document.path("/publications"))).await.expect(202);
    let path = document.path("/publications");
    let changed = read(admin.request("GET", &path).header("if-modified-since", stamp)).await.expect(200);
    assert!(changed.text().contains("NotPublished"));
    let head = read(admin.request("HEAD", &document.path(""))).await.expect(200);
    assert!(head.body.is_empty() && head.header("content-type") == XML);
    let whole = read(admin.request("GET", &document.path(""))).await.expect(200);
    assert_eq!(head.header("content-length"), whole.body.len().to_string());
}

/// The workspace's name is the title of a document's parent.
#[tokio::test]
async fn a_workspace_that_was_renamed_has_changed_its_documents() {
    let admin = Api::admin();
    let workspace = imprint_tests::unique("ws");
    let path = format!("/api/v1/workspaces/{workspace}");
    admin.put(&path, &json!({"name": "Before"})).await.expect(201);
    let mut body = samples::body(&imprint_tests::unique("report"), "words");
    body["workspace"] = json!(workspace);
    let document = format!("/files/documents/{}", samples::create(&admin, &body).await);
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let stamp = get(&admin, &document, XML).await.expect(200).header("last-modified").to_owned();
    let again = || read(admin.request("GET", &document).header("if-modified-since", &stamp));
    again().await.expect(304);
    admin.put(&path, &json!({"name": "After"})).await.expect(200);
    assert!(again().await.expect(200).text().contains("title=\"After\""));
}

#[tokio::test]
async fn refusals_are_huddles_error_documents() {
    let admin = Api::admin();
    let document = Subject::new(&admin, "doomed").await;
    let viewer = Api::with_role("viewer", &[]).await;
    let refusal = |answer: &Answer| {
        assert_eq!(answer.header("content-type"), "application/vnd.huddle.error+xml");
        check(&answer.text());
        let read = Element::read(&answer.text());
        (read.text_at("StatusCode").to_owned(), read.text_at("ErrorCode").to_owned())
    };
    let told = |status: &str, code: &str| (status.to_owned(), code.to_owned());
    let unknown = get(&admin, "/files/documents/999999999", XML).await.expect(404);
    assert_eq!(refusal(&unknown), told("404", "ObjectNotFound"));
    let forbidden = read(viewer.request("POST", &document.path("/publications"))).await.expect(403);
    assert_eq!(refusal(&forbidden), told("403", "Authorization"));
    let stranger = read(Api::anonymous().request("GET", &document.path(""))).await.expect(401);
    assert!(stranger.header("www-authenticate").contains("Bearer"));
    let oauth = Api::anonymous()
        .request("GET", &document.path(""))
        .header("authorization", format!("OAuth2 {}", admin.token()));
    read(oauth).await.expect(200);
    let page = get(&admin, "/publishing/workspaces/default?page=none", XML).await.expect(400);
    assert_eq!(refusal(&page), told("400", "Validation"));
    let lost = get(&admin, "/files/folders/7", XML).await.expect(404);
    assert_eq!(refusal(&lost), told("404", "ObjectNotFound"));

    admin.delete(&format!("/api/reports/{}", document.report)).await.expect(204);
    for name in [document.number.to_string(), document.report.replace(':', "%3A")] {
        for rest in ["", "/publications", "/version/1"] {
            let gone = get(&admin, &format!("/files/documents/{name}{rest}"), XML).await.expect(410);
            assert_eq!(refusal(&gone), told("410", "ObjectDeleted"));
        }
    }
    let gone = get(&admin, &document.path(""), "application/json").await.expect(410);
    assert_eq!(gone.header("content-type"), "application/vnd.huddle.error+json");
    assert_eq!((&gone.json()["statusCode"], &gone.json()["errorCode"]), (&json!(410), &json!("ObjectDeleted")));
    admin.get(&format!("/api/reports/{}", document.report)).await.expect(404);
}

#[tokio::test]
async fn viewers_follow_and_read_but_are_offered_nothing_more() {
    let admin = Api::admin();
    let document = Subject::new(&admin, "for all").await;
    let progress = document.published(&admin).await;
    let viewer = Api::with_role("viewer", &[]).await;
    assert!(xml(&viewer, &progress).await.link("bookmark").is_some());
    for path in [document.path(""), document.path("/publications")] {
        let seen = xml(&viewer, &path).await;
        assert_eq!((seen.link("publish"), seen.link("unpublish")), (None, None), "{path}");
    }
    read(viewer.request("DELETE", &document.path("/publications"))).await.expect(403);
    let elsewhere = Api::with_role("publisher", &["somewhere-else"]).await;
    for path in [document.path(""), document.path("/publications"), progress] {
        get(&elsewhere, &path, XML).await.expect(404);
    }
}

#[tokio::test]
async fn published_documents_are_listed_by_document_company_and_workspace() {
    let admin = Api::admin();
    let workspace = imprint_tests::unique("ws");
    let made = admin.put(&format!("/api/v1/workspaces/{workspace}"), &json!({"name": "Huddle & Co"})).await.expect(201);
    let owner = imprint_tests::unique("owner");
    let mut numbers = Vec::new();
    for n in 0..27 {
        let mut body = samples::body(&format!("paper-{n}"), "words");
        body["workspace"] = json!(workspace);
        body["owner"] = json!(owner);
        body["definition"] = json!({"title": "T", "blocks": [{"kind": "heading", "text": "T"}]});
        let made = admin.post("/api/reports", &body).await.expect(201).json();
        numbers.push(made["number"].as_u64().unwrap());
    }
    for number in &numbers {
        read(admin.request("POST", &format!("/files/documents/{number}/publications"))).await.expect(202);
    }
    let number = made.json()["id"].as_u64().or(made.json()["number"].as_u64()).unwrap();
    let first = loop {
        let page = xml(&admin, &format!("/publishing/workspaces/{number}")).await;
        if page.text_at("totalPublications") == "27" {
            break page;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    };
    assert_eq!((first.all("DocumentPublicationView").len(), first.text_at("pageCount")), (25, "2"));
    let next = xml(&admin, &format!("/{}", first.link("next").unwrap())).await;
    assert_eq!((next.all("DocumentPublicationView").len(), next.link("next")), (2, None));
    let of = |page: &Element| {
        let views = page.all("DocumentPublicationView");
        views.iter().map(|view| view.link("self").unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(first.link("next").unwrap().contains("cursor="));
    let second = xml(&admin, &format!("/publishing/workspaces/{number}?page=2")).await;
    assert_eq!((of(&second), second.text_at("totalPublications")), (of(&next), "27"), "by number as by cursor");
    let company = xml(&admin, &format!("/publishing/companies/{owner}?page=2")).await;
    assert_eq!((of(&company), company.text_at("totalPublications")), (of(&next), "27"), "all are of one company");
    get(&admin, &format!("/publishing/workspaces/{number}?cursor=x"), XML).await.expect(400);
    let mut all = [of(&first), of(&next)].concat();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 27, "pages neither repeat nor skip");
    let found = xml(&admin, &format!("/publishing/companies/{owner}?q=PAPER-26")).await;
    assert_eq!((of(&found).len(), found.text_at("totalPublications")), (1, "1"));
    let one = xml(&admin, &format!("/{}", of(&found)[0])).await;
    let bookmark = one.link("bookmark").unwrap().to_owned();
    Api::anonymous().get(&bookmark).await.expect(200);
    assert_eq!(xml(&admin, &format!("/{}", of(&found)[0])).await.text_at("totalViewCount"), "1");
    assert_eq!(one.at("version").attribute("title"), Some("paper-26"));

    let path = format!("/files/documents/{}/publications", numbers[26]);
    read(admin.request("DELETE", &path)).await.expect(202);
    assert_eq!(xml(&admin, &format!("/publishing/companies/{owner}")).await.text_at("totalPublications"), "26");
    get(&admin, &format!("/publishing/documents/{}", numbers[26]), XML).await.expect(404);
    let elsewhere = Api::with_role("viewer", &["somewhere-else"]).await;
    get(&elsewhere, &format!("/publishing/workspaces/{number}"), XML).await.expect(404);
    assert_eq!(xml(&elsewhere, &format!("/publishing/companies/{owner}")).await.text_at("totalPublications"), "0");
}

#[tokio::test]
async fn people_watch_the_progress_on_a_page() {
    let admin = Api::admin();
    let document = Subject::new(&admin, "watched").await;
    let progress = document.published(&admin).await;
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let page = get(&admin, &progress, browser).await.expect(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    assert!(page.text().contains("<progress") && page.text().contains("/view/"), "{}", page.text());
    let asked = get(&Api::anonymous(), &progress, browser).await.expect(401);
    let challenges: Vec<_> =
        asked.headers.get_all("www-authenticate").iter().filter_map(|one| one.to_str().ok()).collect();
    assert!(challenges.join(", ").contains("Basic realm="), "a browser asks for the token: {challenges:?}");
    let basic = Api::anonymous().request("GET", &progress).basic_auth("anybody", Some(admin.token()));
    read(basic.header("accept", browser)).await.expect(200);
}

#[tokio::test]
async fn one_operation_two_dialects() {
    let admin = Api::admin();
    let document = Subject::new(&admin, "both").await;
    // Begun in Huddle's words, seen in Informer's.
    let progress = document.published(&admin).await;
    let id = progress.rsplit('/').next().unwrap().to_owned();
    let seen = admin.get(&format!("/api/progress/{id}")).await.expect(200).json();
    assert_eq!((&seen["status"], &seen["messages"][1]), (&json!("Done"), &json!("Making public link...")));
    let bookmark = xml(&admin, &progress).await.link("bookmark").unwrap().to_owned();
    assert_eq!(seen["token"]["url"], bookmark);
    let listed = admin.get(&format!("/api/reports/{}/tokens", document.report)).await.expect(200).json();
    assert_eq!(listed["tokens"][0]["url"], bookmark);
    // Begun in Informer's words, seen in Huddle's: the same link, and one history.
    let monitor = imprint_tests::unique("both");
    let path = format!("/api/reports/{}/_cloud-publish", document.report);
    let published = admin.post(&path, &json!({"progress": monitor})).await;
    let ended = admin.finished(&format!("/api/progress/{monitor}")).await;
    assert!(published.status == 200 || published.status == 202);
    let again = xml(&admin, &format!("/publishing/progress/{}", ended["id"].as_str().unwrap())).await;
    assert_eq!((again.text_at("status"), again.link("bookmark")), ("Done", Some(bookmark.as_str())));
    assert_eq!(xml(&admin, &format!("/publishing/progress/{monitor}")).await, again, "by the caller's own name");
    let history = xml(&admin, &document.path("/publications")).await;
    let states: Vec<_> = history
        .at("publications")
        .all("publication")
        .iter()
        .map(|one| one.text_at("publishingState").to_owned())
        .collect();
    assert_eq!(states, ["Published", "NotPublished"]);
    let list = admin.get(&format!("/api/reports/{}/publications", document.report)).await.expect(200).json();
    let list: Vec<Value> = list["_embedded"]["inf:publication"].as_array().unwrap().clone();
    assert_eq!(list.iter().map(|one| one["state"].clone()).collect::<Vec<_>>(), ["Published", "NotPublished"]);
    // Unpublished in one, dead in both.
    admin.unpublish(&document.report).await.expect(204);
    assert_eq!(xml(&admin, &document.path("/publications")).await.link("bookmark"), None);
    Api::anonymous().get(&bookmark).await.expect(404);
}
