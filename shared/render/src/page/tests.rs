//! The pages, as text.

use super::*;

fn rendered(title: &str, text: &str) -> Rendered {
    let page = |number| Page {
        number,
        title: None,
        svg: "<svg/>".to_owned(),
        png: vec![],
        text: text.to_owned(),
        width: 595.28,
        height: 841.89,
    };
    Rendered {
        title: title.into(),
        lang: "de".into(),
        pdf: vec![0; 2_000],
        xlsx: vec![],
        pages: vec![page(1), page(3)],
        page_count: 4,
        tables: vec![],
        letter: None,
        warnings: Vec::new(),
    }
}

fn info(title: &str) -> PageInfo {
    PageInfo { title: title.into(), version: 3, published: "2026-03-31T10:05:00Z".parse().unwrap() }
}

fn public(title: &str, text: &str) -> String {
    index_html(&rendered(title, text), &info(title)).unwrap()
}

fn standalone(title: &str, text: &str) -> String {
    standalone_html(&rendered(title, text), &info(title)).unwrap()
}

fn preview(title: &str, text: &str, folder: &str) -> String {
    let info = PreviewInfo { title: title.into(), version: 3, folder: folder.into(), print_button: true };
    preview_html(&rendered(title, text), &info).unwrap()
}

#[test]
fn the_page_holds_what_a_reader_needs() {
    let html = public("Sales", "Revenue\t10");
    let needed = [
        "<html lang=\"de\">",
        "<meta name=\"robots\" content=\"noindex",
        "<h1>Sales</h1>",
        "Published <time datetime=\"2026-03-31T10:05:00Z\">31 Mar 2026, 10:05 UTC</time>",
        "Version 3",
        "2 pages",
        "href=\"report.pdf\" download=\"Sales.pdf\"",
        "<img src=\"pages/3.svg\" width=\"595\" height=\"842\"",
        "loading=\"lazy\"",
        "Page 3 <span class=\"of\">of 4</span>",
        "<summary>Text of page 3</summary>",
        "Revenue\t10",
        "href=\"#report\"",
        "<main id=\"report\"",
        "Anyone who has this link",
    ];
    for part in needed {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
}

#[test]
fn a_page_by_itself_needs_no_other_file() {
    let html = standalone("Sales", "");
    assert_eq!(html.matches("<img src=\"data:image/svg+xml;base64,PHN2Zy8+\"").count(), 2, "{html}");
    assert!(html.contains("Made <time"), "{html}");
    for part in ["report.pdf", "pages/", "Anyone who has this link", "<script"] {
        assert!(!html.contains(part), "{part} is in {html}");
    }
}

#[test]
fn a_preview_finds_its_files_in_its_folder() {
    let html = preview("Sales", "Revenue\t10", "preview/3f");
    let needed = [
        "<h1>Sales</h1>",
        "<p>Version 3",
        "<img src=\"preview/3f/1.svg\"",
        "<img src=\"preview/3f/3.svg\"",
        "href=\"preview/3f/report.pdf\" type=\"application/pdf\">Download PDF <span class=\"size\">2 KB",
        "<button class=\"button plain\" id=\"print\" type=\"button\">Print</button>",
        "Revenue\t10",
    ];
    for part in needed {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
    assert!(!html.contains("Anyone who has this link"), "{html}");
}

#[test]
fn a_preview_has_a_button_only_when_it_is_wanted() {
    let info = PreviewInfo { title: "Sales".into(), version: 3, folder: "a".into(), print_button: false };
    let rendered = Rendered { pdf: vec![], ..rendered("Sales", "") };
    let html = preview_html(&rendered, &info).unwrap();
    assert!(!html.contains("<button"), "{html}");
    assert!(html.contains("Download PDF</a>"), "{html}");
}

#[test]
fn nothing_of_a_report_becomes_markup() {
    let (title, text) = ("<script>alert(1)</script>\" onload=\"x", "</pre><script>alert(2)</script>");
    let folder = "\"><script>alert(3)</script>";
    let cases = [
        ("public", public(title, text), 0),
        ("by itself", standalone(title, text), 0),
        ("preview", preview(title, text, folder), 1),
    ];
    for (what, html, scripts) in cases {
        assert_eq!(html.matches("<script").count(), scripts, "{what}: {html}");
        assert!(!html.contains("\" onload="), "{what}: {html}");
        assert!(
            !html.contains(" style=") && !html.contains(" onclick="),
            "{what}, the policy allows no such thing: {html}"
        );
    }
}

#[test]
fn the_hashes_are_of_what_is_in_the_page() {
    let between = |html: &str, start: &str, end: &str| {
        let (_, rest) = html.split_once(start).unwrap();
        hash(rest.split_once(end).unwrap().0)
    };
    let preview = preview("Sales", "", "a");
    let hashes = (between(&preview, "<style>", "</style>"), between(&preview, "<script>", "</script>"));
    assert_eq!(preview_policy_hashes(), hashes);
    assert_eq!(style_hash(), between(&public("Sales", ""), "<style>", "</style>"));
}

#[test]
fn a_downloaded_file_gets_a_harmless_name() {
    let cases = [
        ("words", "Sales Q1", "Sales Q1.pdf"),
        ("a way out", "a/../b\"c", "a . b c.pdf"),
        ("dots alone", "....", "report.pdf"),
        ("nothing", "", "report.pdf"),
        ("letters of the world", "Umsätze für 東京, हिन्दी 📈", "Umsätze für 東京, हिन्दी 📈.pdf"),
        ("control letters", "a\r\nSet-Cookie: b\0", "a Set-Cookie b.pdf"),
        ("a turned name", "report\u{202e}exe", "report exe.pdf"),
        ("a hidden one", ".htaccess", "htaccess.pdf"),
    ];
    for (what, title, name) in cases {
        assert_eq!(file_name(title, "pdf"), name, "{what}");
    }
    assert_eq!(file_name(&"a".repeat(200), "xlsx"), format!("{}.xlsx", "a".repeat(150)));
    assert_eq!(file_name(&"東".repeat(200), "pdf"), format!("{}.pdf", "東".repeat(80)));
}

#[test]
fn a_report_that_is_written_from_right_to_left_is_shown_so() {
    let arabic = Rendered { lang: "ar-EG".into(), ..rendered("تقرير", "نص") };
    let html = index_html(&arabic, &info("تقرير")).unwrap();
    assert!(
        html.contains("<html lang=\"ar-EG\" dir=\"rtl\">") && html.contains("<pre lang=\"ar-EG\" dir=\"rtl\">"),
        "{html}"
    );
    assert!(!public("Sales", "").contains(" dir="));
}

#[test]
fn nothing_is_hidden_beside_the_page() {
    // From right to left, what is left of the page makes it as wide.
    let skip = STYLE.lines().find(|line| line.starts_with(".skip{")).unwrap();
    assert!(skip.contains("inset-inline-start:8px;top:-99px") && !STYLE.contains("left:-"), "{skip}");
}
