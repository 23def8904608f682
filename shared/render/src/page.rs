//! Reports as HTML: the public page of a publication, a preview inside another site's page, and a page that stands by itself.
//!
//! The public page is `index.html` inside the bundle. It has no script, and needs nothing but the files beside it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::{AutoEscape, Environment, Error, Value, context};
use sha2::{Digest, Sha256};

use crate::direction::is_right_to_left;
use crate::error::RenderError;
use crate::job::{Page, Rendered};
use crate::writing::Writing;

/// What the page says about the publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageInfo {
    /// The title of the page.
    pub title: String,
    /// The version of the report.
    pub version: u64,
    /// When it was published.
    pub published: Timestamp,
}

/// What a preview says about the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewInfo {
    /// The title of the page.
    pub title: String,
    /// The version of the report.
    pub version: u64,
    /// Where pictures and the PDF are, such as `preview/3f…`, relative to the address of the page.
    pub folder: String,
    /// Whether the page has a button to print it.
    pub print_button: bool,
}

const TEMPLATES: [(&str, &str); 4] = [
    ("layout.html", include_str!("page/layout.html")),
    ("index.html", include_str!("page/index.html")),
    ("standalone.html", include_str!("page/standalone.html")),
    ("preview.html", include_str!("page/preview.html")),
];
const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/preview.js");

/// The page. Its addresses (`report.pdf`, `pages/1.svg`) are relative to the folder of the bundle.
///
/// # Errors
/// Never in practice: the template comes with the program.
pub fn index_html(rendered: &Rendered, info: &PageInfo) -> Result<String, RenderError> {
    let page = context! {
        pages => pages(rendered, |page| format!("pages/{}.svg", page.number)),
        ..dated(rendered, info)
    };
    write("index.html", page)
}

/// The page by itself: its pictures are inside, and it leads nowhere.
///
/// # Errors
/// Never in practice: the template comes with the program.
pub fn standalone_html(rendered: &Rendered, info: &PageInfo) -> Result<String, RenderError> {
    let inside = |page: &Page| format!("data:image/svg+xml;base64,{}", STANDARD.encode(&page.svg));
    write("standalone.html", context! { pages => pages(rendered, inside), ..dated(rendered, info) })
}

/// The page of a preview, for a frame in a page of another site, which may ask it to print by the message `print`. Its pictures are
/// `{folder}/{number}.svg`, by the numbers that the pages have in the whole report, and its PDF is `{folder}/report.pdf`.
///
/// # Errors
/// Never in practice: the template comes with the program.
pub fn preview_html(rendered: &Rendered, info: &PreviewInfo) -> Result<String, RenderError> {
    let folder = &info.folder;
    let page = context! {
        pages => pages(rendered, |page| format!("{folder}/{}.svg", page.number)),
        pdf => address(&format!("{folder}/report.pdf")),
        print_button => info.print_button,
        script => SCRIPT,
        ..common(rendered, &info.title, info.version)
    };
    write("preview.html", page)
}

/// The hash of the pages' only style sheet, as `sha256-…`, for `Content-Security-Policy: style-src 'sha256-…'`.
pub fn style_hash() -> String {
    hash(STYLE)
}

/// The hashes of a preview's style and of its script, each as `sha256-…`, for `Content-Security-Policy`.
pub fn preview_policy_hashes() -> (String, String) {
    (hash(STYLE), hash(SCRIPT))
}

/// The title as the name of a file that no system objects to, such as `Sales dashboard.pdf`.
pub fn file_name(title: &str, extension: &str) -> String {
    let name: String = title.chars().map(|c| if is_harmless(c) { c } else { ' ' }).collect();
    let mut name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    while name.contains("..") {
        name = name.replace("..", ".");
    }
    let end =
        name.char_indices().map(|(at, c)| at + c.len_utf8()).take(LONGEST_NAME).take_while(|end| *end <= MOST_BYTES);
    let end = end.last().unwrap_or_default();
    let name = name[..end].trim_matches(['.', ' ']);
    format!("{}.{extension}", if name.is_empty() { "report" } else { name })
}

/// The letters of a file's name, without its extension.
const LONGEST_NAME: usize = 150;
/// File systems take 255 bytes, with the extension.
const MOST_BYTES: usize = 240;

fn is_harmless(c: char) -> bool {
    // Marks that turn the direction of writing can make a name look as if it had another extension.
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !c.is_control() && !turns && !"/\\:*?\"<>|\u{2028}\u{2029}\u{feff}".contains(c)
}

fn write(template: &str, page: Value) -> Result<String, RenderError> {
    let written = || -> Result<String, Error> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        for (name, source) in TEMPLATES {
            environment.add_template(name, source)?;
        }
        environment.get_template(template)?.render(page)
    };
    written().map_err(|error| RenderError::internal(format!("the page of a report cannot be written: {error}")))
}

fn common(rendered: &Rendered, title: &str, version: u64) -> Value {
    let pdf = rendered.pdf.len() as u64;
    context! {
        lang => rendered.lang.as_str(),
        rtl => is_right_to_left(&rendered.lang),
        title,
        version,
        page_count => rendered.page_count,
        file_name => file_name(title, "pdf"),
        pdf_size => if pdf == 0 { None } else { Some(size_words(pdf)) },
        style => STYLE,
    }
}

fn dated(rendered: &Rendered, info: &PageInfo) -> Value {
    context! {
        date => info.published.to_string(),
        date_words => date_words(info.published),
        ..common(rendered, &info.title, info.version)
    }
}

/// The pages, each with the address of its picture.
fn pages(rendered: &Rendered, picture: impl Fn(&Page) -> String) -> Vec<Value> {
    let page = |page: &Page| {
        // Pictures are laid out by these numbers before they are loaded.
        let (width, height) = (page.width.round() as u32, page.height.round() as u32);
        context! { number => page.number, picture => address(&picture(page)), width, height, text => page.text.as_str() }
    };
    rendered.pages.iter().map(page).collect()
}

/// An address in an attribute; the general escapes would write its slashes as numbers.
fn address(text: &str) -> Value {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    Value::from_safe_string(escaped.replace('"', "&quot;").replace('\'', "&#39;"))
}

fn hash(content: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(content)))
}

/// The page's own words are English, whatever the language of the report.
fn date_words(at: Timestamp) -> String {
    let date = Writing::new("en-GB", TimeZone::UTC, at).date();
    let time = TimeZone::UTC.to_datetime(at);
    format!("{date}, {:02}:{:02} UTC", time.hour(), time.minute())
}

/// A size as people read it, such as `124 KB`.
pub fn size_words(bytes: u64) -> String {
    match bytes.div_ceil(1_024) {
        kilobytes @ ..1_024 => format!("{kilobytes} KB"),
        kilobytes => format!("{:.1} MB", kilobytes as f64 / 1_024.0),
    }
}

#[cfg(test)]
mod tests;
