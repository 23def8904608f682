//! Values as languages write them.

use serde_json::json;

use super::*;

fn writing(lang: &str) -> Writing {
    Writing::new(lang, TimeZone::UTC, "2026-03-31T10:00:00Z".parse().unwrap())
}

fn write(lang: &str, value: &Value, format: &str) -> Written {
    writing(lang).format(value, Some(&format.parse().unwrap()))
}

/// A language, a value as JSON, a format, and what is written.
type Case = (&'static str, &'static str, &'static str, &'static str);

fn writes<const N: usize>(cases: [Case; N]) {
    for (lang, value, format, text) in cases {
        let value = serde_json::from_str(value).unwrap();
        assert_eq!(write(lang, &value, format), Ok(text.to_owned()), "{value} in {lang} by {format}");
    }
}

#[test]
fn numbers_are_written_as_the_language_has_it() {
    writes([
        ("en", "1234567.891", "number:2", "1,234,567.89"),
        ("de", "1234567.891", "number:2", "1.234.567,89"),
        ("es", "1234.5", "number", "1234,5"),
        ("pl", "12345.5", "number", "12\u{a0}345,5"),
        ("hi", "1234567.5", "number", "12,34,567.5"),
        ("ar-EG", "1234.5", "number", "١٬٢٣٤٫٥"),
        ("fa", "-1234.5", "number", "\u{200e}−۱٬۲۳۴٫۵"),
        ("he", "-5", "number", "\u{200e}−5"),
        ("en", "1234.5", "number", "1,234.5"),
        ("en", "1.005", "number:2", "1.01"),
        ("en", "-0.001", "number:2", "0.00"),
        ("en", "-5", "number:2", "−5.00"),
        ("sv", "-5", "number:2", "−5,00"),
        ("en", "\"12.5\"", "integer", "13"),
        ("en", "true", "text", "true"),
    ]);
}

#[test]
fn numbers_of_any_size_keep_their_digits() {
    writes([
        ("en", "1.2e16", "number", "12,000,000,000,000,000"),
        ("en", "9223372036854775807", "integer", "9,223,372,036,854,775,807"),
        ("en", "18446744073709551615", "number:0", "18,446,744,073,709,551,615"),
        ("de", "123456789012345678901234567890.12", "number", "123.456.789.012.345.678.901.234.567.890,12"),
        ("en", "1.2e-7", "number", "0.00000012"),
        ("en", "0.001", "number", "0.001"),
        ("en", "0.30000000000000004", "number", "0.3"),
        ("en", "1e300", "number", "1E300"),
        ("de", "-1.5e-300", "number", "−1,5E−300"),
        ("en", "1e300", "currency:EUR", "€1E300"),
        ("en", "1e-300", "number:2", "0.00"),
        ("en", "1e20", "number", "100,000,000,000,000,000,000"),
    ]);
}

#[test]
fn amounts_are_written_as_the_language_has_it() {
    writes([
        ("en", "1200.5", "currency:EUR", "€1,200.50"),
        ("de", "1200.5", "currency:EUR", "1.200,50\u{a0}€"),
        ("en", "-1200.5", "currency:USD", "−$1,200.50"),
        ("en", "1200.5", "currency:JPY", "¥1,201"),
        ("en", "1200.5", "currency:EUR:0", "€1,201"),
        ("en", "1200.5", "currency:CHF", "CHF\u{a0}1,200.50"),
        ("de-CH", "1200.5", "currency:CHF", "CHF\u{a0}1'200.50"),
        ("de-CH", "-1200.5", "currency:CHF", "CHF−1'200.50"),
        ("de-AT", "1200.5", "currency:EUR", "€\u{a0}1.200,50"),
        ("nl", "-1200.5", "currency:EUR", "€\u{a0}−1.200,50"),
        ("pt-BR", "1234.5", "currency:BRL", "R$\u{a0}1.234,50"),
        ("pt-BR", "-1234.5", "currency:BRL", "−R$\u{a0}1.234,50"),
        ("pt-PT", "1234.5", "currency:EUR", "1234,50\u{a0}€"),
        ("es-MX", "1234.5", "currency:MXN", "$1,234.50"),
        ("es-MX", "1234.5", "currency:USD", "USD\u{a0}1,234.50"),
        ("en", "5", "currency:CAD", "CA$5.00"),
        ("en-CA", "5", "currency:CAD", "$5.00"),
        ("en-CA", "5", "currency:USD", "US$5.00"),
        ("ja", "1200", "currency:JPY", "￥1,200"),
        ("hi", "1234567.5", "currency:INR", "₹12,34,567.50"),
        ("he", "1200.5", "currency:ILS", "\u{200f}1,200.50\u{a0}\u{200f}₪"),
        ("he", "-1200.5", "currency:ILS", "\u{200f}\u{200e}−1,200.50\u{a0}\u{200f}₪"),
        ("ar-EG", "1200.5", "currency:EGP", "\u{200f}١٬٢٠٠٫٥٠\u{a0}ج.م.\u{200f}"),
        ("en", "1200.5", "currency:DEM", "DEM\u{a0}1,200.50"),
    ]);
}

