//! How blocks look: what is on one line, what begins at the margin, and which digits are printed.

use domain::definition::Definition;
use serde_json::{Value, json};
use typst::layout::{Frame, FrameItem, Point};
use typst::visualize::Paint;

use super::net::words::{self, Word};
use super::{part, text_of};
use crate::paper::MARGIN;
use crate::{Job, Outputs, Pictures, Theme, layout_of, render};

fn job(definition: &Value, data: Value) -> Job {
    Job::new("Look", Definition::parse(definition).unwrap(), data, "2026-03-31T10:00:00Z".parse().unwrap())
}

fn first_page(blocks: Value) -> Frame {
    layout_of(&job(&json!({"blocks": blocks}), json!({}))).unwrap().pages()[0].frame.clone()
}

fn text(markdown: &str) -> Frame {
    first_page(json!([{"kind": "text", "markdown": markdown}]))
}

fn word(frame: &Frame, text: &str) -> Word {
    let words = words::of_page(frame);
    words.iter().find(|word| word.text == text).unwrap_or_else(|| panic!("{text} is not in {words:?}")).clone()
}

/// A shape: the colour that fills it, or that of its stroke, and where it is.
#[derive(Debug, Clone)]
struct Ground {
    colour: String,
    x: (f64, f64),
    y: (f64, f64),
}

fn grounds(frame: &Frame) -> Vec<Ground> {
    let mut found = Vec::new();
    collect(frame, Point::zero(), &mut found);
    found
}

fn collect(frame: &Frame, origin: Point, found: &mut Vec<Ground>) {
    for (position, item) in frame.items() {
        let at = origin + *position;
        match item {
            FrameItem::Group(group) => {
                collect(&group.frame, at + Point::new(group.transform.tx, group.transform.ty), found);
            }
            FrameItem::Shape(shape, _) => {
                let paint = shape.fill.as_ref().or(shape.stroke.as_ref().map(|stroke| &stroke.paint));
                let Some(Paint::Solid(colour)) = paint else { continue };
                let bounds = shape.bbox(shape.fill.is_none());
                let (from, to) = (at + bounds.min, at + bounds.max);
                let (x, y) = ((from.x.to_pt(), to.x.to_pt()), (from.y.to_pt(), to.y.to_pt()));
                found.push(Ground { colour: colour.to_hex().to_string(), x, y });
            }
            _ => {}
        }
    }
}

fn accents(frame: &Frame) -> Vec<Ground> {
    let accent = Theme::default().accent;
    // The first one is the rule above the title.
    grounds(frame).into_iter().filter(|ground| ground.colour == accent).skip(1).collect()
}

/// Words have boxes from 0.73 em above it to 0.2 em below it.
fn baseline(word: &Word) -> f64 {
    word.y.0 + (word.y.1 - word.y.0) * 0.73 / 0.93
}

#[track_caller]
fn assert_near(one: f64, other: f64, what: &str) {
    assert!((one - other).abs() < 0.3, "{what}: {one} and {other}");
}

#[test]
fn what_is_before_an_item_is_on_the_line_of_its_first_words() {
    let cases = [
        ("bullets", "- word", "•"),
        ("bullets of paragraphs", "- word\n\n- other", "•"),
        ("bold words", "- **word**", "•"),
        ("an item that ends in code", "- word\n\n  ```\n  code\n  ```", "•"),
        ("an item that holds a list", "- word\n  - inner", "•"),
        ("an item that begins with a quotation", "- > word", "•"),
        ("an item that begins with code", "- ```\n  word\n  ```", "•"),
        ("an item that begins with a heading", "- # word", "•"),
        ("numbers", "1. word", "1."),
        ("large numbers", "1000. word\n1. other", "1000."),
        ("numbers of paragraphs", "1. word\n\n   more\n\n2. other", "1."),
    ];
    for (what, markdown, marker) in cases {
        let frame = text(markdown);
        let (marker, first) = (word(&frame, marker), word(&frame, "word"));
        assert_near(baseline(&marker), baseline(&first), what);
        assert!(marker.x.1 < first.x.0 && marker.x.0 >= MARGIN, "{what}: {marker:?} {first:?}");
    }
}

