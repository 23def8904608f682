//! The relaxed JSON of Exago's clients: single quotes, names without quotes, trailing commas, comments. That is JSON5, but for
//! what a shell leaves behind: single backslashes between folders, and the `^` with which Windows continues a line.
//!
//! Source: “Exago BI, REST: Folders and Report Tree”, whose samples are `curl … -d "{'OldName':'Asset Reports\\Overseas'}"`. A
//! POSIX shell halves those backslashes, Windows' does not, so both arrive and both have to mean the same folder.

use domain::{Outcome, Problem};
use json5::{
    Position,
    char::{is_json5_line_terminator, is_json5_whitespace},
};
use serde::de::DeserializeOwned;
use std::{iter::Peekable, str::Chars};

/// The most levels of arrays and objects. json5 calls itself for each, so that a deep text would take the whole stack.
const MAX_DEPTH: usize = 64;

/// Reads the body of a call; `T` decides about unknown and repeated names.
///
/// A backslash in a string separates names of a path and begins no escape, unless a quote or a second backslash follows it:
/// `'a\new'` is `a\new`, and `'a\\b'` is `a\b`. What libraries write for a letter beyond ASCII is that letter: `\u00dcbersee`. Source: “Exago BI, REST: Folders and Report Tree”.
///
/// # Errors
/// `Invalid`, telling what is wrong and where, for a text that is no relaxed JSON, or whose parts are not those of `T`.
pub fn from_relaxed<T: DeserializeOwned>(text: &str) -> Outcome<T> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let rewriter = Rewriter::new(text).rewrite()?;
    json5::from_str(&rewriter.written).map_err(|error| rewriter.problem(&error))
}

/// Turns the text into JSON5: doubles the backslashes that stand alone, and blanks the `^` of Windows' shell.
struct Rewriter<'a> {
    rest: Peekable<Chars<'a>>,
    written: String,
    depth: usize,
    /// Where the next character is written, as json5 counts.
    at: Position,
    /// Where backslashes were added, so that errors can be told by the positions of the text that was sent.
    added: Vec<Position>,
}

impl<'a> Rewriter<'a> {
    fn new(text: &'a str) -> Self {
        let at = Position { line: 0, column: 0 };
        Self {
            rest: text.chars().peekable(),
            written: String::with_capacity(text.len()),
            depth: 0,
            at,
            added: Vec::new(),
        }
    }

    fn rewrite(mut self) -> Outcome<Self> {
        while let Some(c) = self.rest.next() {
            match c {
                '"' | '\'' => self.string(c)?,
                '/' => self.comment(),
                '[' | '{' => self.open(c)?,
                ']' | '}' => self.close(c),
                '^' if self.before_white_space() => self.write(' '),
                _ => self.write(c),
            }
        }
        Ok(self)
    }

    /// The rest of a string that `quote` began, up to its end.
    fn string(&mut self, quote: char) -> Outcome<()> {
        let start = self.at;
        self.write(quote);
        while let Some(c) = self.rest.next() {
            match c {
                '\\' => self.backslash(),
                _ => self.write(c),
            }
            if c == quote {
                return Ok(());
            }
        }
        // Mostly a path that ends with a separator; json5 would only tell where the object began.
        Err(wrong("no end of the string (a quote after a backslash belongs to it)", Some(self.sent(start))))
    }

    /// A backslash in a string, with the quote or the backslash that belongs to it.
    fn backslash(&mut self) {
        self.write('\\');
        if self.before_code_beyond_ascii() {
            return;
        }
        match self.rest.next_if(|next| matches!(next, '\\' | '\'' | '"')) {
            Some(next) => self.write(next),
            None => {
                self.added.push(self.at);
                self.write('\\');
            }
        }
    }

    /// Whether `u` and four digits follow that name a character beyond ASCII. Those are written so by clients whose library escapes such
    /// letters; no folder of anybody is called `u00fc`. Within ASCII libraries write the characters themselves.
    fn before_code_beyond_ascii(&self) -> bool {
        let mut next = self.rest.clone();
        let is_code = next.next() == Some('u');
        let digits: String = next.take(4).take_while(char::is_ascii_hexdigit).collect();
        is_code && digits.len() == 4 && u32::from_str_radix(&digits, 16).is_ok_and(|code| code > 0x7F)
    }

