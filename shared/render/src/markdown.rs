//! Markdown as reports and mails have it: its events, and those as a tree in JSON. The layout walks the tree; no text of a user ever becomes
//! Typst source.

use domain::link;
use pulldown_cmark::{Alignment, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, TextMergeStream};
use serde_json::{Value, json};

mod fit;
mod opaque;

use opaque::BREAK;
pub(crate) use opaque::{hide, show};

/// Deeper nesting is flattened: nobody reads it, and the layout recurses.
const MAX_DEPTH: usize = 24;

/// The events of a Markdown text. HTML is the text that it is, and what comes from data is text, with its line breaks.
pub fn events(markdown: &str) -> impl Iterator<Item = Event<'_>> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut in_code = false;
    TextMergeStream::new(Parser::new_ext(markdown, options)).flat_map(move |event| {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            _ => {}
        }
        shown(event, in_code)
    })
}

/// Where a link leads, if it may be followed from a document that was sent to someone: `javascript:` and `file:` may not.
pub fn link_of(tag: &Tag<'_>) -> Option<String> {
    let Tag::Link { link_type, dest_url, .. } = tag else { return None };
    let address = if *link_type == LinkType::Email { format!("mailto:{dest_url}") } else { dest_url.to_string() };
    link::is_safe(&address).then_some(address)
}

/// An event with the signs of data in it.
fn shown(event: Event<'_>, in_code: bool) -> Vec<Event<'_>> {
    vec![match event {
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Link { link_type, dest_url: show(dest_url), title, id })
        }
        Event::Code(words) => Event::Code(show(words)),
        Event::InlineHtml(tag) if is_line_break(&tag) => Event::HardBreak,
        Event::Text(words) | Event::Html(words) | Event::InlineHtml(words) => return lines(words, in_code),
        other => other,
    }]
}

/// Words. Line breaks that come from data break the line, but in code, where they stand for themselves.
fn lines(words: CowStr<'_>, in_code: bool) -> Vec<Event<'_>> {
    if in_code || !words.contains(BREAK) {
        return vec![Event::Text(show(words))];
    }
    let line = |(n, line): (usize, &str)| {
        let line = Event::Text(show(line.to_owned().into()));
        if n == 0 { vec![line] } else { vec![Event::HardBreak, line] }
    };
    words.split(BREAK).enumerate().flat_map(line).collect()
}

/// The tree of a Markdown text, fitted into a width in points: a list of nodes, each an object with its type in `t` and its children
/// in `c`.
pub(crate) fn tree(markdown: &str, width: f64) -> Vec<Value> {
    fit::fit(parse(markdown), width)
}

fn parse(markdown: &str) -> Vec<Value> {
    let mut builder = Builder::default();
    for event in events(markdown) {
        builder.take(event);
    }
    builder.top
}

#[derive(Default)]
struct Builder {
    top: Vec<Value>,
    /// The elements that are open, the outermost first, with the children they have so far.
    open: Vec<(Value, Vec<Value>)>,
    /// How many elements are open beyond the greatest depth.
    flattened: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(_) if self.open.len() >= MAX_DEPTH => self.flattened += 1,
            Event::Start(tag) => self.open.push((element(&tag), Vec::new())),
            Event::End(_) if self.flattened > 0 => self.flattened -= 1,
            Event::End(_) => self.close(),
            Event::Code(text) => self.add(json!({"t": "code", "v": text.as_ref()})),
            Event::SoftBreak => self.add(text(" ")),
            Event::HardBreak => self.add(json!({"t": "br"})),
            Event::Rule => self.add(json!({"t": "rule"})),
            Event::TaskListMarker(done) => self.add(json!({"t": "task", "done": done})),
            Event::Text(words) => self.add(text(&words)),
            _ => {}
        }
    }

    fn close(&mut self) {
        if let Some((mut node, mut children)) = self.open.pop() {
            let bulleted = self.open.last().is_some_and(|(list, _)| list["start"].is_null());
            if node["t"] == "item"
                && bulleted
                && let Some(done) = take_task(&mut children)
            {
                node["done"] = done;
            }
            node["c"] = Value::Array(children);
            self.add(node);
        }
    }

    fn add(&mut self, node: Value) {
        match self.open.last_mut() {
            Some((_, children)) => children.push(node),
            None => self.top.push(node),
        }
    }
}

/// Takes the box of a task out of an item, whose bullet it becomes.
fn take_task(children: &mut Vec<Value>) -> Option<Value> {
    let first = children.first_mut()?;
    if first["t"] == "p" {
        return take_task(first["c"].as_array_mut()?);
    }
    let done = (first["t"] == "task").then(|| first["done"].take())?;
    children.remove(0);
    Some(done)
}

/// The one tag of HTML that people write into Markdown for want of another way.
fn is_line_break(tag: &str) -> bool {
    matches!(tag.to_ascii_lowercase().trim_end_matches(['/', '>', ' ']), "<br")
}

fn text(words: &str) -> Value {
    json!({"t": "text", "v": words})
}

