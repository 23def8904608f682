//! Messages of templates with values, as the renderer hands them over: what comes from data is text, in both forms of the mail.

use domain::definition::Definition;
use domain::rendition::Form;
use proptest::prelude::*;
use render::file::outputs_for;
use render::{Job, LetterTemplates, LetterTexts, render};
use serde_json::{Value, json};

use crate::{html, message, text};

fn letter(subject: &str, message: &str, data: Value) -> LetterTexts {
    let definition = Definition::parse(&json!({"blocks": []})).unwrap();
    let letter = LetterTemplates { subject: Some(subject.into()), message: message.into() };
    let job = Job::new("Sales", definition, data, "2026-11-22T08:30:00Z".parse().unwrap());
    render(&Job { letter: Some(letter), outputs: outputs_for(Form::Csv), ..job }).unwrap().letter.unwrap()
}

/// The message in HTML, without the styles, and as text.
fn message(template: &str, value: &str) -> (String, String) {
    let message = letter("", template, json!({"v": value})).message;
    let html = html::body::write(&message, false);
    let mut bare = String::new();
    for part in html.split('<') {
        match part.split_once('>') {
            Some((tag, words)) if !bare.is_empty() || !tag.is_empty() => {
                let name = tag.split(' ').next().unwrap();
                let href = tag.split_once("href=").map(|(_, href)| format!(" {href}")).unwrap_or_default();
                bare.push_str(&format!("<{name}{href}>{words}"));
            }
            _ => bare.push_str(part),
        }
    }
    (bare.trim().to_owned(), text::body::write(&message))
}

#[test]
fn data_makes_no_markup_in_a_mail() {
    let cases = [
        ("stars", "{{ data.v }}", "**a** _b_ `c` ~~d~~", "<p>**a** _b_ `c` ~~d~~</p>", "**a** _b_ `c` ~~d~~"),
        (
            "a link",
            "{{ data.v }}",
            "[click](http://evil.example)",
            "<p>[click](http://evil.example)</p>",
            "[click](http://evil.example)",
        ),
        (
            "an address",
            "{{ data.v }}",
            "<http://evil.example>",
            "<p>&lt;http://evil.example&gt;</p>",
            "<http://evil.example>",
        ),
        (
            "a picture",
            "{{ data.v }}",
            "![a](http://evil.example/b.png)",
            "<p>![a](http://evil.example/b.png)</p>",
            "![a](http://evil.example/b.png)",
        ),
        ("a heading", "{{ data.v }}", "# head", "<p># head</p>", "# head"),
        ("a heading below", "{{ data.v }}\n\nb", "head\n====", "<p>head<br>\n====</p>\n<p>b</p>", "head\n====\n\nb"),
        (
            "HTML",
            "{{ data.v }}",
            "<b onclick=\"a()\">",
            "<p>&lt;b onclick=&quot;a()&quot;&gt;</p>",
            "<b onclick=\"a()\">",
        ),
        ("an entity", "{{ data.v }}", "&lt;&#42;", "<p>&amp;lt;&amp;#42;</p>", "&lt;&#42;"),
        ("a list", "{{ data.v }}", "a\n- b\r\n1. c", "<p>a<br>\n- b<br>\n1. c</p>", "a\n- b\n1. c"),
        ("a backslash at the end", "{{ data.v }}\nb", "a\\", "<p>a\\\nb</p>", "a\\ b"),
        ("a backslash before a mark", "{{ data.v }}*b*", "a\\", "<p>a\\<em>b</em></p>", "a\\_b_"),
        ("a table", "{{ data.v }}", "|a|b|\n|-|-|\n|c|d|", "<p>|a|b|<br>\n|-|-|<br>\n|c|d|</p>", "|a|b|\n|-|-|\n|c|d|"),
        ("a fence", "{{ data.v }}\n\nb", "```\na", "<p>```<br>\na</p>\n<p>b</p>", "```\na\n\nb"),
        (
            "a reference",
            "{{ data.v }}\n\n[a]",
            "[a]: http://evil.example",
            "<p>[a]: http://evil.example</p>\n<p>[a]</p>",
            "[a]: http://evil.example\n\n[a]",
        ),
        ("a NUL", "{{ data.v }}", "a\0b", "<p>a\u{fffd}b</p>", "a\u{fffd}b"),
        ("in strong words", "**{{ data.v }}**", "a**b", "<p><strong>a**b</strong></p>", "*a**b*"),
        ("in code", "`{{ data.v }}`", "a`*b*", "<p><code>a`*b*</code></p>", "`a`*b*`"),
        ("in a heading", "# {{ data.v }}", "a\n# b", "<h2>a<br>\n# b</h2>", "a\n# b\n---"),
        (
            "in a cell",
            "|a|\n|-|\n|{{ data.v }}|",
            "b|c\nd",
            "<div><table>\n<tr><th>a</th></tr>\n<tr><td>b|c<br>\nd</td></tr>\n</table></div>",
            "a\nb|c d",
        ),
        ("in an item", "- {{ data.v }}", "a\n- b", "<ul>\n<li>a<br>\n- b</li>\n</ul>", "- a\n  - b"),
        ("as an address of a script", "[a]({{ data.v }})", "javascript:alert(1)", "<p>a</p>", "a"),
        (
            "as an address",
            "[a]({{ data.v }})",
            "https://b.example/?c=\"d)e",
            "<p><a \"https://b.example/?c=&quot;d)e\">a</a></p>",
            "a <https://b.example/?c=\"d)e>",
        ),
        (
            "after the filter `markdown`",
            "{{ data.v|markdown }}",
            "**a**\n- b",
            "<p><strong>a</strong></p>\n<ul>\n<li>b</li>\n</ul>",
            "*a*\n\n- b",
        ),
    ];
    for (what, template, value, html, text) in cases {
        assert_eq!(message(template, value), (html.to_owned(), text.to_owned()), "{what}");
    }
}