    /// A slash outside of strings. In JSON5 nothing but a comment begins with it, and anything else is for json5 to refuse.
    fn comment(&mut self) {
        self.write('/');
        match self.rest.peek() {
            Some('/') => self.line_comment(),
            Some('*') => self.block_comment(),
            _ => {}
        }
    }

    fn line_comment(&mut self) {
        while let Some(c) = self.rest.next() {
            self.write(c);
            if is_json5_line_terminator(c) {
                return;
            }
        }
    }

    fn block_comment(&mut self) {
        // The star that begins the comment does not end it: `/*/` is still open.
        self.rest.next();
        self.write('*');
        let mut last = ' ';
        while let Some(c) = self.rest.next() {
            self.write(c);
            if (last, c) == ('*', '/') {
                return;
            }
            last = c;
        }
    }

    fn open(&mut self, bracket: char) -> Outcome<()> {
        if self.depth == MAX_DEPTH {
            let position = self.sent(self.at);
            return Err(wrong(&format!("more than {MAX_DEPTH} levels inside one another"), Some(position)));
        }
        self.depth += 1;
        self.write(bracket);
        Ok(())
    }

    fn close(&mut self, bracket: char) {
        self.depth = self.depth.saturating_sub(1);
        self.write(bracket);
    }

    fn before_white_space(&mut self) -> bool {
        self.rest.peek().is_none_or(|next| is_json5_whitespace(*next))
    }

    fn write(&mut self, c: char) {
        self.written.push(c);
        // The two characters of a Windows line end are one, and the second of them ends the line.
        let half = c == '\r' && self.rest.peek() == Some(&'\n');
        self.at = match is_json5_line_terminator(c) && !half {
            true => Position { line: self.at.line + 1, column: 0 },
            false => Position { column: self.at.column + 1, ..self.at },
        };
    }

    /// The position in the text that was sent, of one in the text that json5 read.
    fn sent(&self, read: Position) -> Position {
        let before = |added: &&Position| added.line == read.line && added.column < read.column;
        Position { column: read.column - self.added.iter().filter(before).count(), ..read }
    }

    fn problem(&self, error: &json5::Error) -> Problem {
        let text = error.to_string();
        let Some(position) = error.position() else { return wrong(&text, None) };
        let what = text.strip_suffix(&format!(" at {position}")).unwrap_or(&text);
        wrong(what, Some(self.sent(position)))
    }
}

