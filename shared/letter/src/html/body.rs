//! The message of a letter in HTML: the elements that mail programs know, each with its style.

use std::borrow::Cow;

use pulldown_cmark::{Alignment, Event, Tag};

use crate::message::{LONGEST, SHORTENED, events, link_of};

/// The message, for a letter from left to right or from right to left; ends where a mail program would cut it.
pub fn write(markdown: &str, rtl: bool) -> String {
    let mut body = Body { rtl, ..Body::default() };
    for event in events(markdown) {
        let (html, open) = (body.html.len(), body.open.len());
        // These change what was written before, and add little.
        let is_cut = !matches!(event, Event::End(_) | Event::TaskListMarker(_));
        body.take(event);
        if body.html.len() > LONGEST && is_cut {
            body.html.truncate(html);
            body.open.truncate(open);
            body.close_all();
            body.html.push_str(&format!("<p><em>{SHORTENED}</em></p>"));
            return body.html;
        }
    }
    body.html
}

/// A text between tags or in an attribute. Its slashes stay, unlike by the general escapes: filters of mail read addresses as they stand.
pub fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}

#[derive(Default)]
struct Body {
    html: String,
    /// The ends of the elements that are open, the outermost first.
    open: Vec<&'static str>,
    columns: Vec<Alignment>,
    column: usize,
    in_head: bool,
    rtl: bool,
}

impl Body {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(_) => self.html.push_str(self.open.pop().unwrap_or_default()),
            Event::Text(words) => self.html.push_str(&escaped(&words)),
            Event::Code(words) => {
                let code = "<code class=\"soft\" style=\"padding:1px 4px;background:#f5f7f9;font-size:14px\">";
                self.html.push_str(&format!("{code}{}</code>", escaped(&words)));
            }
            Event::TaskListMarker(done) => self.task(done),
            Event::SoftBreak => self.html.push('\n'),
            Event::HardBreak => self.html.push_str("<br>\n"),
            Event::Rule => {
                let rule = "<hr class=\"line\" style=\"margin:24px 0;border:0;border-top:1px solid #d5dce3\">";
                self.html.push_str(rule);
            }
            _ => {}
        }
    }

    fn close_all(&mut self) {
        while let Some(end) = self.open.pop() {
            self.html.push_str(end);
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        let (start, end) = match tag {
            Tag::Table(columns) => {
                self.columns.clone_from(columns);
                (TABLE, "</table></div>")
            }
            Tag::TableHead | Tag::TableRow => {
                (self.column, self.in_head) = (0, *tag == Tag::TableHead);
                ("<tr>", "</tr>\n")
            }
            Tag::TableCell => return self.cell(),
            Tag::Link { .. } => return self.link(tag),
            Tag::List(first) => return self.list(*first),
            Tag::BlockQuote(_) => return self.quotation(),
            other => element(other),
        };
        // The message stands at its own distance from what is above it.
        let start =
            if self.html.is_empty() { Cow::from(start.replace("margin:24px", "margin:0")) } else { start.into() };
        self.html.push_str(&start);
        self.open.push(end);
    }

    /// The side at which lines begin.
    fn side(&self) -> &'static str {
        if self.rtl { "right" } else { "left" }
    }

    fn list(&mut self, first: Option<u64>) {
        let side = self.side();
        // A list inside of another one goes on at its distance.
        let below = if self.open.contains(&ITEM_END) { 0 } else { 16 };
        let style = format!("style=\"margin:0 0 {below}px;padding:0;padding-{side}:24px\"");
        let (start, end) = match first {
            Some(first) => (format!("<ol start=\"{first}\" {style}>\n"), "</ol>\n"),
            None => (format!("<ul {style}>\n"), "</ul>\n"),
        };
        self.html.push_str(&start);
        self.open.push(end);
    }

    /// The box of a task is the mark of its item.
    fn task(&mut self, done: bool) {
        if let Some(item) = self.html.rfind(ITEM) {
            self.html.replace_range(item..item + ITEM.len(), "<li style=\"list-style:none\">");
        }
        self.html.push_str(if done { "☑ " } else { "☐ " });
    }

    fn quotation(&mut self) {
        let side = self.side();
        let style =
            format!("margin:0 0 16px;padding:0;padding-{side}:16px;border-{side}:3px solid #d5dce3;color:#55616e");
        self.html.push_str(&format!("<blockquote class=\"line muted\" style=\"{style}\">"));
        self.open.push("</blockquote>\n");
    }

    fn cell(&mut self) {
        let align = match self.columns.get(self.column) {
            Some(Alignment::Right) => "right",
            Some(Alignment::Center) => "center",
            Some(Alignment::Left) => "left",
            _ => self.side(),
        };
        let (name, end) = if self.in_head { ("th scope=\"col\"", "</th>") } else { ("td", "</td>") };
        self.column += 1;
        let cell = format!("<{name} class=\"line\" align=\"{align}\" style=\"border-bottom:1px solid #d5dce3\">");
        self.html.push_str(&cell);
        self.open.push(end);
    }

    fn link(&mut self, tag: &Tag<'_>) {
        let address = link_of(tag).unwrap_or_default();
        self.html.push_str(&format!("<a class=\"link\" href=\"{}\">", escaped(&address)));
        self.open.push("</a>");
    }
}

const ITEM: &str = "<li>";
const ITEM_END: &str = "</li>\n";
const TABLE: &str = "<div style=\"margin:0 0 16px;overflow-x:auto\">\
    <table cellpadding=\"6\" cellspacing=\"0\" border=\"0\" style=\"border-collapse:collapse;font-size:14px;line-height:20px;overflow-wrap:normal;word-break:normal\">\n";

/// The title of the letter is its first heading: those of the message stand below it.
fn element(tag: &Tag<'_>) -> (&'static str, &'static str) {
    match tag {
        Tag::Paragraph => ("<p style=\"margin:0 0 16px\">", "</p>\n"),
        Tag::Heading { level, .. } => match *level as usize {
            1 => ("<h2 style=\"margin:24px 0 8px;font-size:20px;line-height:28px\">", "</h2>\n"),
            2 => ("<h3 style=\"margin:24px 0 8px;font-size:18px;line-height:26px\">", "</h3>\n"),
            _ => ("<h4 style=\"margin:24px 0 8px;font-size:16px;line-height:24px\">", "</h4>\n"),
        },
        Tag::CodeBlock(_) => (
            "<pre class=\"soft\" style=\"margin:0 0 16px;padding:12px 16px;background:#f5f7f9;font-size:14px;line-height:20px;white-space:pre-wrap\">",
            "</pre>\n",
        ),
        Tag::Item => (ITEM, ITEM_END),
        Tag::Emphasis => ("<em>", "</em>"),
        Tag::Strong => ("<strong>", "</strong>"),
        Tag::Strikethrough => ("<s>", "</s>"),
        _ => ("", ""),
    }
}