#[test]
fn further_lines_of_a_task_are_below_its_first_one() {
    let long = "filling ".repeat(30);
    for markdown in [format!("- [x] word {long} end"), format!("- [ ] word {long} end\n\n- [x] other")] {
        let frame = text(&markdown);
        let words = words::of_page(&frame);
        let first = word(&frame, "word");
        let second = words.iter().find(|word| word.text == "filling" && word.y.0 > first.y.1).unwrap();
        assert_near(first.x.0, second.x.0, &markdown);
        assert!(!words.iter().any(|word| word.text == "•"), "the box is the bullet: {words:?}");
    }
    let mixed = text("- [x] word\n- other");
    assert_near(word(&mixed, "word").x.0, word(&mixed, "other").x.0, "an item without a box");
    assert_eq!(word(&mixed, "•").y.1, word(&mixed, "other").y.1);
}

#[test]
fn blocks_of_a_text_are_further_apart_than_its_lines() {
    let frame = text(&format!(
        "first {}\n\nafter\n\n- item\n- item2\n\n1. number\n\n> quoted\n\n```\ncode\n```\n\n| head |\n|---|\n| cell |\n\nlast",
        "filling ".repeat(20)
    ));
    let words = words::of_page(&frame);
    let line = words.iter().filter(|word| word.text == "filling").map(|word| word.y.1).fold(0.0, f64::max)
        - word(&frame, "first").y.1;
    let parts = ["filling", "after", "item", "number", "quoted", "code", "head", "last"];
    let bottom = |text: &str| words.iter().filter(|word| word.text == text).map(|word| word.y.1).fold(0.0, f64::max);
    for pair in parts.windows(2) {
        let step = bottom(pair[1]) - if pair[0] == "item" { bottom("item2") } else { bottom(pair[0]) };
        assert!(step > line + 3.0, "from {} to {}: {step}, a line is {line}", pair[0], pair[1]);
    }
    let items = bottom("item2") - bottom("item");
    assert!(items > line + 0.5 && items < line + 3.0, "items are {items} apart, lines {line}");
}

#[test]
fn the_rule_of_a_quotation_is_inside_the_margin_and_longer_than_its_letters() {
    for (what, markdown) in [("one line", "> word"), ("paragraphs", "> first\n>\n> word"), ("inside", "> > word")] {
        let frame = text(markdown);
        let rules = accents(&frame);
        let word = word(&frame, "word");
        assert!(!rules.is_empty(), "{what}");
        for rule in rules {
            assert!(rule.x.0 >= MARGIN - 0.01 && (rule.x.1 - rule.x.0 - 2.0).abs() < 0.01, "{what}: {rule:?}");
            assert!(rule.y.1 > word.y.1 - 0.2 && rule.y.0 < word.y.0, "{what}: {rule:?} {word:?}");
        }
    }
}

#[test]
fn figures_and_what_is_below_them_are_on_one_line_whatever_their_labels_take() {
    let card = |label: &str, value: &str, hint: Option<&str>| json!({"label": label, "value": value, "hint": hint});
    let frame = first_page(json!([{"kind": "kpis", "items": [
        card("Liabilities to associated undertakings and others", "first", Some("hint")),
        card("Short", "second", Some("hints")),
        card("Also short", "third", None),
    ]}]));
    let bottom = |text: &str| word(&frame, text).y.1;
    assert_near(bottom("first"), bottom("second"), "figures");
    assert_near(bottom("first"), bottom("third"), "figures");
    assert_near(bottom("hint"), bottom("hints"), "hints");
    assert_near(word(&frame, "Liabilities").y.1, bottom("Short"), "labels");
    assert!(word(&frame, "others").y.1 < word(&frame, "first").y.0, "the figure is below the label");
}

