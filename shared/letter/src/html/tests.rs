//! Letters in HTML, as text.

use palette::Srgb;
use palette::color_difference::Wcag21RelativeContrast;

use super::*;
use crate::message::SHORTENED;
use crate::samples::{file, letter, linked};

fn html(letter: &Letter) -> String {
    write(letter, "page.1@example.com").unwrap()
}

fn message(markdown: &str) -> String {
    body::write(markdown, false)
}

#[test]
fn a_letter_says_what_it_brings() {
    let html = html(&letter());
    let needed = [
        "<!doctype html>",
        "<html lang=\"en-GB\"",
        "<meta name=\"color-scheme\" content=\"light dark\">",
        "@media (prefers-color-scheme: dark)",
        "@media (max-width: 480px)",
        "<title>Sales of the first quarter</title>",
        "Revenue grew, see the plan.&#847;",
        ">Sales Q1</h1>",
        "22 November 2026 <span aria-hidden=\"true\">·</span> 3 pages</p>",
        "Revenue <strong>grew</strong>, see <a class=\"link\" href=\"https://plan.example/q1?a=1&amp;b=2\">the plan</a>.",
        "<a class=\"on-accent\" href=\"https://reports.example/view/abc\"",
        ">Open the report</a>",
        "<a href=\"https://reports.example/view/abc\"><img src=\"cid:page.1@example.com\" alt=\"Page 1 of Sales Q1\" width=\"534\" height=\"755\"",
        ">Page 1 of 3</p>",
        ">Attached</h2>",
        ">Sales Q1.pdf</td>",
        ">69 KB</td>",
        ">rows.csv</td>",
        ">1 KB</td>",
        ">A note.</td>",
        "Sent by ada with Imprint",
    ];
    for words in needed {
        assert!(html.contains(words), "{words} is not in {html}");
    }
    for words in ["Download", " lang=\"en\"", "<script", "{{", "{%"] {
        assert!(!html.contains(words), "{words} is in {html}");
    }
}

#[test]
fn a_letter_says_nothing_of_what_it_does_not_bring() {
    let html = html(&Letter { message: String::new(), public_link: None, notes: vec![], pages: 1, ..linked() });
    for words in ["<img", "Attached", "Open the report", "A note", "class=\"side ink\""] {
        assert!(!html.contains(words), "{words} is in {html}");
    }
    assert!(html.contains("Sales Q1, 22 November 2026, 1 page&#847;"), "the opening: {html}");
}

#[test]
fn a_pdf_that_is_too_large_has_a_link() {
    let words =
        "Sales Q1.pdf is 12.3 MB, too large for a mail. It can be downloaded until 29 November 2026, 14:05 CET.";
    let both = html(&linked());
    let alone = html(&Letter { public_link: None, ..linked() });
    for html in [&both, &alone] {
        assert!(html.contains(words) && html.contains(">Download the PDF</a>"), "{html}");
    }
    assert!(both.contains("<a class=\"link\" href=\"https://reports.example/mailed/def\""));
    assert!(alone.contains("<a class=\"on-accent\" href=\"https://reports.example/mailed/def\""));
}

#[test]
fn a_picture_without_a_published_report_leads_nowhere() {
    let html = html(&Letter { public_link: None, message: String::new(), ..letter() });
    assert!(html.contains("<img src=\"cid:") && !html.contains("<a "), "{html}");
}

#[test]
fn a_picture_fits_the_letter() {
    let cases = [
        ("A4", 595.28, 841.89, (534, 755)),
        ("A4, landscape", 841.89, 595.28, (534, 378)),
        ("a roll", 300.0, 3_000.0, (100, 1_000)),
        ("a banner", 100_000.0, 50.0, (534, 1)),
        ("nothing", 0.0, 0.0, (534, 534)),
    ];
    for (what, width, height, (w, h)) in cases {
        let picture = letter().picture.map(|picture| Picture { width, height, ..picture });
        let html = html(&Letter { picture, ..letter() });
        assert!(html.contains(&format!("width=\"{w}\" height=\"{h}\"")), "{what}: {html}");
    }
}

