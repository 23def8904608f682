//! How far a publication is: `GET /publishing/progress/{id}`. Source: “PublishDocument”.

use crate::{
    form::Representation,
    link::{self, Link},
};
use domain::{progress::Status, publication::Publication};
use serde::Serialize;

/// The state of a publication. Huddle's part ends with the status; what follows is ours, for those who watch.
#[derive(Debug, Serialize)]
pub struct PublishingProgress {
    link: Vec<Link>,
    status: Status,
    percent: u8,
    messages: Messages,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warnings: Option<Warnings>,
}

#[derive(Debug, Serialize)]
struct Warnings {
    warning: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Messages {
    message: Vec<String>,
}

impl Representation for PublishingProgress {
    const ELEMENT: &'static str = "publishingProgress";
}

impl PublishingProgress {
    /// The progress of a publication of the report with this number. `bookmark` is the public address, as soon as it is known.
    pub fn new(number: u64, publication: &Publication, bookmark: Option<&str>) -> Self {
        let progress = &publication.progress;
        let mut link = vec![Link::new("self", link::progress(publication.id))];
        link.extend(bookmark.map(Link::bookmark));
        if progress.status == Status::Done {
            link.push(Link::new("publications", link::publications(number)));
        }
        Self {
            link,
            status: progress.status,
            percent: progress.percent,
            messages: Messages { message: progress.messages.clone() },
            reason: progress.reason.clone(),
            warnings: Some(progress.warnings.clone()).filter(|it| !it.is_empty()).map(|warning| Warnings { warning }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{form::Form, samples};

    #[test]
    fn the_example_of_the_document_is_written_as_it_stands_there_and_goes_on_with_ours() {
        let progress = PublishingProgress::new(123, &samples::publication(2), Some("http://public.published.link/123"));
        assert_eq!(Form::Xml.write(&progress).unwrap().body, include_str!("../examples/written/progress.xml"));
    }

    #[test]
    fn until_it_is_done_there_are_no_publications_to_look_at() {
        let written = |publication| Form::Json.write(&PublishingProgress::new(123, &publication, None)).unwrap().body;
        let own = r#"{"links":[{"rel":"self","href":"publishing/progress/660107d3-b06d-4972-9cfc-8c5ac1e381e5-2"}]"#;
        assert_eq!(
            written(samples::running(2)),
            format!(r#"{own},"status":"InProgress","percent":40,"messages":["Publishing report..."]}}"#)
        );
        assert_eq!(written(samples::asked(2)), format!(r#"{own},"status":"NotStarted","percent":0,"messages":[]}}"#));
    }

    #[test]
    fn a_failure_tells_its_reason() {
        let progress = PublishingProgress::new(123, &samples::failed(2), None);
        assert_eq!(Form::Xml.write(&progress).unwrap().body, include_str!("../examples/written/failed.xml"));
    }

    #[test]
    fn what_the_report_lacks_stands_at_the_end() {
        let mut publication = samples::publication(2);
        publication.progress.warnings = vec!["blocks[0]: a".into(), "page 2: b".into()];
        let written = |form: Form| form.write(&PublishingProgress::new(123, &publication, None)).unwrap().body;
        assert!(
            written(Form::Json).ends_with(r#""warnings":["blocks[0]: a","page 2: b"]}"#),
            "{}",
            written(Form::Json)
        );
        let xml =
            "<warnings><warning>blocks[0]: a</warning><warning>page 2: b</warning></warnings></publishingProgress>";
        let flat: String = written(Form::Xml).lines().map(str::trim).collect();
        assert!(flat.ends_with(xml), "{flat}");
    }
}