#[test]
fn percentages_are_written_as_the_language_has_it() {
    writes([
        ("en", "0.1255", "percent:1", "12.6%"),
        ("de", "0.1255", "percent", "12,6\u{a0}%"),
        ("tr", "0.1255", "percent", "%12,6"),
        ("en", "-0.5", "percent:0", "−50%"),
        ("ar-EG", "0.5", "percent:0", "٥٠٪\u{61c}"),
    ]);
}

#[test]
fn dates_are_written_as_the_language_has_it() {
    writes([
        ("en", "\"2026-03-05\"", "date", "Mar 5, 2026"),
        ("en-GB", "\"2026-03-05\"", "date", "5 Mar 2026"),
        ("de", "\"2026-03-05T23:30:00Z\"", "date", "05.03.2026"),
        ("fr", "\"2026-03-05\"", "date", "5 mars 2026"),
        ("ja", "\"2026-03-05\"", "date", "2026/03/05"),
        ("zh-TW", "\"2026-03-05\"", "date", "2026年3月5日"),
        ("ar-EG", "\"2026-03-05\"", "date", "٠٥\u{200f}/٠٣\u{200f}/٢٠٢٦"),
        ("xx", "\"2026-03-05\"", "date", "2026-03-05"),
        ("de", "\"2026-03-05\"", "date:%A, %-d. %B %Y", "Donnerstag, 5. März 2026"),
        ("de", "\"2026-03-05\"", "date:%B %Y", "März 2026"),
        ("pl", "\"2026-03-05\"", "date:%-d %B %Y", "5 marca 2026"),
        ("pl", "\"2026-03-05\"", "date:%B %Y", "marzec 2026"),
        ("en", "\"2026-03-05\"", "date:%^b", "MAR"),
        ("en", "\"2026-03-05T09:05:00\"", "date:%H:%M", "09:05"),
        ("en", "\"2026-03-05T21:05:00\"", "date:%-I:%M %p", "9:05 PM"),
        ("en", "\"2026-03-05\"", "date:100%% on %F", "100% on 2026-03-05"),
    ]);
}

#[test]
fn what_is_blank_is_written_as_nothing() {
    for format in ["number:2", "integer", "percent", "currency:EUR", "date"] {
        for value in [json!(null), json!(""), json!(" "), json!("NaN")] {
            assert_eq!(write("en", &value, format), Ok(String::new()), "{value} by {format}");
        }
    }
}

#[test]
fn a_value_that_does_not_fit_its_format_is_named() {
    let cases = [
        (json!("abc"), "number:2", "`abc` is no number"),
        (json!("Infinity"), "number:2", "`Infinity` is no number"),
        (json!(true), "number:2", "`true` is no number"),
        (json!([1]), "currency:EUR", "`[1]` is no number"),
        (json!(20260305), "date", "`20260305` is no date"),
        (json!("yesterday"), "date", "`yesterday` is no date"),
        (json!("2026-03-05"), "date:%!", "cannot be used"),
        (json!("2026-03-05"), "date:%", "cannot be used"),
    ];
    for (value, format, message) in cases {
        let error = write("en", &value, format).unwrap_err();
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn a_change_has_a_sign_of_type() {
    let changes = [0.125, -0.125, 0.0].map(|fraction| writing("de").change(fraction));
    assert_eq!(changes, ["+12,5\u{a0}%", "−12,5\u{a0}%", "0,0\u{a0}%"]);
}

#[test]
fn a_language_has_its_direction() {
    for (lang, rtl) in
        [("en", false), ("ar", true), ("he-IL", true), ("fa", true), ("ur", true), ("az", false), ("ks-Deva", false)]
    {
        assert_eq!(writing(lang).is_rtl(), rtl, "{lang}");
    }
}