#[test]
fn the_letter_s_own_words_are_english_in_a_letter_that_is_not() {
    let german = html(&Letter { lang: "de".into(), ..letter() });
    assert!(german.contains("<html lang=\"de\"") && german.contains(" lang=\"en\" style="), "{german}");
    assert!(german.contains("<td class=\"line muted\" align=\"right\" lang=\"en\" style="), "a size: {german}");
    let strange = html(&Letter { lang: "de\"><script>".into(), ..letter() });
    assert!(strange.contains("<html lang=\"en\""), "{strange}");
}

#[test]
fn a_letter_in_a_language_from_right_to_left_says_so_and_its_own_words_do_not() {
    let hebrew = html(&Letter { lang: "he".into(), ..letter() });
    assert!(hebrew.contains("<html lang=\"he\" dir=\"rtl\"") && hebrew.contains("text-align:right"), "{hebrew}");
    assert!(
        hebrew.contains("<a class=\"on-accent\" href=\"https://reports.example/view/abc\" lang=\"en\" dir=\"ltr\""),
        "{hebrew}"
    );
    assert!(
        hebrew.contains("align=\"left\" lang=\"en\" dir=\"ltr\" style=\"padding:8px 0;padding-right:12px;"),
        "a size: {hebrew}"
    );
    assert!(!html(&letter()).contains(" dir="));
}

#[test]
fn nothing_that_is_not_there_is_written() {
    for lang in ["en", "en-GB", "de"] {
        let html = html(&Letter { lang: lang.into(), ..letter() });
        assert!(!html.contains("undefined"), "{lang}");
        // Between two attributes nothing stands but a space.
        for tag in html.split('<').filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag) {
            let behind = tag.split('"').skip(2).step_by(2);
            for between in behind.filter(|between| !between.is_empty()) {
                assert!(between.starts_with(' ') || between.starts_with('\n'), "{lang}: <{tag}>");
            }
        }
    }
}

#[test]
fn what_people_write_stays_text() {
    const HOSTILE: &str = "</title></style><script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let hostile = || HOSTILE.to_owned();
    let texts = Letter { title: hostile(), subject: hostile(), message: hostile(), lang: hostile(), ..letter() };
    let texts = Letter { sent_by: hostile(), date: hostile(), notes: vec![hostile()], ..texts };
    let picture = letter().picture.map(|picture| Picture { alt: hostile(), ..picture });
    let texts = Letter { picture, csv: vec![file(HOSTILE, "text/csv", b"a")], public_link: Some(hostile()), ..texts };
    let (hostile, harmless) = (html(&texts), html(&letter()));
    let tags = |html: &str, name: &str| html.matches(&format!("<{name}")).count();
    for name in ["script", "img", "style", "/style", "/title", "iframe"] {
        assert_eq!(tags(&hostile, name), tags(&harmless, name), "{name}: {hostile}");
    }
    assert_eq!(hostile.matches("&lt;script&gt;").count(), 12, "{hostile}");
}

#[test]
fn a_message_is_written_in_what_mail_programs_know() {
    let cases = [
        (
            "headings stand below the title",
            "# a\n# a\n## b\n### c\n###### d",
            "margin:0 0 8px;font-size:20px;line-height:28px\">a</h2>\n<h2 style=\"margin:24px 0 8px;font-size:20px;line-height:28px\">a</h2>\n<h3 style=\"margin:24px 0 8px;font-size:18px;line-height:26px\">b</h3>\n<h4 style=\"margin:24px 0 8px;font-size:16px;line-height:24px\">c</h4>\n<h4",
        ),
        ("marks", "*a* **b** ~~c~~ `d`", "<em>a</em> <strong>b</strong> <s>c</s> <code"),
        ("a list", "- a\n- b", "<li>a</li>\n<li>b</li>\n</ul>"),
        (
            "a list with numbers",
            "7. a",
            "<ol start=\"7\" style=\"margin:0 0 16px;padding:0;padding-left:24px\">\n<li>a</li>\n</ol>",
        ),
        (
            "a quotation",
            "> a",
            "padding:0;padding-left:16px;border-left:3px solid #d5dce3;color:#55616e\"><p style=\"margin:0 0 16px\">a</p>\n</blockquote>",
        ),
        (
            "a table",
            "|a|b|\n|-|-:|\n|c|d|",
            "<tr><th scope=\"col\" class=\"line\" align=\"left\" style=\"border-bottom:1px solid #d5dce3\">a</th><th scope=\"col\" class=\"line\" align=\"right\"",
        ),
        ("code", "```\n<a>\n```", "white-space:pre-wrap\">&lt;a&gt;\n</pre>"),
        ("lines", "a\\\nb\nc", "a<br>\nb\nc</p>"),
        ("a rule", "---", "<hr class=\"line\""),
        ("a picture", "![a *chart*](https://a.example/b.png)", "<p style=\"margin:0 0 16px\">a <em>chart</em></p>"),
        (
            "a link",
            "[a](https://b.example/?c=1&d='\")",
            "<a class=\"link\" href=\"https://b.example/?c=1&amp;d=&#39;&quot;\">a</a>",
        ),
        ("an address", "<a@b.example>", "<a class=\"link\" href=\"mailto:a@b.example\">a@b.example</a>"),
        ("words", "a & b < c", "a &amp; b &lt; c"),
    ];
    for (what, markdown, expected) in cases {
        let html = message(markdown);
        assert!(html.contains(expected), "{what}: {html}");
    }
}

