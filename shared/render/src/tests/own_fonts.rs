//! Fonts of the user's own: those among the assets, then those of the workspace, then those that come with Imprint.

use std::collections::BTreeMap;

use domain::definition::Definition;
use serde_json::json;
use typst::foundations::Bytes;

use crate::fonts::{FontSet, Use};
use crate::measure::{self, Weight};
use crate::{Job, Outputs, render};

/// It has U+10900 and U+10901, which no font of ours has, and is of the family “Imprint Test”.
const PHOENICIAN: &[u8] = include_bytes!("../../../font/testdata/phoenician.ttf");
const LETTER: &str = "\u{10900}";

/// The font with bytes behind it that do not change it.
fn font(end: &[u8]) -> Bytes {
    Bytes::new([PHOENICIAN, end].concat())
}

fn files(name: &str, bytes: Bytes) -> BTreeMap<String, Bytes> {
    BTreeMap::from([(name.to_owned(), bytes)])
}

fn job(definition: &serde_json::Value) -> Job {
    let date = "2026-03-31T10:00:00Z".parse().unwrap();
    let outputs = Outputs { svg: false, ..Outputs::publication() };
    Job { outputs, ..Job::new("Fonts", Definition::parse(definition).unwrap(), json!({}), date) }
}

fn warnings(job: &Job) -> Vec<String> {
    render(job).unwrap().warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_character_of_a_font_of_the_users_own_is_printed_without_a_warning() {
    let blocks = json!({"blocks": [{"kind": "heading", "text": LETTER}]});
    let source = json!({"typst": format!("#set text(font: \"Imprint Test\")\n{LETTER}")});
    for definition in [&blocks, &source] {
        let without = warnings(&job(definition));
        assert!(without.iter().any(|warning| warning.contains("U+10900")), "{without:?}");
        let none: Vec<String> = Vec::new();
        for name in ["phoenician.ttf", "phoenician"] {
            let by_asset = Job { assets: files(name, font(b"")), ..job(definition) };
            assert_eq!(warnings(&by_asset), none, "an asset {name}: {definition}");
        }
        let by_workspace = Job { fonts: files("phoenician.ttf", font(b"")), ..job(definition) };
        assert_eq!(warnings(&by_workspace), none, "a font of the workspace: {definition}");
        let embedded = render(&by_workspace).unwrap().pdf;
        assert!(String::from_utf8_lossy(&embedded).contains("ImprintTest-Regular"), "{definition}");
    }
}

#[test]
fn letters_are_as_wide_as_in_the_font_that_the_report_brings() {
    let mut wide = PHOENICIAN.to_vec();
    // The advance of all its letters, in thousandths of an em: 600 before.
    wide[0x188..0x18a].copy_from_slice(&3000_u16.to_be_bytes());
    let definition = json!({"blocks": [{"kind": "heading", "text": LETTER}]});
    let width = |assets| {
        render(&Job { assets, ..job(&definition) }).unwrap();
        measure::width(LETTER, 1.0, Weight::Regular)
    };
    let cases = [
        ("as it is", files("own.ttf", font(b"")), 0.6..0.7),
        ("wide", files("own.ttf", Bytes::new(wide)), 3.0..3.5),
        ("none", BTreeMap::new(), 1.3..1.4),
    ];
    for (what, assets, expected) in cases {
        let width = width(assets);
        assert!(expected.contains(&width), "{what}: {width}");
    }
}

#[test]
fn a_font_of_the_report_comes_before_one_of_the_workspace() {
    let (asset, workspace) = (font(b"asset"), font(b"workspace"));
    let chosen = |brought: &[Bytes]| {
        let set = FontSet::new(brought, "en", Use::Blocks);
        assert_eq!(set.families.first().map(String::as_str), Some("Inter"));
        set.font_for('\u{10900}', 400).unwrap().data().clone()
    };
    assert!(chosen(&[asset.clone(), workspace.clone()]) == asset);
    assert!(chosen(&[workspace.clone(), asset]) == workspace);
}

#[test]
fn files_that_are_no_fonts_are_passed_over() {
    let no_fonts =
        [b"wOF2\0\x01\0\0".as_slice(), b"words", b"", &PHOENICIAN[..60]].map(|bytes| Bytes::new(bytes.to_vec()));
    let set = FontSet::new(&no_fonts, "en", Use::Blocks);
    assert_eq!(set.families, ["Inter"]);
    assert!(set.font_for('\u{10900}', 400).is_none());
}
