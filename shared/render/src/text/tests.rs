//! What is read back from pages.

use serde_json::json;

use crate::render;
use crate::tests::{job, text_of, typst};

fn in_language(lang: &str, source: &str) -> String {
    let definition = json!({"lang": lang, "typst": format!("#set page(width: 400pt)\n{source}")});
    text_of(&render(&job(&definition, json!({}))).unwrap())
}

#[test]
fn a_line_is_read_as_its_language_is_written() {
    let cases = [
        ("Arabic", "ar", "كشف الراتب — سبتمبر"),
        ("Arabic with a number behind", "ar", "تقرير المبيعات 2026"),
        ("Arabic with a number in front", "ar", "2026 تقرير المبيعات"),
        ("Arabic with a number and a bracket", "ar", "تقرير المبيعات 2026 (ر.س)"),
        ("Hebrew with a number in brackets", "he", "דוח מכירות (2026)"),
        ("Hebrew around English", "he", "הדוח של Acme Corp מוכן"),
        ("English around Hebrew", "en", "The word שלום עולם means peace"),
        ("English around Hebrew with a number", "en", "Total שלום 123 in all"),
        ("English in an Arabic report", "ar", "Annual report"),
        ("Persian digits", "fa", "گزارش ۱۴۰۵ سال"),
        ("words of two weights", "he", "דוח *מכירות* שנתי"),
        ("an emoji before Hebrew in English", "en", "🎉 שלום"),
        ("an emoji after Hebrew in English", "en", "שלום 🎉"),
        ("an emoji in Hebrew", "he", "שלום 🎉 עולם"),
        ("Hebrew with vowels", "he", "שָׁלוֹם עוֹלָם"),
        ("Arabic with vowels", "ar", "مُحَمَّد"),
        ("Thai with marks on marks", "th", "ที่นี่ น้ำ"),
        ("Hindi", "hi", "क्षमा श्रीवास्तव"),
        ("Latin with marks that no letter has", "en", "Z\u{351}\u{36b}\u{343} n\u{303}"),
        ("two numbers in Hebrew", "he", "מכירות 10, 20 ועוד"),
    ];
    let wrong: Vec<_> = cases
        .into_iter()
        .map(|(what, lang, text)| (what, in_language(lang, text), text.replace('*', "")))
        .filter(|(_, read, written)| read != written)
        .collect();
    assert_eq!(wrong, []);
}

#[test]
fn signs_of_different_looks_are_read_as_they_stand() {
    let text = in_language(
        "pl",
        "#let signs = (\"=#~\", \"@\")\n#for sign in signs { if sign == \"@\" { emph(sign) } else { sign } } words",
    );
    assert_eq!(text, "=#~@ words");
}

#[test]
fn emoji_without_words_are_read_in_their_order_in_a_report_from_right_to_left() {
    let definition = json!({"title": "דוח", "lang": "he", "blocks": [{"kind": "heading", "text": "😲 😸"}]});
    let text = text_of(&render(&job(&definition, json!({}))).unwrap());
    assert!(text.contains("😲 😸"), "{text}");
}

#[test]
fn lines_that_begin_with_the_letter_before_them_are_whole() {
    let letter = "e\u{301}\u{301}";
    let markdown = format!("- {letter}\n- [ ] {letter}\n  1. {letter}");
    let definition = json!({"title": "List", "blocks": [{"kind": "text", "markdown": markdown}]});
    let text = text_of(&render(&job(&definition, json!({}))).unwrap());
    assert_eq!(text.matches(letter).count(), 3, "{text}");
}

#[test]
fn a_row_is_read_cell_by_cell_whatever_wraps_in_it() {
    let table = "#set page(width: 200pt)\n#table(columns: (60pt, 1fr, 1fr), table.header([Name], [Note], [Sum]), \
                 [North], [a note that has to be broken], [10], [South], [], [20])";
    let text = text_of(&typst(table).unwrap());
    assert_eq!(text, "Name\tNote\tSum\nNorth\ta note that has to be broken\t10\nSouth\t\t20");
}

#[test]
fn the_columns_of_a_table_from_right_to_left_are_read_in_their_order() {
    let table = "#table(columns: (1fr, 1fr, 1fr), [שם], [הערה], [סכום], [צפון], [א ב], [10])";
    assert_eq!(in_language("he", table), "שם\tהערה\tסכום\nצפון\tא ב\t10");
}

#[test]
fn a_row_that_goes_on_on_the_next_page_is_read_whole_as_far_as_it_is_on_each() {
    let long = "one two three four five six seven eight nine ten eleven twelve";
    let source =
        format!("#set page(width: 150pt, height: 80pt, margin: 10pt)\n#table(columns: (50pt, 1fr), [a], [{long}])");
    let rendered = typst(&source).unwrap();
    assert!(rendered.pages.len() > 1);
    let words: Vec<_> = rendered.pages.iter().flat_map(|page| page.text.split_whitespace()).collect();
    assert_eq!(words.join(" "), format!("a {long}"));
    assert!(rendered.pages[0].text.starts_with("a\tone"), "{}", rendered.pages[0].text);
}

#[test]
fn cells_of_several_lines_are_read_one_after_the_other() {
    let text = text_of(&typst("#grid(columns: 2, [Revenue \\ 10], [Cost \\ 5])").unwrap());
    assert_eq!(text, "Revenue\n10\nCost\n5");
}

#[test]
fn the_lines_of_a_cell_are_one_again() {
    let cases = [
        ("at a space", &["a note ", "that"][..], "a note that"),
        ("at a break of the author's", &["one", "two"], "one two"),
        ("between Chinese characters", &["销售", "报告"], "销售报告"),
        ("between Thai syllables", &["รายงาน", "ยอดขาย"], "รายงานยอดขาย"),
        ("none", &[], ""),
    ];
    for (what, lines, whole) in cases {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        assert_eq!(super::line::unbroken(&lines), whole, "{what}");
    }
}

#[test]
fn words_that_are_placed_side_by_side_stay_apart() {
    let label = |x: u32, words: &str| format!("#place(top + left, dx: {x}pt, box(width: 180pt, [{words}]))");
    let labels = [label(0, "الراتب الأساسي"), label(250, "الضمان الاجتماعي")].concat();
    assert_eq!(in_language("ar", &labels), "الراتب الأساسي\tالضمان الاجتماعي");
}
