//! Renderings as a request wants them: elsewhere, in another language, on other paper, without some pages.

use std::collections::BTreeSet;

use domain::data::Data;
use domain::definition::{Orientation, PageSize};
use domain::rendition::{Form, Template};
use domain::report::Source;
use serde_json::{Value, json};

use super::{holds, job, sales, text_of};
use crate::file::outputs_for;
use crate::{Cause, Files, Job, Outputs, Pictures, Place, Rendered, Theme, render};

/// Four pages, the first and the third with a heading.
fn four_pages() -> Value {
    json!({"title": "Four pages", "blocks": [
        {"kind": "heading", "text": "Over{{ 'view' }}"}, {"kind": "heading", "text": "Second"}, {"kind": "pagebreak"},
        {"kind": "text", "markdown": "Nothing above me"}, {"kind": "pagebreak"},
        {"kind": "text", "markdown": "# In *Markdown*"}, {"kind": "pagebreak"},
        {"kind": "table", "data": "rows", "columns": [{"field": "region"}, {"field": "amount"}], "totals": ["amount"]}
    ]})
}

pub fn without(pages: &[u32]) -> Job {
    Job { exclude_pages: pages.iter().copied().collect(), ..job(&four_pages(), sales()) }
}

fn pages_of(pdf: &[u8]) -> usize {
    pdf.windows(11).filter(|window| window.starts_with(b"/Type/Page") && !window[10].is_ascii_alphabetic()).count()
}

#[test]
fn times_are_told_where_the_report_is_read() {
    let blocks = json!([
        {"kind": "text", "markdown": "{{ '2026-03-31T23:30:00Z'|fmt('date:%F %H:%M') }}"},
        {"kind": "text", "markdown": "{{ '2026-03-31T23:30:00-05:00'|fmt('date:%F %H:%M') }}"},
        {"kind": "text", "markdown": "{{ '2026-03-31T23:30:00'|fmt('date:%F %H:%M') }}"},
        {"kind": "text", "markdown": "{{ '2026-03-31'|fmt('date:%F') }}"},
        {"kind": "text", "markdown": "today {{ today }}"}
    ]);
    let cases = [
        ("UTC", ["2026-03-31 23:30", "2026-04-01 04:30", "2026-03-31 23:30", "2026-03-31", "today 2026-03-31"]),
        (
            "Europe/Berlin",
            ["2026-04-01 01:30", "2026-04-01 06:30", "2026-03-31 23:30", "2026-03-31", "today 2026-03-31"],
        ),
        (
            "Pacific/Auckland",
            ["2026-04-01 12:30", "2026-04-01 17:30", "2026-03-31 23:30", "2026-03-31", "today 2026-04-01"],
        ),
    ];
    for (zone, texts) in cases {
        let date = "2026-03-31T20:00:00Z".parse().unwrap();
        let job = Job { time_zone: zone.into(), date, ..job(&json!({"blocks": blocks}), sales()) };
        let text = text_of(&render(&job).unwrap());
        let lines: Vec<&str> = text.lines().collect();
        let start = lines.iter().position(|line| *line == texts[0]).unwrap_or_else(|| panic!("{zone}: {text}"));
        assert_eq!(lines[start..start + texts.len()], texts, "{zone}");
    }
}

#[test]
fn a_report_is_told_in_its_own_time_zone() {
    let zone = |details: Value| {
        let mut report = json!({
            "uid": "00000000-0000-4000-8000-000000000001", "number": 1, "naturalId": "team:sales", "workspace": "default",
            "parent": "default", "name": "Sales", "type": "advanced", "version": 1,
            "createdAt": "2026-03-31T20:00:00Z", "updatedAt": "2026-03-31T20:00:00Z"
        });
        report.as_object_mut().unwrap().extend(details.as_object().unwrap().clone());
        let report = serde_json::from_value(report).unwrap();
        let version = json!({"version": 1, "actor": {"name": "ada"}, "at": "2026-03-31T20:00:00Z"});
        let (version, date) = (serde_json::from_value(version).unwrap(), "2026-03-31T20:00:00Z".parse().unwrap());
        let source = Source { definition: json!({"blocks": []}).into(), data: Data::default() };
        let (theme, template) = (Theme::default(), Template::default());
        Job::of_report(&report, &version, &source, Files::default(), theme, template, date).unwrap().time_zone
    };
    assert_eq!(zone(json!({})), "UTC");
    assert_eq!(zone(json!({"timeZone": "Pacific/Auckland"})), "Pacific/Auckland");
}