#[test]
fn cards_begin_at_the_margin_and_end_there() {
    let items: Vec<Value> = (0..3).map(|n| json!({"label": format!("Card {n}"), "value": n})).collect();
    let frame = first_page(json!([{"kind": "kpis", "items": items}]));
    let (accents, surface) = (accents(&frame), Theme::default().surface);
    let cards: Vec<Ground> = grounds(&frame).into_iter().filter(|ground| ground.colour == surface).collect();
    assert_eq!((accents.len(), cards.len()), (3, 3), "{accents:?} {cards:?}");
    for (accent, card) in accents.iter().zip(&cards) {
        assert!((accent.x.0 - card.x.0).abs() < 0.01 && accent.x.1 < card.x.1, "{accent:?} {card:?}");
        assert!((accent.y.0 - card.y.0).abs() < 0.01 && (accent.y.1 - card.y.1).abs() < 0.01, "{accent:?} {card:?}");
    }
    assert!((cards[0].x.0 - MARGIN).abs() < 0.01 && (cards[2].x.1 - (595.28 - MARGIN)).abs() < 0.01, "{cards:?}");
}

#[test]
fn the_layouts_own_numbers_are_in_the_digits_of_the_language() {
    let slices: Vec<Value> = (1..=20).map(|n| json!({"x": format!("n{n}"), "y": n})).collect();
    let blocks = json!([
        {"kind": "text", "markdown": "1. item\n2. other"},
        {"kind": "chart", "chart": "pie", "data": "rows", "x": "x", "y": ["y"]},
        {"kind": "pagebreak"},
        {"kind": "heading", "text": "end"}
    ]);
    let cases = [
        ("ar-EG", ["صفحة ٢ من ٢", "(١٢)", ".٢"]),
        ("fa", ["۲ / ۲", "(۱۲)", ".۲"]),
        ("bn", ["পৃষ্ঠা ২ / ২", "(১২)", "২."]),
        ("en", ["Page 2 of 2", "(12)", "2."]),
    ];
    for (lang, expected) in cases {
        let job = job(&json!({"lang": lang, "blocks": blocks}), json!({"rows": slices}));
        let text = text_of(&render(&job).unwrap());
        for words in expected {
            let turned: String = words.chars().rev().collect();
            assert!(text.contains(words) || text.contains(&turned), "{lang}: {words} is not in {text}");
        }
    }
}

#[test]
fn no_space_is_put_between_han_characters_and_digits() {
    for lang in ["ja", "zh", "ko", "en"] {
        let job = job(&json!({"lang": lang, "blocks": [{"kind": "heading", "text": "3月"}]}), json!({}));
        let frame = layout_of(&job).unwrap().pages()[0].frame.clone();
        let words = words::of_page(&frame);
        let (digit, han) = (
            words.iter().find(|word| word.text.starts_with('3')).unwrap(),
            words.iter().find(|word| word.text.ends_with('月')).unwrap(),
        );
        let gap = han.x.0 - digit.x.1;
        assert!(gap < 0.5, "{lang}: {gap}");
    }
}

#[test]
fn a_background_is_on_every_page_and_a_white_one_is_the_paper() {
    let blocks = json!([{"kind": "heading", "text": "one"}, {"kind": "pagebreak"}, {"kind": "heading", "text": "two"}]);
    let job_on = |background: &str| {
        let theme = Theme { background: background.into(), ..Theme::default() };
        Job { theme, ..job(&json!({"blocks": blocks}), json!({})) }
    };
    let fills = |background: &str| {
        let document = layout_of(&job_on(background)).unwrap();
        let fill = |page: &typst_layout::Page| match page.fill_or_transparent() {
            Some(Paint::Solid(colour)) => Some(colour.to_hex().to_string()),
            _ => None,
        };
        document.pages().iter().map(fill).collect::<Vec<_>>()
    };
    assert_eq!(fills("#12171d"), [Some("#12171d".to_owned()), Some("#12171d".to_owned())]);
    assert_eq!(fills("#FFFFFF"), [None, None]);
    let outputs = Outputs { png: Pictures::All, ..Outputs::default() };
    for page in render(&Job { outputs, ..job_on("#12171d") }).unwrap().pages {
        let picture = image::load_from_memory(&page.png).unwrap().to_rgb8();
        let corners = [(0, 0), (picture.width() - 1, picture.height() - 1)];
        assert!(corners.iter().all(|(x, y)| picture.get_pixel(*x, *y).0 == [0x12, 0x17, 0x1d]), "page {}", page.number);
        assert!(page.svg.contains("fill=\"#12171d\""), "{:.600}", page.svg);
    }
}

