//! Huddle's XML, seen by a client: is it what the schema says, and what does it say?

use quick_xml::{
    Reader,
    escape::resolve_predefined_entity,
    events::{BytesRef, BytesStart, Event},
};
use std::{collections::BTreeMap, io::Write, process::Stdio};

/// Holds a document against `huddle.xsd`.
///
/// # Panics
/// If it is not valid, with the validator's words and the document.
#[track_caller]
pub fn check(xml: &str) {
    if let Err(faults) = validate(xml) {
        panic!("{faults}\n{xml}");
    }
}

/// Python's `xmlschema` is the judge, for no crate implements XML Schema. `make python-test` installs it.
fn validate(xml: &str) -> Result<(), String> {
    let mut command = crate::python();
    let command =
        command.args(["-m", "tests.validate_xml"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut validator = command.spawn().expect("make python-test installs Python's packages");
    validator.stdin.take().unwrap().write_all(xml.as_bytes()).expect("the validator reads");
    let output = validator.wait_with_output().unwrap();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()) }
}

/// An element, read whole.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Element {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    /// The text that stands in it directly.
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    /// The root of a document.
    ///
    /// # Panics
    /// If the document is not well formed.
    #[track_caller]
    pub fn read(xml: &str) -> Self {
        let mut reader = Reader::from_str(xml);
        // Opened and not yet closed; the first stands for the document.
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => open.push(Self::started(&start)),
                Event::Empty(start) => open.last_mut().unwrap().children.push(Self::started(&start)),
                Event::End(_) => {
                    let closed = open.pop().unwrap();
                    open.last_mut().unwrap().children.push(closed);
                }
                Event::Text(text) => open.last_mut().unwrap().text += &text.xml_content().unwrap(),
                Event::GeneralRef(reference) => open.last_mut().unwrap().text += &resolved(&reference),
                Event::Eof => break,
                _ => {}
            }
        }
        assert!(open.len() == 1 && open[0].children.len() == 1, "not one whole element: {xml}");
        open.remove(0).children.remove(0)
    }

    fn started(start: &BytesStart<'_>) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let attributes = start.attributes().map(Result::unwrap);
        let attributes = attributes.map(|one| (text(one.key.as_ref()), one.unescape_value().unwrap().into_owned()));
        Self { name: text(start.name().as_ref()), attributes: attributes.collect(), ..Self::default() }
    }

    /// The child at a path of names, `publications/publication/actor`: the first of each.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn at(&self, path: &str) -> &Self {
        path.split('/').fold(self, |element, name| {
            let mut found = element.children.iter().filter(|child| child.name == name);
            found.next().unwrap_or_else(|| panic!("no <{name}> of {path} in {element:#?}"))
        })
    }

    /// The text of the child at a path.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn text_at(&self, path: &str) -> &str {
        &self.at(path).text
    }

    /// Its children of this name.
    pub fn all(&self, name: &str) -> Vec<&Self> {
        self.children.iter().filter(|child| child.name == name).collect()
    }

    /// An attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// Where its own link of this relation leads.
    pub fn link(&self, rel: &str) -> Option<&str> {
        self.all("link").into_iter().find(|link| link.attribute("rel") == Some(rel))?.attribute("href")
    }

    /// The relations of its own links, in order.
    pub fn rels(&self) -> Vec<&str> {
        self.all("link").into_iter().filter_map(|link| link.attribute("rel")).collect()
    }
}

fn resolved(reference: &BytesRef<'_>) -> String {
    if let Some(c) = reference.resolve_char_ref().unwrap() {
        return c.to_string();
    }
    let name = reference.decode().unwrap();
    resolve_predefined_entity(&name).unwrap_or_else(|| panic!("unknown entity &{name};")).to_owned()
}