#[test]
fn lists_stand_as_close_inside_as_outside_and_tasks_have_no_second_mark() {
    let html = message("- a\n  - b\n- [x] c\n\n  d\n- [ ] e");
    assert_eq!(html.matches("margin:0 0 16px;padding:0;padding-left:24px").count(), 1, "{html}");
    assert_eq!(html.matches("margin:0 0 0px;padding:0;padding-left:24px").count(), 1, "{html}");
    assert_eq!(html.matches("<li>").count(), 2, "{html}");
    assert!(html.contains("<li style=\"list-style:none\"><p style=\"margin:0 0 16px\">☑ c</p>"), "{html}");
}

#[test]
fn a_message_from_right_to_left_begins_its_lines_at_the_right() {
    let html = body::write("- a\n\n> b\n\n|c|d|e|\n|-|:-|-:|\n", true);
    for words in [
        "padding-right:24px",
        "padding-right:16px;border-right:3px",
        "align=\"right\" style=\"border-bottom:1px solid #d5dce3\">c",
    ] {
        assert!(html.contains(words), "{words}: {html}");
    }
    assert!(
        !html.contains("padding-left") && html.contains("align=\"left\" style=\"border-bottom:1px solid #d5dce3\">d")
    );
}

#[test]
fn a_message_holds_nothing_that_runs_or_loads() {
    let markdown = [
        "<script>alert(1)</script>",
        "a <b onclick=\"alert(1)\">b</b>",
        "<!-- a -->",
        "<img src=\"https://a.example/pixel.png\">",
        "![a](https://a.example/pixel.png)",
        "[a](javascript:alert(1))",
        "[a]( JavaScript:alert(1))",
        "[a](java\tscript:alert(1))",
        "[a](&#106;avascript:alert(1))",
        "[a](vbscript:a) [b](data:text/html,a) [c](file:///etc/passwd) [d](//a.example) [e](b.html)",
        "<javascript:alert(1)>",
        "[a][b]\n\n[b]: javascript:alert(1)",
        "[a](https://a.example\"onmouseover=\"alert(1))",
        "`<script>`",
        "```html\n<script>\n```",
    ];
    for markdown in markdown {
        let html = message(markdown).replace("https://a.example&quot;onmouseover=&quot;alert(1)", "");
        let tags: Vec<&str> = html.split('<').skip(1).filter_map(|tag| tag.split('>').next()).collect();
        for tag in tags {
            let name = tag.trim_start_matches('/').split(' ').next().unwrap();
            assert!(["p", "code", "pre", "a"].contains(&name), "{markdown}: {html}");
            assert!(!tag.contains("href") || tag.ends_with("href=\"\""), "{markdown}: {html}");
            assert!(!tag.contains("alert") && !tag.contains("pixel"), "{markdown}: {html}");
        }
    }
}