#[test]
fn what_is_cut_out_of_a_chart_shows_the_background() {
    let data =
        json!({"rows": (0..12).map(|n| json!({"x": n.to_string(), "y": n + 1, "z": 2 * n})).collect::<Vec<_>>()});
    let chart = |kind: &str, y: Value| json!({"kind": "chart", "chart": kind, "data": "rows", "x": "x", "y": y});
    let series = json!(["y", "z", "y", "z", "y"]);
    for block in [chart("pie", json!(["y"])), chart("line", series.clone()), chart("area", series)] {
        let theme = Theme { background: "#12171d".into(), ..Theme::default() };
        let job = Job { theme, ..job(&json!({"blocks": [block]}), data.clone()) };
        let svg = picture_of(&job);
        assert!(svg.contains("#12171d") && !svg.contains("#ffffff"), "{svg}");
    }
}

#[test]
fn slices_beyond_a_short_palette_are_told_apart() {
    let rows: Vec<Value> = (1..=8).map(|n| json!({"x": format!("n{n}"), "y": n})).collect();
    let chart = json!({"kind": "chart", "chart": "pie", "data": "rows", "x": "x", "y": ["y"]});
    let theme = Theme { palette: vec!["#0b5c7a".into(), "#e0912f".into(), "#64748b".into()], ..Theme::default() };
    let job = Job { theme, ..job(&json!({"blocks": [chart]}), json!({"rows": rows})) };
    let svg = picture_of(&job);
    let fills: std::collections::BTreeSet<&str> = svg.split("fill=\"#").skip(1).map(|rest| &rest[..6]).collect();
    assert_eq!(fills.len(), 8, "{fills:?}");
}

/// The marks of the first chart.
fn picture_of(job: &Job) -> String {
    let report = crate::Report::new(job).unwrap();
    let domain::definition::Body::Blocks(blocks) = &job.definition.body else { unreachable!() };
    let resolved = crate::resolve::resolve(&report, blocks).unwrap();
    String::from_utf8(resolved.files(&report.chart_theme)["charts/0.svg"].to_vec()).unwrap()
}

#[test]
fn rows_of_cards_are_as_full_as_each_other_and_longer_on_wide_pages() {
    let rows = |count: usize, orientation: &str| {
        let items: Vec<Value> = (0..count).map(|n| json!({"label": format!("Card{n}"), "value": n})).collect();
        let page = json!({"orientation": orientation});
        let definition = json!({"page": page, "blocks": [{"kind": "kpis", "items": items}]});
        let frame = layout_of(&job(&definition, json!({}))).unwrap().pages()[0].frame.clone();
        let mut rows = std::collections::BTreeMap::new();
        for word in words::of_page(&frame).iter().filter(|word| word.text.starts_with("Card")) {
            *rows.entry(word.y.0.round() as i64).or_insert(0) += 1;
        }
        rows.into_values().collect::<Vec<_>>()
    };
    let cases = [
        (4, "portrait", vec![4]),
        (5, "portrait", vec![3, 2]),
        (6, "portrait", vec![3, 3]),
        (6, "landscape", vec![6]),
        (7, "landscape", vec![4, 3]),
    ];
    for (count, orientation, expected) in cases {
        assert_eq!(rows(count, orientation), expected, "{count} cards in {orientation}");
    }
}

#[test]
fn heads_of_a_workbook_are_in_the_colours_of_the_theme() {
    let table = json!({"kind": "table", "data": "rows", "columns": [{"field": "a"}]});
    let theme = Theme { ink: "#e8edf2".into(), surface: "#1d252f".into(), ..Theme::default() };
    let outputs = Outputs { xlsx: true, ..Outputs::tables() };
    let job = Job { theme, outputs, ..job(&json!({"blocks": [table]}), json!({"rows": [{"a": 1}]})) };
    let styles = part(&render(&job).unwrap().xlsx, "xl/styles.xml");
    assert!(styles.contains("<color rgb=\"FFE8EDF2\"/>") && styles.contains("FF1D252F"), "{styles}");
}
