//! `GET /publishing/progress/{id}` for people: a page that follows along, with script or without.

use crate::html::{Part, SCRIPT, STYLE, filled};
use domain::{progress::Status, publication::Publication, report::Report};
use quick_xml::escape::escape;
use std::collections::BTreeMap;

const PAGE: &str = include_str!("progress.html");

/// The states in words. The page hands them to its script, so that they stand here only.
const WORDS: [(&str, &str); 5] = [
    ("NotStarted", "Waiting to start"),
    ("InProgress", "Being published"),
    ("Done", "Published"),
    ("NotPublic", "Finished, but the report is not public now"),
    ("Failed", "Publishing failed"),
];

/// The page of a publication; its policy is [`content_security_policy`](crate::content_security_policy). `bookmark` is the public
/// address while there is one. A page that is not final asks again by itself: its script every second, without script the browser
/// loads it anew every two.
pub fn progress_page(report: &Report, publication: &Publication, bookmark: Option<&str>) -> String {
    let progress = &publication.progress;
    let bookmark = bookmark.filter(|_| progress.status == Status::Done);
    let (refresh, script) = match progress.status.is_final() {
        true => ("", String::new()),
        false => {
            (r#"<noscript><meta http-equiv="refresh" content="2"></noscript>"#, format!("<script>{SCRIPT}</script>"))
        }
    };
    let key = key(progress.status, bookmark.is_some());
    let words: BTreeMap<_, _> = WORDS.into_iter().collect();
    let href = bookmark.map(|address| format!("href=\"{}\"", escape(address))).unwrap_or_default();
    let messages: String = progress.messages.iter().map(|text| format!("<li>{}</li>", escape(text))).collect();
    filled(
        PAGE,
        &[
            ("refresh", Part::Markup(refresh)),
            ("title", Part::Text(&report.name)),
            ("style", Part::Markup(STYLE)),
            ("version", Part::Text(&publication.version.to_string())),
            ("status", Part::Text(key)),
            ("all-words", Part::Text(&serde_json::json!(words).to_string())),
            ("words", Part::Text(words.get(key).copied().unwrap_or_default())),
            ("percent", Part::Text(&progress.percent.to_string())),
            ("messages", Part::Markup(&messages)),
            ("reason", Part::Text(progress.reason.as_deref().unwrap_or_default())),
            ("href", Part::Markup(&href)),
            ("script", Part::Markup(&script)),
        ],
    )
}

fn key(status: Status, public: bool) -> &'static str {
    match status {
        Status::NotStarted => "NotStarted",
        Status::InProgress => "InProgress",
        Status::Done if public => "Done",
        Status::Done => "NotPublic",
        Status::Failed => "Failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    const BOOKMARK: Option<&str> = Some("https://public.example.com/view/abc?a=1&b=2");

    fn page(publication: &Publication, bookmark: Option<&str>) -> String {
        progress_page(&samples::report("Sales <script>alert(1)</script> & \"{{script}}\""), publication, bookmark)
    }

    #[test]
    fn what_people_wrote_is_shown_as_they_wrote_it() {
        let page = page(&samples::running(2), None);
        assert!(page.contains("<h1>Sales &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;{{script}}&quot;</h1>"));
        assert!(!page.contains("alert(1)</script>"));
        let failed = progress_page(&samples::report("TPS"), &samples::failed(2), None);
        assert!(failed.contains("there is no field &lt;amount&gt; in the data."));
    }

    #[test]
    fn every_placeholder_is_filled() {
        let page = progress_page(&samples::report("TPS"), &samples::publication(2), BOOKMARK);
        assert!(!page.contains("{{") && !page.contains("}}"), "{page}");
    }

    #[test]
    fn a_page_follows_until_the_publication_is_finished() {
        let follows = |publication: &Publication| {
            let page = page(publication, BOOKMARK);
            (page.contains("http-equiv=\"refresh\""), page.contains("fetch("))
        };
        assert_eq!(follows(&samples::asked(2)), (true, true));
        assert_eq!(follows(&samples::running(2)), (true, true));
        assert_eq!(follows(&samples::publication(2)), (false, false));
        assert_eq!(follows(&samples::failed(2)), (false, false));
    }

    #[test]
    fn the_page_tells_how_far_it_is_and_leads_to_what_is_published() {
        let running = page(&samples::running(2), BOOKMARK);
        assert!(
            running.contains("max=\"100\" value=\"40\"")
                && running.contains(">40 %<")
                && running.contains(">Being published<")
        );
        assert!(running.contains("<li>Publishing report...</li>") && !running.contains("href=\"https"));
        let done = page(&samples::publication(2), BOOKMARK);
        assert!(
            done.contains("href=\"https://public.example.com/view/abc?a=1&amp;b=2\"") && done.contains(">Published<")
        );
        let withdrawn = page(&samples::publication(2), None);
        assert!(withdrawn.contains(">Finished, but the report is not public now<") && !withdrawn.contains("href="));
    }
}