#[test]
fn what_lists_of_mails_show_has_the_data_as_it_is() {
    let texts = letter("", "{{ data.v }} **b**", json!({"v": "*a*\n# `c`"}));
    assert_eq!(message::opening(&texts.message), "*a* # `c` b");
}

#[test]
fn data_adds_no_line_to_a_subject() {
    let hostile = json!({"v": "a\r\nBcc: evil@example.com\u{2028}b\0\u{85}\u{b}c"});
    for template in ["{{ data.v }}", "{{ data.v|upper|lower }}", "{{ data.v ~ '' }}", "{{ data.v|replace('~', '\n') }}"]
    {
        let subject = letter(template, "", hostile.clone()).subject;
        assert_eq!(subject.to_lowercase(), "a bcc: evil@example.com b c", "{template}");
    }
    assert_eq!(
        letter("*{{ data.v }}*", "", json!({"v": "<b>_a_</b>"})).subject,
        "*<b>_a_</b>*",
        "a subject is no Markdown"
    );
    assert_eq!(letter("Sales{{ data.v }}", "", json!({"v": null})).subject, "Sales");
}

#[test]
fn a_message_is_read_as_a_text_of_the_report_is() {
    let (html, text) = message("- [x] a\n- [ ] b<br>c", "");
    assert_eq!(html, "<ul>\n<li>☑ a</li>\n<li>☐ b<br>\nc</li>\n</ul>");
    assert_eq!(text, "- [x] a\n- [ ] b\n  c");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_value_makes_markup(value in "[ -~\\n\\r\\t]{0,40}|(?s).{0,40}") {
        let (html, _) = message("a{{ data.v }}b", &value);
        let words = html.strip_prefix("<p>").unwrap().strip_suffix("</p>").unwrap().replace("<br>\n", "\n");
        prop_assert!(!words.contains(['<', '>']), "{}", html);
        let words = words.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&");
        let expected = value.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}");
        let expected = expected.replace(|c: char| ('\u{f0001}'..='\u{f007f}').contains(&c), "\u{fffd}");
        prop_assert_eq!(words, format!("a{expected}b"));
    }
}