/// Messages of 10,000 characters that ask for much.
fn giants() -> Vec<(&'static str, String)> {
    let cells = format!("|{}\n|{}\n{}", "a|".repeat(1_000), "-|".repeat(1_000), "|b\n".repeat(1_900));
    let links = format!("{}\n\n[a]: https://a.example/{}", "[a]".repeat(1_600), "b".repeat(5_000));
    vec![
        ("words", "words ".repeat(1_666)),
        ("signs", "'".repeat(10_000)),
        ("emoji", "🚀".repeat(10_000)),
        ("items", "- a\n".repeat(2_500)),
        ("tasks", "- [ ] ü\n\n".repeat(1_111)),
        ("headings", "# a\n".repeat(2_500)),
        ("marks", "*a* ".repeat(2_500)),
        ("code", "`a` ".repeat(2_500)),
        ("lines", "a\\\n".repeat(3_333)),
        ("rules", "***\n".repeat(2_500)),
        ("paragraphs", "a\n\n".repeat(3_333)),
        ("rows", format!("|a|\n|-|\n{}", "|b|\n".repeat(2_490))),
        ("nested quotations", ">".repeat(10_000)),
        ("nested items", "- ".repeat(5_000)),
        ("quoted lines", format!("{} ```\n{}", ">".repeat(30), format!("{}\n", ">".repeat(30)).repeat(300))),
        ("cells", cells),
        ("links", links),
    ]
}

#[test]
fn no_letter_is_cut_by_a_mail_program() {
    for (what, markdown) in giants() {
        assert!(markdown.chars().count() <= 10_100, "{what}: {}", markdown.chars().count());
        let (html, body) = (html(&Letter { message: markdown.clone(), ..letter() }), message(&markdown));
        assert!(html.len() < 100_000, "{what}: {}", html.len());
        for tag in ["p", "li", "ul", "h2", "em", "code", "table", "tr", "td", "th", "div", "blockquote", "a", "pre"] {
            let (starts, ends) = ([format!("<{tag}>"), format!("<{tag} ")], format!("</{tag}>"));
            let starts: usize = starts.iter().map(|start| body.matches(start).count()).sum();
            assert_eq!(starts, body.matches(&ends).count(), "{what}: every <{tag}> ends");
        }
    }
}

#[test]
fn a_message_that_is_cut_says_so() {
    let cut: Vec<&str> =
        giants().iter().filter(|giant| message(&giant.1).contains(SHORTENED)).map(|giant| giant.0).collect();
    assert_eq!(
        cut,
        ["tasks", "headings", "code", "rules", "paragraphs", "rows", "cells", "links"],
        "words alone are never cut"
    );
}

#[test]
fn tables_of_the_layout_are_no_tables_to_a_screen_reader() {
    for letter in [letter(), linked()] {
        let html = html(&letter);
        assert_eq!(html.matches("<table").count(), html.matches("<table role=\"presentation\"").count());
        assert_eq!(html.matches("<table").count(), html.matches("</table>").count());
    }
}

#[test]
fn the_letter_can_be_read_in_light_and_in_dark() {
    let light = [("#1c2530", "#ffffff"), ("#55616e", "#ffffff"), ("#55616e", "#eef1f4"), ("#55616e", "#f5f7f9")];
    let dark = [("#e8edf2", "#1b222b"), ("#a3b0bd", "#1b222b"), ("#a3b0bd", "#12171d"), ("#a3b0bd", "#232c37")];
    let colour = |text: &str| text.parse::<Srgb<u8>>().unwrap().into_format::<f64>();
    let assert_readable = |words: &str, ground: &str| {
        assert!(colour(words).relative_contrast(colour(ground)) >= 4.5, "{words} on {ground}");
    };
    for (words, ground) in light.into_iter().chain(dark) {
        assert!(
            TEMPLATE.contains(&format!("color:{words}")) || TEMPLATE.contains(&format!("color: {words}")),
            "{words}"
        );
        assert!(TEMPLATE.contains(ground), "{ground}");
        assert_readable(words, ground);
    }
    for accent in ["#0f766e", "#ffff00", "#000000", "#ffffff", "#1e3a5f", "#c0487a"] {
        let theme = render::Theme { accent: accent.into(), ..letter().theme };
        let html = html(&Letter { theme, ..letter() });
        let after = |start: &str| html.split_once(start).unwrap().1.get(..7).unwrap().to_owned();
        let (light, dark) = (after(".link {color: "), after(".accent {background: "));
        assert_readable(&light, CARD);
        assert_readable("#ffffff", &light);
        assert_readable(&dark, DARK_CARD);
        assert_readable(&dark, &after(".on-accent {color: "));
    }
}
