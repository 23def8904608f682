//! A letter as plain text, for those whose mail programs show no other, and for filters of mail.

use render::file::File;
use render::page::size_words;
use render::subject_line;
use textwrap::core::display_width;
use textwrap::{Options, WordSplitter};

use crate::contents::{Letter, Pdf};

pub(crate) mod body;

/// Columns; quoted once or twice, lines still fit a terminal.
const WIDTH: usize = 76;

/// The letter.
pub fn write(letter: &Letter) -> String {
    let title = filled(&subject_line(&letter.title));
    let rule = "=".repeat(display_width(&title).min(WIDTH));
    let title = format!("{title}\n{rule}\n{}, {}", letter.date, letter.page_words());
    let message = body::write(&letter.message);
    let report = letter.public_link.as_ref().map(|link| format!("Open the report:\n{link}"));
    let download = match &letter.pdf {
        Pdf::Linked { address, .. } => letter.linked_words().map(|words| format!("{}\n{address}", filled(&words))),
        Pdf::Attached(_) => None,
    };
    let notes = letter.notes.iter().map(|note| filled(note));
    // Two dashes and a space begin what mail programs set apart, and do not quote.
    let footer = format!("-- \nSent by {} with Imprint", letter.sent_by);
    let sections = [Some(title), Some(message), report, download, attached(letter)];
    let sections = sections.into_iter().flatten().chain(notes).chain([footer]);
    let sections: Vec<String> = sections.filter(|section| !section.is_empty()).collect();
    sections.join("\n\n") + "\n"
}

fn attached(letter: &Letter) -> Option<String> {
    let file = |file: &File| format!("{} ({})", file.name, size_words(file.bytes.len() as u64));
    let files: Vec<String> = letter.attached().map(file).collect();
    match files.as_slice() {
        [] => None,
        [file] => Some(filled(&format!("Attached: {file}"))),
        files => {
            let item = options().initial_indent("- ").subsequent_indent("  ");
            let items: Vec<String> = files.iter().map(|file| textwrap::fill(file, &item)).collect();
            Some(format!("Attached:\n{}", items.join("\n")))
        }
    }
}

fn filled(text: &str) -> String {
    textwrap::fill(text, options())
}

fn options<'a>() -> Options<'a> {
    // An address that is broken in two leads nowhere.
    Options::new(WIDTH).break_words(false).word_splitter(WordSplitter::NoHyphenation)
}

#[cfg(test)]
mod tests;
