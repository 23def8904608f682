//! Words and numbers of all sorts.

use proptest::prelude::*;
use serde_json::{Number, Value, json};

/// Words as they come out of databases.
pub fn words() -> BoxedStrategy<String> {
    let word = prop_oneof![
        6 => "[A-Za-z]{1,14}",
        1 => "[A-Za-z0-9]{30,120}",
        1 => "https://[a-z]{3,10}\\.example/[a-z0-9/?=&_-]{10,120}",
        1 => "[A-Z]{2}[0-9]{2}(-[0-9A-Z]{4}){2,9}",
        1 => "[0-9]{1,18}",
        1 => "[äöüßéàçñøåłőžČŠ]{2,14}",
        1 => "[Α-Ωα-ω]{2,14}",
        1 => "[А-Яа-я]{2,30}",
        1 => "[*_#<>$`~|\\\\@=+-]{1,12}",
        1 => "e\u{301}{1,3}",
        1 => "[ا-ي]{2,12}",
        1 => "[א-ת]{2,12}",
        1 => "[क-ह]{1,3}[ि-ौ]?[क-ह]{1,6}",
        1 => "[ก-ฮ]{2,20}",
        1 => "[一-龠ぁ-んァ-ヶ가-힣]{1,30}",
        1 => "[😀-🙏]{1,4}",
        1 => "[𐤀-𐤕]{1,4}",
    ];
    let separator =
        prop::sample::select(vec![" ", " ", " ", " ", "  ", "\n", "\r", "\r\n", "\t", "\u{2028}", "\u{a0}", ""]);
    let mixed = prop::collection::vec((word, separator), 0..12)
        .prop_map(|parts| parts.into_iter().map(|(word, separator)| word + separator).collect::<String>());
    prop_oneof![8 => mixed, 1 => from_right_to_left()]
        // A brace would begin a template.
        .prop_map(|text| text.replace(['{', '}'], "("))
        .boxed()
}

/// A sentence in Hebrew, Arabic or Persian, with what such sentences have of other directions.
fn from_right_to_left() -> impl Strategy<Value = String> {
    let sentence = |letters: &str| {
        let word = proptest::string::string_regex(&format!("[{letters}]{{1,10}}")).unwrap();
        let word = prop_oneof![
            8 => word,
            1 => "[0-9]{1,6}",
            1 => "[0-9]{1,3}[.,][0-9]{2}",
            1 => "[A-Za-z]{2,9}",
            1 => "\\([0-9]{1,4}\\)",
        ];
        prop::collection::vec(word, 1..10).prop_map(|words| words.join(" "))
    };
    prop_oneof![sentence("א-ת"), sentence("ا-ي"), sentence("آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی")]
}

/// Numbers of all magnitudes, with and without decimals.
pub fn number() -> BoxedStrategy<Value> {
    let digits = -15.0..15.0_f64;
    prop_oneof![
        4 => (-100_000..100_000_i64).prop_map(Value::from),
        3 => (-1e9..1e9_f64).prop_map(|number| json!((number * 100.0).round() / 100.0)),
        1 => any::<i64>().prop_map(Value::from),
        1 => (digits, prop::bool::ANY).prop_map(|(power, minus)| finite(10_f64.powf(power) * if minus { -1.0 } else { 1.0 })),
        1 => Just(json!(0)),
    ]
    .boxed()
}

pub fn finite(number: f64) -> Value {
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

pub fn format() -> impl Strategy<Value = Option<&'static str>> {
    prop::sample::select(vec![
        None,
        Some("number"),
        Some("number:2"),
        Some("integer"),
        Some("percent"),
        Some("currency:EUR"),
        Some("currency:JPY:4"),
    ])
}
