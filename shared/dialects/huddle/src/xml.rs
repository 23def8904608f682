//! XML: the declaration, Huddle's namespace on the root, and nothing that XML 1.0 cannot carry.

use domain::{Outcome, Problem};
use quick_xml::se::{QuoteLevel, Serializer};
use serde::Serialize;

const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
const NAMESPACE: &str = "http://schema.huddle.net/2011/02/";

#[derive(Serialize)]
struct Root<'a, T> {
    #[serde(rename = "@xmlns")]
    namespace: &'static str,
    #[serde(flatten)]
    value: &'a T,
}

/// A whole document, whose root is `element`.
///
/// # Errors
/// `Internal` if the value has no form in XML.
pub(crate) fn document(element: &str, value: &impl Serialize) -> Outcome<String> {
    let mut text = String::new();
    let mut serializer = Serializer::with_root(&mut text, Some(element)).map_err(Problem::internal)?;
    serializer.indent(' ', 2);
    // Then `<` and `>` stand for themselves nowhere, which is what `carried` goes by.
    serializer.set_quote_level(QuoteLevel::Partial);
    Root { namespace: NAMESPACE, value }.serialize(serializer).map_err(Problem::internal)?;
    Ok(format!("{DECLARATION}\n{}\n", carried(&text)))
}

/// The text with what XML cannot carry replaced, and with what parsers would change written as references: line ends in attributes
/// become spaces, and a carriage return becomes a line feed anywhere. Names and notes come from people and may hold anything.
fn carried(text: &str) -> String {
    let mut in_tag = false;
    let mut carried = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\r' => carried += "&#13;",
            '\n' if in_tag => carried += "&#10;",
            '\t' if in_tag => carried += "&#9;",
            '\n' | '\t' => carried.push(c),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => carried.push(char::REPLACEMENT_CHARACTER),
            _ => {
                in_tag = c == '<' || (in_tag && c != '>');
                carried.push(c);
            }
        }
    }
    carried
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Sample {
        #[serde(rename = "@title")]
        title: &'static str,
        note: &'static str,
        empty: &'static str,
    }

    #[test]
    fn texts_are_escaped_and_stay_what_they_are() {
        let title = "a \"b\" <c> & 'd'\r\ne\tf";
        let written =
            document("sample", &Sample { title, note: "x < y && z > \"q\" ]]>\r\n\ttab", empty: "" }).unwrap();
        assert_eq!(
            written,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <sample xmlns=\"http://schema.huddle.net/2011/02/\" title=\"a &quot;b&quot; &lt;c&gt; &amp; 'd'&#13;&#10;e&#9;f\">\n  \
             <note>x &lt; y &amp;&amp; z &gt; \"q\" ]]&gt;&#13;\n\ttab</note>\n  \
             <empty/>\n\
             </sample>\n"
        );
    }

    #[test]
    fn what_xml_cannot_carry_is_replaced() {
        let written = document("sample", &Sample { title: "a\0b", note: "\u{b}c\u{ffff}\u{85}😀", empty: "" }).unwrap();
        assert!(written.contains("title=\"a\u{fffd}b\"") && written.contains("<note>\u{fffd}c\u{fffd}\u{85}😀</note>"));
    }
}
