//! Letters as plain text.

use super::*;
use crate::message::{LONGEST, SHORTENED};
use crate::samples::{letter, linked};

#[test]
fn a_letter_says_what_it_brings() {
    let expected = "\
Sales Q1
========
22 November 2026, 3 pages

Revenue *grew*, see the plan <https://plan.example/q1?a=1&b=2>.

Open the report:
https://reports.example/view/abc

Attached:
- Sales Q1.pdf (69 KB)
- rows.csv (1 KB)

A note.

--\u{20}
Sent by ada with Imprint
";
    assert_eq!(write(&letter()), expected);
}

#[test]
fn a_letter_says_nothing_of_what_it_does_not_bring() {
    let expected = "\
Sales Q1
========
22 November 2026, 1 page

Sales Q1.pdf is 12.3 MB, too large for a mail. It can be downloaded until 29
November 2026, 14:05 CET.
https://reports.example/mailed/def

--\u{20}
Sent by ada with Imprint
";
    let letter = Letter { message: " \n".into(), public_link: None, notes: vec![], pages: 1, ..linked() };
    assert_eq!(write(&letter), expected);
}

#[test]
fn a_message_can_be_read_without_its_marks() {
    let cases = [
        ("a heading", "# Sales *now*\nGrew.", "Sales _now_\n-----------\n\nGrew."),
        ("marks", "**a** _b_ ~~c~~ `d`\\\ne\nf", "*a* _b_ ~c~ `d`\ne f"),
        ("a list", "a\n- b\n- c\n\nd", "a\n\n- b\n- c\n\nd"),
        ("numbers", "9. a\n10. b", "9. a\n10. b"),
        ("paragraphs in a list", "- a\n\n  b\n- c", "- a\n\n  b\n- c"),
        ("a list in a list", "1. a\n   - b\n     - c\n   - d\n2. e", "1. a\n   - b\n     - c\n   - d\n2. e"),
        ("a quotation", "> a\n>\n> - b\n> - c", "> a\n\n> - b\n> - c"),
        ("a quotation in a list", "- > a", "- > a"),
        ("a table", "|a|bb|\n|-|-|\n|ccc|d|\n|売|e|", "a   | bb\nccc | d\n売  | e"),
        ("code", "```\na\n  b\n```\nc", "    a\n      b\n\nc"),
        ("a rule", "a\n\n---\n\nb", "a\n\n* * *\n\nb"),
        (
            "a link",
            "[a](https://b.example) <https://c.example> <d@e.example>",
            "a <https://b.example> https://c.example d@e.example",
        ),
        ("a link that leads nowhere", "[a](javascript:b)", "a"),
        ("a picture", "![a chart](https://b.example/c.png)", "a chart"),
        ("HTML", "<b>a</b>", "<b>a</b>"),
        ("nothing", "\n \n", ""),
    ];
    for (what, markdown, expected) in cases {
        assert_eq!(body::write(markdown), expected, "{what}");
    }
}

#[test]
fn lines_are_short_and_addresses_whole() {
    let address = format!("https://a.example/{}", "b".repeat(100));
    let text = body::write(&format!("{}[here]({address})\n\n- {}", "words ".repeat(40), "words ".repeat(40)));
    assert!(text.contains(&address));
    for line in text.lines().filter(|line| !line.contains(&address)) {
        assert!(line.len() <= WIDTH, "{line}");
    }
    assert!(text.ends_with("\n  words words words words"), "{text}");
}

#[test]
fn columns_keep_their_sides() {
    let table = "|a|b|c|\n|:-|-:|:-:|\n|words|1|c|\n|d|1,000.00|words|";
    assert_eq!(body::write(table), "a     |        b |   c\nwords |        1 |   c\nd     | 1,000.00 | words");
}

#[test]
fn the_values_of_a_table_without_room_stand_beside_the_heads_of_their_columns() {
    let wide = "w".repeat(80);
    assert_eq!(
        body::write(&format!("|a||c|\n|-|-|-|\n|{wide}|b||\n||||\n|d|e|f|")),
        format!("a:\n{wide}\nb\n\na: d\ne\nc: f")
    );
    assert_eq!(body::write(&format!("- |a|b|\n  |-|-|\n  |{wide}|c|")), format!("- a:\n  {wide}\n  b: c"));
    assert_eq!(body::write(&format!("|a|{wide}|\n|-|-|")), format!("a | {wide}"), "only a head");
}

#[test]
fn no_message_is_endless() {
    let links = format!("{}\n\n[a]: https://a.example/{}", "[a]".repeat(1_600), "b".repeat(5_000));
    let cells = format!("|{}\n|{}\n{}", "a|".repeat(1_000), "-|".repeat(1_000), "|b\n".repeat(1_900));
    for (what, markdown) in [("links", links), ("cells", cells)] {
        let text = body::write(&markdown);
        assert!(text.len() <= LONGEST + 200 && text.ends_with(SHORTENED), "{what}: {}", text.len());
    }
    let words = "🚀 '\"<>&".repeat(1_400);
    assert_eq!(body::write(&words).replace('\n', " "), words.trim_end());
}
