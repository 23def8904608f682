//! Dates by patterns of strftime, in the names and digits of a locale. The calendar is the Gregorian one everywhere.

use jiff::civil::DateTime;

use super::locale::Locale;

/// A part of a pattern.
enum Piece<'a> {
    Text(&'a str),
    /// A field with its flags, such as `%-d`, and its letter.
    Field(&'a str, char),
}

/// Writes a date by a pattern.
///
/// # Errors
/// A field that strftime does not know.
pub fn write(locale: &Locale, digits: &[char], pattern: &str, date: DateTime) -> Result<String, String> {
    let pieces = pieces(pattern);
    // Many languages have one form of a month's name beside a day and another by itself.
    let beside_day = pieces.iter().any(|piece| matches!(piece, Piece::Field(_, 'd' | 'e')));
    let mut named = String::new();
    for piece in &pieces {
        match piece {
            Piece::Text(text) => named.push_str(text),
            Piece::Field(field, letter) => match name(locale, *letter, beside_day, date) {
                Some(name) if field.contains('^') => named.push_str(&escaped(&name.to_uppercase())),
                Some(name) => named.push_str(&escaped(name)),
                None => named.push_str(field),
            },
        }
    }
    let written = jiff::fmt::strtime::format(&named, date)
        .map_err(|error| format!("the date pattern `{pattern}` cannot be used: {error}"))?;
    Ok(in_digits(digits, &written))
}

fn pieces(pattern: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut rest) = (Vec::new(), pattern);
    while let Some(start) = rest.find('%') {
        let (text, field) = rest.split_at(start);
        let length = field[1..].find(|c: char| c.is_ascii_alphabetic() || c == '%').map_or(field.len(), |at| at + 2);
        let letter = field[..length].chars().next_back().unwrap_or('%');
        pieces.extend([Piece::Text(text), Piece::Field(&field[..length], letter)]);
        rest = &field[length..];
    }
    pieces.push(Piece::Text(rest));
    pieces
}

fn name(locale: &Locale, letter: char, beside_day: bool, date: DateTime) -> Option<&str> {
    let months = match (letter, beside_day) {
        ('B', true) => &locale.months,
        ('B', false) => &locale.months_alone,
        ('b' | 'h', true) => &locale.short_months,
        ('b' | 'h', false) => &locale.short_months_alone,
        _ => return name_of_time(locale, letter, date),
    };
    named(months, date.month() - 1)
}

fn name_of_time(locale: &Locale, letter: char, date: DateTime) -> Option<&str> {
    let weekday = date.weekday().to_sunday_zero_offset();
    match letter {
        'A' => named(&locale.days, weekday),
        'a' => named(&locale.short_days, weekday),
        'p' | 'P' => named(&locale.halves, i8::from(date.hour() >= 12)),
        _ => None,
    }
}

fn named(names: &[String], n: i8) -> Option<&str> {
    names.get(usize::try_from(n).ok()?).map(String::as_str)
}

fn escaped(name: &str) -> String {
    name.replace('%', "%%")
}

fn in_digits(digits: &[char], text: &str) -> String {
    let digit = |c: char| c.to_digit(10).and_then(|digit| digits.get(digit as usize).copied()).unwrap_or(c);
    text.chars().map(digit).collect()
}