#[test]
fn the_date_of_the_document_is_told_where_it_is_read() {
    let date = "2026-03-31T20:00:00Z".parse().unwrap();
    let away = |definition: &Value| Job { time_zone: "Pacific/Auckland".into(), date, ..job(definition, sales()) };
    let text = text_of(&render(&away(&json!({"blocks": []}))).unwrap());
    assert!(text.contains("Apr 1, 2026"), "{text}");
    let rendered = render(&away(&json!({"typst": "#datetime.today().display()"}))).unwrap();
    assert_eq!(text_of(&rendered), "2026-04-01");
    assert!(holds(&rendered.pdf, "D:20260331200000Z"), "what the PDF says of itself is in UTC");
}

#[test]
fn an_unknown_time_zone_is_named() {
    let job = Job { time_zone: "Mars/Olympus".into(), ..job(&json!({"blocks": []}), sales()) };
    let error = render(&job).unwrap_err();
    assert_eq!((error.cause, error.place.clone()), (Cause::Report, Place::Request("timezone".into())));
    assert!(error.message.starts_with("`Mars/Olympus` is no time zone"), "{error}");
}

#[test]
fn the_language_of_the_request_comes_before_the_definition_s() {
    let definition = json!({"lang": "fr", "blocks": [{"kind": "text", "markdown": "{{ 1234.5|fmt('number:2') }}"}]});
    for (lang, amount, tag) in
        [(None, "1\u{202f}234,50", "fr"), (Some("de-DE"), "1.234,50", "de-DE"), (Some("en"), "1,234.50", "en")]
    {
        let rendered = render(&Job { lang: lang.map(str::to_owned), ..job(&definition, sales()) }).unwrap();
        let text = text_of(&rendered).replace('\u{a0}', "\u{202f}");
        assert!(text.contains(amount), "{lang:?}: {text}");
        assert_eq!(rendered.lang, tag);
    }
}

#[test]
fn a_template_changes_paper_header_and_footer() {
    let template = Template {
        size: Some(PageSize::A5),
        orientation: Some(Orientation::Landscape),
        header: Some("ACME for {{ report }}".to_owned()),
        footer: Some("Confidential, {{ data.revenue|fmt('currency:EUR') }}".to_owned()),
    };
    let rendered = render(&Job { template: template.clone(), ..without(&[]) }).unwrap();
    for page in &rendered.pages {
        assert_eq!((page.width.round(), page.height.round()), (595.0, 420.0));
        for words in ["ACME for Monthly report", "Confidential, €1,200.50", &format!("Page {} of 4", page.number)] {
            assert!(page.text.contains(words), "{words} is not in {}", page.text);
        }
        assert!(!page.text.contains("Four pages\t·"), "{}", page.text);
    }
    let source = json!({"typst": "One\n#pagebreak()\nTwo"});
    let rendered = render(&Job { template, ..job(&source, sales()) }).unwrap();
    for page in &rendered.pages {
        assert_eq!((page.width.round(), page.height.round()), (595.0, 420.0));
        assert!(page.text.contains("ACME for") && page.text.contains("Confidential"), "{}", page.text);
    }
}

#[test]
fn half_a_template_leaves_the_rest_as_it_is() {
    let definition = json!({"page": {"size": "a3", "orientation": "landscape"}, "blocks": [{"kind": "pagebreak"}]});
    let template = Template { size: Some(PageSize::A4), ..Template::default() };
    let rendered = render(&Job { template, ..job(&definition, sales()) }).unwrap();
    assert_eq!((rendered.pages[0].width.round(), rendered.pages[0].height.round()), (842.0, 595.0));
    assert!(rendered.pages[0].text.contains("Monthly report  ·  Mar 31, 2026"), "{}", rendered.pages[0].text);
}

#[test]
fn a_mistake_in_a_template_s_words_is_named() {
    let template = Template { header: Some("{{ data.revenu }}".into()), ..Template::default() };
    let error = render(&Job { template, ..job(&json!({"blocks": []}), sales()) }).unwrap_err().to_string();
    assert!(error.starts_with("template.header: undefined value in `{{ data.revenu }}`"), "{error}");
}

#[test]
fn a_page_has_its_first_heading_as_its_title() {
    let titles = |rendered: Rendered| rendered.pages.into_iter().map(|page| page.title).collect::<Vec<_>>();
    let some = |words: &str| Some(words.to_owned());
    assert_eq!(titles(render(&without(&[])).unwrap()), [some("Overview"), None, some("In Markdown"), None]);
    let source =
        job(&json!({"typst": "= A `b` #emph[c]\n== Under\n#pagebreak()\n$x$\n#pagebreak()\n=== Deep"}), sales());
    assert_eq!(titles(render(&source).unwrap()), [some("A b c"), None, some("Deep")]);
}

