//! The Markdown of a letter, as far as a mail may show it.

use pulldown_cmark::{Event, Tag, TagEnd};
use render::markdown;
pub use render::markdown::link_of;

/// Deeper nesting is flattened: nobody reads it, and mail programs stumble.
const MAX_DEPTH: usize = 12;
/// The bytes that a message may become in one form. A mail program cuts pages of more than 102 KB, and a few letters of Markdown can ask
/// for thousands of cells.
pub const LONGEST: usize = 64 << 10;

/// What stands in the place of the rest of a message that is too long.
pub const SHORTENED: &str = "The message is longer than a mail can show; the rest is left out.";

/// The events of a message, which is read as the texts of the report are: a picture is its alternative text, a link leads to the web or to a
/// mailbox.
pub fn events(markdown: &str) -> impl Iterator<Item = Event<'_>> {
    let mut filter = Filter::default();
    markdown::events(markdown).filter_map(move |event| filter.pass(event))
}

/// The first words of a message, without its marks.
pub fn opening(markdown: &str) -> String {
    const LENGTH: usize = 140;
    let mut words = String::new();
    for event in events(markdown) {
        match event {
            Event::Text(text) | Event::Code(text) => words.push_str(&text),
            Event::End(TagEnd::Strong | TagEnd::Emphasis | TagEnd::Strikethrough | TagEnd::Link) | Event::Start(_) => {}
            _ => words.push(' '),
        }
        if words.len() > 4 * LENGTH {
            break;
        }
    }
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(LENGTH) {
        None => words,
        Some((end, _)) => format!("{}…", words[..end].rsplit_once(' ').map_or(&words[..end], |(start, _)| start)),
    }
}

#[derive(Default)]
struct Filter {
    /// Of each open element, whether it is passed on.
    open: Vec<bool>,
}

impl Filter {
    fn pass<'a>(&mut self, event: Event<'a>) -> Option<Event<'a>> {
        match event {
            Event::Start(tag) => {
                let depth = self.open.iter().filter(|passed| **passed).count();
                self.open.push(depth < MAX_DEPTH && is_shown(&tag));
                self.open.last().is_some_and(|passed| *passed).then_some(Event::Start(tag))
            }
            Event::End(end) => self.open.pop().is_some_and(|passed| passed).then_some(Event::End(end)),
            other => Some(other),
        }
    }
}

fn is_shown(tag: &Tag<'_>) -> bool {
    match tag {
        Tag::Image { .. } => false,
        Tag::Link { .. } => link_of(tag).is_some(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_opening_is_the_first_words() {
        let cases = [
            ("# Sales\n\nRevenue **grew**:\n- *a*b\n- [c](https://d.example)", "Sales Revenue grew: ab c"),
            ("|a|b|\n|-|-|\n|c|d|", "a b c d"),
            ("<b>a</b> `c`\nd", "<b>a</b> c d"),
            ("", ""),
        ];
        for (markdown, words) in cases {
            assert_eq!(opening(markdown), words, "{markdown}");
        }
        assert_eq!(opening(&"words ".repeat(1_000)), format!("{}…", "words ".repeat(23).trim_end()));
        assert_eq!(opening(&"🚀".repeat(1_000)), format!("{}…", "🚀".repeat(140)));
    }

    #[test]
    fn nesting_ends_somewhere_and_keeps_the_words() {
        let nested = format!("{}deep", "> ".repeat(200));
        let mut depth: usize = 0;
        let mut deepest = 0;
        let mut words = String::new();
        for event in events(&nested) {
            match event {
                Event::Start(_) => depth += 1,
                Event::End(_) => depth -= 1,
                Event::Text(text) => words.push_str(&text),
                _ => {}
            }
            deepest = deepest.max(depth);
        }
        assert_eq!((deepest, depth, words.as_str()), (MAX_DEPTH, 0, "deep"));
    }
}
