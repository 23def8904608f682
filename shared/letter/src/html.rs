//! A letter in HTML, as mail programs know it: tables for the layout, styles in the elements, and what only newer programs read (dark
//! colours, narrow screens) in one style sheet.

use domain::{Outcome, Problem};
use minijinja::{AutoEscape, Environment, Error, Value, context};
use render::is_right_to_left;
use render::page::size_words;

use crate::colour::readable;
use crate::contents::{Letter, Pdf, Picture};

pub(crate) mod body;

use body::escaped;

const TEMPLATE: &str = include_str!("letter.html");
const FONT: &str = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";
/// The grounds of the words in light and in dark colours, as the template has them.
const CARD: &str = "#ffffff";
const DARK_CARD: &str = "#1b222b";
/// The room that a picture has: 600 pixels without the margins.
const PICTURE_WIDTH: f64 = 534.0;
/// A tall page is shown smaller rather than over several screens.
const PICTURE_HEIGHT: f64 = 1_000.0;

/// The letter; its picture is the part of the mail with this content id.
///
/// # Errors
/// Never in practice: the template comes with the program.
pub fn write(letter: &Letter, picture_id: &str) -> Outcome<String> {
    let page = context! {
        font => FONT,
        subject => letter.subject.as_str(),
        title => letter.title.as_str(),
        date => letter.date.as_str(),
        pages => letter.page_words(),
        opening => letter.opening(),
        filling => filling(),
        message => Value::from_safe_string(body::write(&letter.message, is_right_to_left(letter.language()))),
        link => letter.public_link.as_deref().map(address),
        buttons => buttons(letter),
        pdf => letter.linked_words(),
        picture => letter.picture.as_ref().map(|picture| shown(picture, picture_id, letter.pages)),
        files => files(letter),
        notes => letter.notes.clone(),
        sent_by => letter.sent_by.as_str(),
        ..look(letter)
    };
    page_of(page).map_err(|error| Problem::internal(format!("a letter cannot be written: {error}")))
}

fn page_of(page: Value) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("letter.html", TEMPLATE)?;
    environment.get_template("letter.html")?.render(page)
}

/// The languages and the colours. The letter's own words are English, whatever the language of the report.
fn look(letter: &Letter) -> Value {
    let lang = letter.language();
    let rtl = is_right_to_left(lang);
    // A direction says something only where there are two.
    let ours = match lang == "en" || lang.starts_with("en-") {
        true => "",
        false if rtl => " lang=\"en\" dir=\"ltr\"",
        false => " lang=\"en\"",
    };
    context! {
        lang => lang,
        rtl => rtl,
        end => if rtl { "left" } else { "right" },
        ours => Value::from_safe_string(ours.to_owned()),
        accent => readable(&letter.theme.accent, CARD),
        dark_accent => readable(&letter.theme.accent, DARK_CARD),
    }
}

/// Lists of mails show the opening of a letter; without this, what follows it would stand there as well.
fn filling() -> Value {
    Value::from_safe_string("&#847;&zwnj;&nbsp;".repeat(60))
}

fn buttons(letter: &Letter) -> Vec<Value> {
    let button = |(place, words): (&str, &str)| context! { address => address(place), words };
    let report = letter.public_link.as_deref().map(|link| (link, "Open the report"));
    let pdf = match &letter.pdf {
        Pdf::Linked { address, .. } => Some((address.as_str(), "Download the PDF")),
        Pdf::Attached(_) => None,
    };
    report.into_iter().chain(pdf).map(button).collect()
}

fn shown(picture: &Picture, id: &str, pages: u32) -> Value {
    let (width, height) = (picture.width.max(1.0), picture.height.max(1.0));
    let scale = (PICTURE_WIDTH / width).min(PICTURE_HEIGHT / height);
    let pixels = |points: f64| (points * scale).round().max(1.0) as u32;
    context! {
        source => address(&format!("cid:{id}")),
        alt => picture.alt.as_str(),
        caption => (pages > 1).then(|| format!("Page 1 of {pages}")),
        width => pixels(width),
        height => pixels(height),
    }
}

fn files(letter: &Letter) -> Vec<Value> {
    let file = |(name, size): (&str, u64)| context! { name, size => size_words(size) };
    letter.attached().map(|file| (file.name.as_str(), file.bytes.len() as u64)).map(file).collect()
}

fn address(text: &str) -> Value {
    Value::from_safe_string(escaped(text))
}

#[cfg(test)]
mod tests;