#[test]
fn pages_that_are_left_out_are_nowhere_and_the_others_keep_their_numbers() {
    let job = Job { outputs: Outputs { png: Pictures::All, ..Outputs::publication() }, ..without(&[2, 3, 9]) };
    let rendered = render(&job).unwrap();
    let numbers: Vec<u32> = rendered.pages.iter().map(|page| page.number).collect();
    assert_eq!((numbers.as_slice(), rendered.page_count), ([1, 4].as_slice(), 4));
    assert_eq!(rendered.pages[0].title.as_deref(), Some("Overview"));
    assert!(rendered.pages[1].text.contains("Page 4 of 4") && rendered.pages[1].text.contains("South"));
    assert!(rendered.pages.iter().all(|page| !page.svg.is_empty() && !page.png.is_empty()));
    assert_eq!(pages_of(&rendered.pdf), 2);
    assert!(
        holds(&rendered.pdf, "(Overview)") && !holds(&rendered.pdf, "(In Markdown)"),
        "the outline has what is there"
    );
    assert!(!holds(&rendered.pdf, "/StructTreeRoot"));
    assert_eq!(rendered, render(&job).unwrap(), "the same bytes");
}

#[test]
fn pages_beyond_the_last_change_nothing() {
    assert_eq!(render(&without(&[5, 100])).unwrap(), render(&without(&[])).unwrap());
    assert_eq!(pages_of(&render(&without(&[])).unwrap().pdf), 4);
}

#[test]
fn a_report_without_pages_is_refused() {
    let error = render(&without(&[1, 2, 3, 4])).unwrap_err();
    assert_eq!(error.cause, Cause::Report);
    assert_eq!(error.to_string(), "excludePages: leaves no page; the report has 4 pages");
}

#[test]
fn a_link_to_a_page_that_is_left_out_harms_nothing() {
    let words = "#outline()\n#pagebreak()\n= Two <two>\n#pagebreak()\n= Three\n#link(<two>)[back] #footnote[a]";
    let source = json!({"typst": words});
    let rendered = render(&Job { exclude_pages: BTreeSet::from([2]), ..job(&source, sales()) }).unwrap();
    assert_eq!(pages_of(&rendered.pdf), 2);
}

#[test]
fn only_what_is_asked_for_is_made() {
    let made = |outputs| {
        let rendered = render(&Job { outputs, ..without(&[]) }).unwrap();
        let some = |made: fn(&crate::Page) -> bool| rendered.pages.iter().any(made);
        let pictures = (some(|page| !page.svg.is_empty()), some(|page| !page.png.is_empty()));
        let made = (!rendered.pdf.is_empty(), pictures.0, pictures.1, !rendered.xlsx.is_empty());
        (made, rendered.pages.len(), rendered.tables.len())
    };
    let cases = [
        ("a publication", Outputs::publication(), (true, true, false, false), 4),
        ("by default", Outputs::default(), (true, true, false, false), 4),
        ("a PDF", outputs_for(Form::Pdf), (true, false, false, false), 4),
        ("pictures", outputs_for(Form::Png), (false, false, true, false), 4),
        ("a page", outputs_for(Form::Html), (false, true, false, false), 4),
        ("a workbook", outputs_for(Form::Xlsx), (false, false, false, true), 0),
        ("rows", outputs_for(Form::Csv), (false, false, false, false), 0),
    ];
    for (what, outputs, expected, pages) in cases {
        assert_eq!(made(outputs), (expected, pages, 1), "{what}");
    }
}

#[test]
fn the_first_page_can_be_drawn_alone() {
    let drawn = |png, left_out: &[u32]| {
        let outputs = Outputs { png, ..Outputs::tables() };
        let rendered = render(&Job { outputs, ..without(left_out) }).unwrap();
        rendered.pages.iter().map(|page| (page.number, !page.png.is_empty())).collect::<Vec<_>>()
    };
    assert_eq!(drawn(Pictures::First, &[]), [(1, true), (2, false), (3, false), (4, false)]);
    assert_eq!(drawn(Pictures::First, &[1, 3]), [(2, true), (4, false)], "the first of those that are there");
    assert_eq!(drawn(Pictures::All, &[1, 2]), [(3, true), (4, true)]);
    assert_eq!(drawn(Pictures::None, &[]), [], "nothing is laid out for no picture");
}

#[test]
fn a_picture_of_a_page_is_sharp_but_not_endless() {
    let size = |source: &str| {
        let outputs = outputs_for(Form::Png);
        let rendered = render(&Job { outputs, ..job(&json!({"typst": source}), sales()) }).unwrap();
        let png = &rendered.pages[0].png;
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"), "{source}");
        let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        (number(16), number(20))
    };
    assert_eq!(size("Hello"), (1191, 1684));
    assert_eq!(size("#set page(width: 100000pt, height: 50pt)\nHello"), (4000, 2));
}

#[test]
fn a_template_without_words_leaves_the_place_above_pages_free() {
    let template = Template { header: Some(String::new()), ..Template::default() };
    let rendered = render(&Job { template, ..without(&[]) }).unwrap();
    assert!(rendered.pages[1].text.starts_with("Nothing above me"), "{}", rendered.pages[1].text);
}