fn element(tag: &Tag<'_>) -> Value {
    if let Some(url) = link_of(tag) {
        return json!({"t": "link", "url": url});
    }
    match tag {
        Tag::Paragraph => json!({"t": "p"}),
        Tag::Heading { level, .. } => json!({"t": "heading", "level": (*level as usize).min(3)}),
        Tag::BlockQuote(_) => json!({"t": "quote"}),
        Tag::CodeBlock(_) => json!({"t": "pre"}),
        Tag::List(start) => json!({"t": "list", "start": start}),
        Tag::Item => json!({"t": "item"}),
        Tag::Emphasis => json!({"t": "emph"}),
        Tag::Strong => json!({"t": "strong"}),
        Tag::Strikethrough => json!({"t": "strike"}),
        Tag::Table(align) => json!({"t": "table", "align": align.iter().map(alignment).collect::<Vec<_>>()}),
        Tag::TableHead | Tag::TableRow => json!({"t": "row"}),
        Tag::TableCell => json!({"t": "cell"}),
        // Pictures are blocks of their own; what remains of one here is its alternative text.
        _ => json!({"t": "span"}),
    }
}

fn alignment(alignment: &Alignment) -> &'static str {
    match alignment {
        Alignment::Right => "right",
        Alignment::Center => "center",
        Alignment::Left | Alignment::None => "left",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_a_tree() {
        let cases = [
            ("words", "a **b**", json!([{"t": "p", "c": [text("a "), {"t": "strong", "c": [text("b")]}]}])),
            ("a list", "1. a", json!([{"t": "list", "start": 1, "c": [{"t": "item", "c": [text("a")]}]}])),
            ("Typst source is text", "#read(\"x\") $1$", json!([{"t": "p", "c": [text("#read(\"x\") $1$")]}])),
            ("HTML is text", "<b>a</b>", json!([{"t": "p", "c": [text("<b>"), text("a"), text("</b>")]}])),
            (
                "a script link is words",
                "[a](javascript:b)",
                json!([{"t": "p", "c": [{"t": "span", "c": [text("a")]}]}]),
            ),
            ("a line break", "a<br />b", json!([{"t": "p", "c": [text("a"), {"t": "br"}, text("b")]}])),
            (
                "a task",
                "- [x] a",
                json!([{"t": "list", "start": null, "c": [{"t": "item", "done": true, "c": [text("a")]}]}]),
            ),
            (
                "a task that is a paragraph",
                "- [ ] a\n\n  b",
                json!([{"t": "list", "start": null, "c": [
                    {"t": "item", "done": false, "c": [{"t": "p", "c": [text("a")]}, {"t": "p", "c": [text("b")]}]}
                ]}]),
            ),
            (
                "a task with a number",
                "1. [x] a",
                json!([{"t": "list", "start": 1, "c": [{"t": "item", "c": [{"t": "task", "done": true}, text("a")]}]}]),
            ),
            (
                "a link",
                "[a](https://b.example)",
                json!([{"t": "p", "c": [{"t": "link", "url": "https://b.example", "c": [text("a")]}]}]),
            ),
            (
                "the address of a mailbox",
                "<a@b.example>",
                json!([{"t": "p", "c": [{"t": "link", "url": "mailto:a@b.example", "c": [text("a@b.example")]}]}]),
            ),
        ];
        for (what, markdown, expected) in cases {
            assert_eq!(Value::Array(parse(markdown)), expected, "{what}");
        }
    }

    fn hide(text: &str) -> String {
        let mut hidden = String::new();
        super::hide(text, &mut hidden).unwrap();
        hidden
    }

    #[test]
    fn hidden_signs_make_no_markup_and_are_shown_as_they_are() {
        let words = |words: &str| json!([{"t": "p", "c": [text(words)]}]);
        let paragraph = |nodes: Value| json!([{"t": "p", "c": nodes}]);
        let cases = [
            ("stars", hide("**a** _b_ `c`"), words("**a** _b_ `c`")),
            ("a link", hide("[a](https://b.example)"), words("[a](https://b.example)")),
            ("a heading", hide("# a"), words("# a")),
            ("code by spaces", hide("    a"), words("    a")),
            ("a list", hide("1. a"), words("1. a")),
            ("an entity", hide("&amp;"), words("&amp;")),
            ("HTML", hide("<b>"), words("<b>")),
            ("a break", hide("a\r\nb"), paragraph(json!([text("a"), {"t": "br"}, text("b")]))),
            (
                "in strong words",
                format!("**{}**", hide(" a_b ")),
                paragraph(json!([{"t": "strong", "c": [text(" a_b ")]}])),
            ),
            ("in code", format!("`{}`", hide("a`b_c")), paragraph(json!([{"t": "code", "v": "a`b_c"}]))),
            (
                "as an address",
                format!("[a]({})", hide("https://b.example/?c=d e")),
                paragraph(json!([{"t": "link", "url": "https://b.example/?c=d e", "c": [text("a")]}])),
            ),
            (
                "as an address of a script",
                format!("[a]({})", hide("javascript:b")),
                paragraph(json!([{"t": "span", "c": [text("a")]}])),
            ),
        ];
        for (what, markdown, expected) in cases {
            assert_eq!(Value::Array(parse(&markdown)), expected, "{what}");
        }
    }

    #[test]
    fn nesting_ends_somewhere_and_keeps_the_words() {
        let tree = Value::Array(parse(&format!("{}deep", "> ".repeat(200))));
        let text = tree.to_string();
        assert!(text.matches("quote").count() <= MAX_DEPTH, "{text}");
        assert!(text.contains("deep"));
    }
}
