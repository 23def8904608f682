use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use typst::layout::Abs;
use typst::text::FontVariations;

use super::*;

/// The fonts of the layer, with the names and hashes of their files.
fn layer_files() -> Vec<(String, String, Font)> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder()).into_iter().flatten().map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "ttf"));
    files.sort();
    let read = |file: std::path::PathBuf| {
        let bytes = std::fs::read(&file).unwrap();
        let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        (file.file_name().unwrap().to_string_lossy().into_owned(), hash, Font::new(Bytes::new(bytes), 0).unwrap())
    };
    files.into_iter().map(read).collect()
}

fn has_layer() -> bool {
    let there = !layer::in_order_of("en").is_empty();
    if !there {
        eprintln!("skipped: the fonts of other scripts are not in {}", folder().display());
    }
    there
}

/// `UPDATE_FONT_INDEX=1` writes it.
#[test]
fn the_index_says_what_the_fonts_say() {
    let (bundled, layer): (Vec<Font>, _) = (BUNDLED.iter().filter_map(|slot| slot.font()).collect(), layer_files());
    if std::env::var_os("UPDATE_FONT_INDEX").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/fonts/index.json");
        let text = serde_json::to_string(&Index::of(&bundled, &layer)).unwrap();
        // A line for each font and each coverage.
        let text = text.replace("},{", "},\n{").replace("],[", "],\n[");
        return std::fs::write(file, text + "\n").unwrap();
    }
    assert_eq!(bundled.len(), BUNDLED.len());
    for (entry, font) in index::INDEX.bundled.iter().zip(&bundled) {
        assert!(index::INDEX.info(entry, entry.coverage) == *font.info(), "{}", entry.post_script_name);
        assert_eq!(Some(&entry.post_script_name), font.post_script_name().as_ref());
    }
    if has_layer() {
        assert!(Index::of(&bundled, &layer) == *index::INDEX);
    }
}

#[test]
fn a_font_is_read_when_a_text_needs_it_and_not_before() {
    let slot = Slot::bundled(index::INTER[0]);
    assert!(!slot.is_read());
    assert_eq!(slot.font().unwrap().info().family, "Inter");
    assert!(slot.is_read());
    assert!(Slot::in_file("/nowhere/at/all.ttf".into()).font().is_none());
}

#[test]
fn each_script_comes_from_the_font_that_is_made_for_it() {
    if !has_layer() {
        return;
    }
    let cases = [
        ("Latin", 'ß', "en", "Inter"),
        ("Greek", 'Ω', "el", "Inter"),
        ("Cyrillic", 'Ж', "ru", "Inter"),
        ("Hebrew", 'ש', "he", "Noto Sans Hebrew"),
        ("Arabic", 'ع', "ar", "Noto Sans Arabic"),
        ("Persian", 'گ', "fa", "Noto Sans Arabic"),
        ("Devanagari", 'क', "hi", "Noto Sans Devanagari"),
        ("Bengali", 'ক', "bn", "Noto Sans Bengali"),
        ("Tamil", 'க', "ta", "Noto Sans Tamil"),
        ("Thai", 'ก', "th", "Noto Sans Thai"),
        ("Khmer", 'ក', "km", "Noto Sans Khmer"),
        ("Japanese", '明', "ja", "Noto Sans JP"),
        ("Japanese kana", 'あ', "ja-JP", "Noto Sans JP"),
        ("simplified Chinese", '明', "zh", "Noto Sans SC"),
        ("traditional Chinese of Taiwan", '明', "zh-TW", "Noto Sans TC"),
        ("traditional Chinese by its script", '明', "zh-Hant", "Noto Sans TC"),
        ("Hanja", '明', "ko", "Noto Sans KR"),
        ("Hangul", '한', "en", "Noto Sans KR"),
        ("Han without a language that says more", '明', "en", "Noto Sans SC"),
        ("emoji", '🎉', "en", "Noto Emoji"),
        ("a flag's letter", '🇩', "en", "Noto Emoji"),
    ];
    for (what, c, lang, family) in cases {
        for of in [Use::Blocks, Use::Source] {
            let font = FontSet::new([], lang, of).font_for(c, 400).unwrap();
            assert_eq!(font.info().family, family, "{what}");
        }
    }
}

/// Typst's exporter writes glyphs with colours as a Type 3 font, whose box of 2.8 em lies over the rows above.
#[test]
fn no_font_of_the_layer_has_glyphs_in_colour() {
    for (file, _, font) in layer_files() {
        let variant = font.info().variant;
        let instance = font.instantiate(variant, Abs::pt(10.0), &FontVariations::default());
        let tables = instance.ttf().tables();
        let coloured = tables.colr.is_some() || tables.svg.is_some() || tables.cbdt.is_some() || tables.sbix.is_some();
        assert!(!coloured, "{file}");
    }
}

/// Typst counts the height of a line from there: a row with an emoji is as high as one without.
#[test]
fn capitals_of_the_layer_are_hardly_higher_than_those_of_inter() {
    let cap_height = |font: Font| {
        let variant = font.info().variant;
        font.instantiate(variant, Abs::pt(10.0), &FontVariations::default()).metrics().cap_height.get()
    };
    let inter = cap_height(Slot::bundled(index::INTER[0]).font().unwrap());
    for (file, _, font) in layer_files() {
        let height = cap_height(font);
        assert!(height < inter + 0.02, "{file}: {height} em, Inter {inter} em");
    }
}

#[test]
fn semi_bold_words_of_other_scripts_and_emoji_are_bold() {
    if !has_layer() {
        return;
    }
    let set = FontSet::new([], "ja", Use::Blocks);
    for (weight, expected) in [(400, 400), (500, 400), (600, 700), (700, 700)] {
        for c in ['明', '🎉'] {
            let font = set.font_for(c, weight).unwrap();
            assert_eq!(font.info().variant.weight.to_number(), expected, "{c} {weight}");
        }
    }
}

#[test]
fn no_font_has_a_private_character() {
    assert!(FontSet::new([], "en", Use::Blocks).font_for('\u{f0000}', 400).is_none());
}

#[test]
fn every_typeface_has_its_licence_and_is_named_in_the_readme() {
    let licences: BTreeMap<String, String> = serde_json::from_str(include_str!("../../fonts/licences.json")).unwrap();
    let readme = include_str!("../../../../README.md");
    let license = readme.split("## License").nth(1).unwrap();
    for entry in index::INDEX.bundled.iter().chain(&index::INDEX.layer) {
        let family = &entry.family;
        assert!(licences.get(family).is_some_and(|licence| !licence.is_empty()), "{family}");
        let short = family.strip_prefix("Noto Sans ").or(family.strip_prefix("Noto ")).unwrap_or(family);
        assert!(license.contains(short), "{family} is not in the README");
    }
    let layer = include_str!("../../../../local/fonts/OFL.txt");
    assert!(layer.contains("SIL OPEN FONT LICENSE Version 1.1") && layer.contains("notofonts/arabic"));
}