/// Where the links of a `Link` header lead, by their relations: `<address>; rel="monitor", …`, in order.
pub fn link_header(value: &str) -> Vec<(&str, &str)> {
    let links = value.split(", <").map(|link| link.trim_start_matches('<'));
    links
        .filter_map(|link| link.strip_suffix('"')?.split_once(">; rel=\"").map(|(address, rel)| (rel, address)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HISTORY: &str = include_str!("../../shared/dialects/huddle/examples/history.xml");
    const PROGRESS: &str = include_str!("../../shared/dialects/huddle/examples/progress.xml");
    const VIEW: &str = include_str!("../../shared/dialects/huddle/examples/view.xml");
    const ERROR: &str = include_str!("../../shared/dialects/huddle/examples/error.xml");

    #[test]
    fn the_examples_of_the_documents_are_valid() {
        for example in [HISTORY, PROGRESS, VIEW, ERROR] {
            check(example);
        }
    }

    /// What the dialect's own tests compare its writing with.
    #[test]
    fn what_the_dialect_writes_is_valid() {
        let folder =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/dialects/huddle/examples/written");
        let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        assert!(files.len() >= 9);
        for file in files {
            check(&std::fs::read_to_string(file).unwrap());
        }
    }

    #[test]
    fn faults_are_named() {
        let table = [
            ("the status is missing", PROGRESS, "  <status>Done</status>\n", "", "status"),
            ("a status that is none", PROGRESS, "Done<", "Finished<", "Finished"),
            ("an unknown element", PROGRESS, "<status>", "<colour>red</colour><status>", "colour"),
            ("a link after the status", PROGRESS, "</status>", "</status><link rel=\"a\" href=\"b\"/>", "link"),
            ("another namespace", PROGRESS, "2011/02", "2011/03", "2011/03"),
            ("an address with a slash in front", PROGRESS, "\"files/", "\"/files/", "/files/"),
            ("a link without an address", PROGRESS, " href=\"http://public.published.link/123\"", "", "href"),
            ("a date with a fraction", HISTORY, "09:02:17Z", "09:02:17.5Z", "09:02:17.5Z"),
            ("a state that is none", HISTORY, "PublishInProgress", "Publishing", "Publishing"),
            ("an actor without a name", HISTORY, "name=\"Peter Gibson\" ", "", "name"),
            ("a version without its note", HISTORY, "<note>new note</note>", "", "note"),
            ("a publication without its version", HISTORY, "documentVersion", "version", "version"),
            ("no messages", ERROR, "<Message>There is no report 99.</Message>", "", "Message"),
            ("views that are no number", VIEW, "12405", "many", "many"),
            ("no XML", VIEW, "</scope>", "", "no XML"),
        ];
        for (what, example, part, instead, named) in table {
            let faulty = example.replace(part, instead);
            assert_ne!(faulty, example, "{what}");
            let told = validate(&faulty).expect_err(what);
            assert!(told.contains(named), "{what}: {told}");
        }
    }

    #[test]
    fn links_may_stand_in_any_order() {
        let (own, bookmark) = ("rel=\"self\"", "rel=\"bookmark\"");
        check(&PROGRESS.replace(own, "x").replace(bookmark, own).replace("<link x", &format!("<link {bookmark}")));
    }

    #[test]
    fn an_answer_is_read() {
        let history = Element::read(HISTORY);
        assert_eq!(history.rels(), ["self", "parent", "bookmark", "publish", "unpublish"]);
        assert_eq!(history.link("parent"), Some("files/documents/123"));
        assert_eq!(history.link("edit"), None);
        assert_eq!(history.at("publications").all("publication").len(), 2);
        assert_eq!(history.at("publications/publication/actor").attribute("name"), Some("Peter Gibson"));
        assert_eq!(history.text_at("publications/publication/documentVersion/version"), "2");
    }

    #[test]
    fn escaped_text_is_read_as_it_was_meant() {
        let read = Element::read("<a b=\"&lt;&quot;&#10;\">x &amp; y&#13;<c/> &lt;z&gt;</a>");
        assert_eq!((read.text.as_str(), read.attribute("b")), ("x & y\r <z>", Some("<\"\n")));
    }

    #[test]
    fn a_link_header_is_read() {
        let links = link_header("<https://a/files/1,2>; rel=\"monitor\", <https://a/p/3>; rel=\"progress\"");
        assert_eq!(links, [("monitor", "https://a/files/1,2"), ("progress", "https://a/p/3")]);
    }
}
