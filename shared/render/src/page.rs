//! The public page of a publication: `index.html` inside the bundle. It has no script, and needs nothing but the files beside it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::{AutoEscape, Environment, context};
use sha2::{Digest, Sha256};

use crate::error::RenderError;
use crate::job::Rendered;
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

const TEMPLATE: &str = include_str!("page/index.html");
const STYLE: &str = include_str!("page/style.css");

/// The page. Its addresses (`report.pdf`, `pages/1.svg`) are relative to the folder of the bundle.
///
/// # Errors
/// Never in practice: the template comes with the program.
pub fn index_html(rendered: &Rendered, info: &PageInfo) -> Result<String, RenderError> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let pages: Vec<_> = rendered
        .pages
        .iter()
        .map(|page| {
            // Pictures are laid out by these numbers before they are loaded.
            let (width, height) = (page.width.round() as u32, page.height.round() as u32);
            context! { width, height, text => page.text.as_str() }
        })
        .collect();
    let page = context! {
        lang => rendered.lang.as_str(),
        title => info.title.as_str(),
        version => info.version,
        published => info.published.to_string(),
        published_words => published_words(info.published),
        file_name => file_name(&info.title),
        pdf_size => size_words(rendered.pdf.len()),
        style => STYLE,
        pages,
    };
    environment
        .render_str(TEMPLATE, page)
        .map_err(|error| RenderError::internal(format!("the public page cannot be written: {error}")))
}

/// The hash of the page's only style sheet, as `sha256-…`, for `Content-Security-Policy: style-src 'sha256-…'`.
pub fn style_hash() -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(STYLE)))
}

/// The page's own words are English, whatever the language of the report.
fn published_words(at: Timestamp) -> String {
    let date = Writing::new("en-GB", at).date();
    let time = TimeZone::UTC.to_datetime(at);
    format!("{date}, {:02}:{:02} UTC", time.hour(), time.minute())
}

/// A name for the downloaded file that no system objects to.
fn file_name(title: &str) -> String {
    let allowed = |c: char| if c.is_alphanumeric() || " -_.,()".contains(c) { c } else { ' ' };
    let name: String = title.chars().map(allowed).take(100).collect();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = name.trim_matches('.');
    format!("{}.pdf", if name.is_empty() { "report" } else { name })
}

fn size_words(bytes: usize) -> String {
    match bytes.div_ceil(1_024) {
        kilobytes @ ..1_024 => format!("{kilobytes} KB"),
        kilobytes => format!("{:.1} MB", kilobytes as f64 / 1_024.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::Page;

    fn html(title: &str, text: &str) -> String {
        let page = Page { svg: String::new(), text: text.to_owned(), width: 595.28, height: 841.89 };
        let rendered = Rendered {
            title: title.into(),
            lang: "de".into(),
            pdf: vec![0; 2_000],
            pages: vec![page.clone(), page],
            tables: vec![],
        };
        let published = "2026-03-31T10:05:00Z".parse().unwrap();
        index_html(&rendered, &PageInfo { title: title.into(), version: 3, published }).unwrap()
    }

    #[test]
    fn the_page_holds_what_a_reader_needs() {
        let html = html("Sales", "Revenue\t10");
        let needed = [
            "<html lang=\"de\">",
            "<meta name=\"robots\" content=\"noindex",
            "<h1>Sales</h1>",
            "<time datetime=\"2026-03-31T10:05:00Z\">31 Mar 2026, 10:05 UTC</time>",
            "Version 3",
            "href=\"report.pdf\" download=\"Sales.pdf\"",
            "<img src=\"pages/2.svg\" width=\"595\" height=\"842\"",
            "loading=\"lazy\"",
            "<summary>Text of page 2</summary>",
            "Revenue\t10",
            "href=\"#report\"",
            "<main id=\"report\"",
        ];
        for part in needed {
            assert!(html.contains(part), "{part} is missing in {html}");
        }
    }

    #[test]
    fn nothing_of_a_report_becomes_markup() {
        let html = html("<script>alert(1)</script>\" onload=\"x", "</pre><script>alert(2)</script>");
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains("\" onload="), "{html}");
        assert!(!html.contains(" style="), "the policy allows no inline style: {html}");
    }

    #[test]
    fn the_hash_is_of_the_style_in_the_page() {
        let html = html("Sales", "");
        let (_, rest) = html.split_once("<style>").unwrap();
        let (style, _) = rest.split_once("</style>").unwrap();
        assert_eq!(style_hash(), format!("sha256-{}", STANDARD.encode(Sha256::digest(style))));
    }

    #[test]
    fn a_downloaded_file_gets_a_harmless_name() {
        let cases = [
            ("Sales Q1", "Sales Q1.pdf"),
            ("a/../b\"c", "a .. b c.pdf"),
            ("", "report.pdf"),
            ("Umsätze", "Umsätze.pdf"),
        ];
        for (title, name) in cases {
            assert_eq!(file_name(title), name);
        }
    }
}