fn wrong(what: &str, position: Option<Position>) -> Problem {
    let place = position.map(|position| format!(" at {position}")).unwrap_or_default();
    Problem::malformed(format!("The body is not what this call takes: {what}{place}."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::from_body;
    use domain::tree;
    use proptest::prelude::*;
    use serde::{Deserialize, de::IgnoredAny};
    use serde_json::{Value, json};

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "PascalCase", deny_unknown_fields)]
    struct Rename {
        old_name: String,
        new_name: Option<String>,
    }

    fn old_name(body: &str) -> String {
        from_relaxed::<Rename>(body).unwrap_or_else(|problem| panic!("{body}: {problem}")).old_name
    }

    fn refusal<T: DeserializeOwned>(body: &str) -> String {
        from_relaxed::<T>(body).err().unwrap_or_else(|| panic!("{body} was read")).to_string()
    }

    #[test]
    fn published_samples_are_read_as_both_shells_hand_them_over() {
        let table = [
            (
                "Windows' shell: doubled backslashes, continued lines",
                "{'OldName':'Asset Reports\\\\Overseas Holdings', ^\r\n 'NewName':'Asset Reports\\\\Regional Holdings'}",
            ),
            (
                "a POSIX shell: single backslashes, the ^ arrives",
                "{'OldName':'Asset Reports\\Overseas Holdings', ^\n 'NewName':'Asset Reports\\Regional Holdings'}",
            ),
            (
                "line ends lost on the way",
                "{'OldName':'Asset Reports\\Overseas Holdings', ^ 'NewName':'Asset Reports\\Regional Holdings'}",
            ),
        ];
        for (what, body) in table {
            let rename: Rename = from_relaxed(body).unwrap();
            assert_eq!(rename.old_name, r"Asset Reports\Overseas Holdings", "{what}");
            assert_eq!(rename.new_name.as_deref(), Some(r"Asset Reports\Regional Holdings"), "{what}");
        }
    }

    #[test]
    fn a_backslash_separates_unless_a_quote_or_a_backslash_follows() {
        let table = [
            ("a single one", r"{'OldName':'a\b'}", r"a\b"),
            ("a doubled one", r"{'OldName':'a\\b'}", r"a\b"),
            ("three: one, and one that separates", r"{'OldName':'a\\\b'}", r"a\\b"),
            ("four: two", r"{'OldName':'a\\\\b'}", r"a\\b"),
            ("before r, no carriage return", r"{'OldName':'Asset\regional'}", r"Asset\regional"),
            ("before n, no line feed", r"{'OldName':'Asset\north'}", r"Asset\north"),
            ("before t, no tab", r"{'OldName':'Asset\totals'}", r"Asset\totals"),
            ("before b, no backspace", r"{'OldName':'Asset\bonds'}", r"Asset\bonds"),
            ("before f, no form feed", r"{'OldName':'Asset\funds'}", r"Asset\funds"),
            ("before v, no vertical tab", r"{'OldName':'Asset\values'}", r"Asset\values"),
            ("before u, no code point", r"{'OldName':'Asset\u0041'}", r"Asset\u0041"),
            ("before u without digits", r"{'OldName':'Asset\usa'}", r"Asset\usa"),
            (
                "before u, a letter beyond ASCII as libraries write it",
                r"{'OldName':'Asset\\\u00dcbersee'}",
                r"Asset\Übersee",
            ),
            ("before u, a character of two codes", r"{'OldName':'\ud83d\ude00'}", "😀"),
            ("before u, too few digits", r"{'OldName':'Asset\u00d'}", r"Asset\u00d"),
            ("before x, no code point", r"{'OldName':'Asset\x41'}", r"Asset\x41"),
            ("before 0, no zero character", r"{'OldName':'Asset\0'}", r"Asset\0"),
            ("before a digit", r"{'OldName':'Asset\2026'}", r"Asset\2026"),
            ("before a slash", r"{'OldName':'Asset\/b'}", r"Asset\/b"),
            ("before a character of more bytes", r"{'OldName':'Asset\Übersee'}", r"Asset\Übersee"),
            ("before a line break that strings may hold", "{'OldName':'a\\\u{2028}b'}", "a\\\u{2028}b"),
            ("a quote in its own style", r"{'OldName':'Jane\'s'}", "Jane's"),
            ("a quote in the other style", r#"{'OldName':'a \"b\"'}"#, r#"a "b""#),
            ("double quotes: a separator", r#"{"OldName":"Asset\north"}"#, r"Asset\north"),
            ("double quotes: a quote", r#"{"OldName":"a \"b\""}"#, r#"a "b""#),
            ("double quotes: the other quote", r#"{"OldName":"Jane\'s"}"#, "Jane's"),
            ("a doubled one at the end, then the quote ends", r"{'OldName':'Asset\\'}", r"Asset\"),
            ("a single one at the start", r"{'OldName':'\Asset'}", r"\Asset"),
            ("in a comment, of no meaning", "{/* \\ ' */ 'OldName':'a\\b' // \\'\n}", r"a\b"),
        ];
        for (what, body, expected) in table {
            assert_eq!(old_name(body), expected, "{what}");
        }
    }

    #[test]
    fn relaxed_json_is_read() {
        let table = [
            ("JSON", r#"{"OldName":"a"}"#),
            ("a name without quotes", "{OldName:'a'}"),
            ("a trailing comma", "{'OldName':'a',}"),
            ("comments", "{// 'x' ^ {\n'OldName': /* } [ \" */ 'a'}"),
            ("a comment of stars", "{/***/'OldName':'a'/**/}"),
            ("a byte order mark", "\u{FEFF}{'OldName':'a'}"),
            ("^ before a line end of Windows", "{^\r\n'OldName':'a'}"),
            ("^ before a blank", "{'OldName'^ :^ 'a'}"),
            ("^ before a tab", "{'OldName':^\t'a'}"),
            ("^ at the very end", "{'OldName':'a'}^"),
        ];
        for (what, body) in table {
            assert_eq!(from_relaxed::<Rename>(body).map(|rename| rename.old_name).ok().as_deref(), Some("a"), "{what}");
        }
    }

    #[test]
    fn a_caret_or_a_bracket_in_a_string_is_itself() {
        assert_eq!(old_name("{'OldName':'2 ^ 3 [{ // /*'}"), "2 ^ 3 [{ // /*");
        let brackets = "[".repeat(1_000);
        assert_eq!(old_name(&format!("{{'OldName':'{brackets}'}}")), brackets);
    }

    #[test]
    fn refusals_say_what_is_wrong_and_where() {
        let table = [
            ("nothing", "", "EOF parsing object."),
            ("an object without end", "{'OldName':'a'", "EOF parsing object at line 1 column 1."),
            (
                "a string without end",
                r"{'OldName':'a\b','NewName':'c",
                "no end of the string (a quote after a backslash belongs to it) at line 1 column 28.",
            ),
            (
                "a separator that hides the end",
                r"{'OldName':'a\'}",
                "no end of the string (a quote after a backslash belongs to it) at line 1 column 12.",
            ),
            ("a line break in a string", "{'OldName':'a\nb'}", "line terminator in string at line 1 column 14."),
            (
                "a separator before a line break",
                "{'OldName':'a\\\nb'}",
                "line terminator in string at line 1 column 15.",
            ),
            ("the place after separators", r"{'OldName':'a\b\c', !}", "expected identifier at line 1 column 21."),
            (
                "the place on a later line",
                "{\r\n'OldName':'a\\b\\\\c',\r\n'NewName':'d\\e' !}",
                "expected comma at line 3 column 17.",
            ),
            ("a ^ that continues nothing", "{^'OldName':'a'}", "expected identifier at line 1 column 2."),
            ("another type", "{'OldName':1}", "expected string at line 1 column 12."),
            ("a name twice", "{'OldName':'a','OldName':'b'}", "duplicate field `OldName` at line 1 column 1."),
            ("more after the end", "{'OldName':'a'} {}", "trailing characters at line 1 column 17."),
            ("a missing field", "{}", "missing field `OldName` at line 1 column 1."),
            (
                "a field that nobody knows",
                "{'Old':1}",
                "unknown field `Old`, expected `OldName` or `NewName` at line 1 column 2.",
            ),
        ];
        for (what, body, expected) in table {
            assert_eq!(refusal::<Rename>(body), format!("The body is not what this call takes: {expected}"), "{what}");
        }
    }

    #[test]
    fn deep_texts_are_refused_before_they_take_the_stack() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(from_relaxed::<Value>(&nested(MAX_DEPTH)).is_ok());
        assert!(refusal::<Value>(&nested(MAX_DEPTH + 1)).contains("more than 64 levels inside one another at line 1"));
        for bracket in ["[", "{'a':", "{a:[", "[/*]*/"] {
            let body = bracket.repeat(100_000);
            assert!(refusal::<Value>(&body).contains("64 levels"), "{bracket}");
            assert!(refusal::<IgnoredAny>(&body).contains("64 levels"), "{bracket}");
        }
    }

    #[test]
    fn arrays_and_objects_side_by_side_are_not_deep() {
        let body = format!("[{}]", "[],{},".repeat(1_000));
        assert_eq!(from_relaxed::<Vec<Value>>(&body).unwrap().len(), 2_000);
    }

    #[test]
    fn other_values_are_those_of_json5() {
        let value: Value = from_relaxed("{a: [+1, .5, 0x10, null, true], 'b': -2}").unwrap();
        assert_eq!(value, json!({"a": [1, 0.5, 16, null, true], "b": -2}));
    }

    /// A name as tree::name takes it, without quotes.
    fn names() -> impl Strategy<Value = Vec<String>> {
        let name = "[^/\\\\'\"\\p{Cc}]{1,12}".prop_filter("no name", |text| tree::name("", text).is_ok());
        prop::collection::vec(name, 1..6)
    }

    proptest! {
        #[test]
        fn a_path_is_the_same_however_it_is_written(names in names()) {
            let expected: Vec<_> = names.iter().map(|name| tree::name("", name).unwrap()).collect();
            for (separator, quote) in [("/", '\''), ("\\", '\''), ("\\\\", '\''), ("/", '"'), ("\\", '"'), ("\\\\", '"')] {
                let body = format!("{{OldName: {quote}{}{quote}}}", names.join(separator));
                prop_assert_eq!(&from_body("OldName", &old_name(&body)).unwrap(), &expected, "{}", body);
            }
        }

        #[test]
        fn no_text_panics(text in any::<String>(), signs in "[\\[\\]{}'\":,^/*\\\\a0.\\-\\r\\n \u{2028}]{0,200}") {
            for text in [text, signs] {
                let _ = from_relaxed::<Value>(&text);
                let _ = from_relaxed::<Rename>(&text);
            }
        }
    }
}
