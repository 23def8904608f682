//! The patterns of CLDR: where the sign, the symbol and the digits of a number stand.

use super::locale::Locale;

/// What a pattern is filled with.
pub struct Filling<'a> {
    pub digits: &'a str,
    pub symbol: &'a str,
    pub negative: bool,
}

/// Fills a pattern such as `¤#,##0.00`, or `¤#,##0.00;¤-#,##0.00` with one of its own for what is negative.
pub fn fill(locale: &Locale, pattern: &str, filling: &Filling<'_>) -> String {
    let minus = minus(locale);
    let (positive, negative) = pattern.split_once(';').map_or((pattern, None), |(one, other)| (one, Some(other)));
    let (pattern, sign) = match (filling.negative, negative) {
        (true, Some(negative)) => (negative, ""),
        (true, None) => (positive, minus.as_str()),
        (false, _) => (positive, ""),
    };
    let is_digit = |c: char| "#0,.".contains(c);
    let start = pattern.find(['#', '0']).unwrap_or(pattern.len());
    let after = pattern[start..].find(|c| !is_digit(c)).map_or(pattern.len(), |length| start + length);
    let affix = |part: &str| {
        let mut written = String::new();
        for c in part.chars() {
            match c {
                '\'' => {}
                '¤' => written.push_str(filling.symbol),
                '%' => written.push_str(&locale.percent_sign),
                '-' => written.push_str(&minus),
                other => written.push(other),
            }
        }
        written
    };
    format!("{sign}{}{}{}", affix(&pattern[..start]), filling.digits, affix(&pattern[after..]))
}

/// The minus sign of a locale as type has it: where CLDR has the hyphen of keyboards, the sign that is as wide as a plus.
pub fn minus(locale: &Locale) -> String {
    locale.minus.replace('-', "−")
}

/// Whether a symbol would touch the digits with a letter.
pub fn touches(pattern: &str, symbol: &str) -> bool {
    let before = pattern.find('¤') < pattern.find(['#', '0']);
    let beside = if before { symbol.chars().next_back() } else { symbol.chars().next() };
    beside.is_some_and(|c| c.is_alphabetic() || c == '.')
}
