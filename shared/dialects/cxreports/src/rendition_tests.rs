//! Queries and bodies, as clients write them and as nobody should.

use super::*;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use proptest::{collection::vec, prelude::*};
use serde_json::json;

fn query(pairs: &[(&str, &str)]) -> Outcome<Rendition> {
    from_query(|key| pairs.iter().filter(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned()).collect())
}

fn body(body: &Value) -> Outcome<Rendition> {
    from_body(body.to_string().as_bytes())
}

fn object(value: Value) -> Data {
    value.into()
}

fn full() -> Rendition {
    Rendition {
        form: Form::Xlsx,
        params: object(json!({"quarter": "Q1", "top": 5})),
        data: Some(json!({"rows": [1, 2]}).into()),
        temp_data: Some(9_007_199_254_740_991),
        time_zone: Some("Europe/Berlin".into()),
        lang: Some("de".into()),
        theme: Some("dark-blue".into()),
        template: Some("3".into()),
        exclude_pages: BTreeSet::from([1, 2, 7]),
        include_attachments: true,
    }
}

#[test]
fn a_query_says_all_that_a_client_can() {
    let rendition = query(&[
        ("nonce", "x"),
        ("type", "sales"),
        ("format", "XLSX"),
        ("params", "eyJxdWFydGVyIjogIlExIiwgInRvcCI6IDV9"),
        ("data", r#"{"rows": [1, 2]}"#),
        ("tempDataId", "9007199254740991"),
        ("timezone", "Europe/Berlin"),
        ("lang", "de"),
        ("theme", "default"),
        ("theme", "dark-blue"),
        ("template", "3"),
        ("excludePages", "1,2"),
        ("excludePages", "[7]"),
        ("includeAttachments", "True"),
    ]);
    assert_eq!(rendition.unwrap(), full());
}

#[test]
fn a_body_says_the_same_in_json_and_in_texts() {
    let plain = json!({"format": "xlsx", "params": {"quarter": "Q1", "top": 5}, "data": {"rows": [1, 2]},
        "tempDataId": 9_007_199_254_740_991_u64, "timezone": "Europe/Berlin", "lang": "de",
        "theme": "dark-blue", "template": 3, "excludePages": [1, 2, 7],
        "includeAttachments": true, "somethingElse": {}});
    let texts = json!({"format": "Xlsx", "params": "{\"quarter\":\"Q1\",\"top\":5}", "data": " {\"rows\":[1,2]}",
        "tempDataId": "9007199254740991", "timezone": "Europe/Berlin", "lang": "de",
        "theme": "dark-blue", "template": "3", "excludePages": "[1, 2, 7]", "includeAttachments": "TRUE"});
    assert_eq!(body(&plain).unwrap(), full());
    assert_eq!(body(&texts).unwrap(), full());
}

#[test]
fn what_is_empty_is_left_to_the_report() {
    let keys = ["params", "data", "tempDataId", "timezone", "lang", "theme", "template", "excludePages", "format"];
    let keys = keys.into_iter().chain(["includeAttachments"]);
    for key in keys {
        assert_eq!(query(&[(key, " ")]).unwrap(), Rendition::default(), "{key}");
        assert_eq!(body(&json!({key: null})).unwrap(), Rendition::default(), "{key}: null");
        if key != "data" {
            assert_eq!(body(&json!({key: ""})).unwrap(), Rendition::default(), "{key}: an empty text");
        }
    }
    for bytes in ["", " \r\n", "{}", "null"] {
        assert_eq!(from_body(bytes.as_bytes()).unwrap(), Rendition::default(), "{bytes:?}");
    }
    assert_eq!(query(&[("theme", "dark-blue"), ("theme", "")]).unwrap().theme, None, "the last one counts");
}

#[test]
fn params_come_as_json_or_in_any_base64() {
    let text = r#"{"a":"üüü?>~","b":[1]}"#;
    let table = [
        ("JSON", text.to_owned()),
        ("JSON after white space", format!(" {text}")),
        ("base64url with padding, as the official client writes it", URL_SAFE.encode(text)),
        ("base64url without padding", URL_SAFE_NO_PAD.encode(text)),
        ("base64 with padding", STANDARD.encode(text)),
        ("base64 without padding", STANDARD_NO_PAD.encode(text)),
        ("base64 whose plus signs became spaces", STANDARD.encode(text).replace('+', " ")),
    ];
    assert!(table[4].1.contains(['+', '/']), "the alphabets differ in {}", table[4].1);
    let expected = object(serde_json::from_str(text).unwrap());
    for (what, text) in table {
        assert_eq!(query(&[("params", &text)]).unwrap().params, expected, "{what}");
        assert_eq!(body(&json!({"params": text})).unwrap().params, expected, "{what}, in a body");
    }
    for text in ["", "null", "bnVsbA==", &STANDARD.encode("{}")] {
        assert!(query(&[("params", text)]).is_ok_and(|all| matches!(all.params.text(), "null" | "{}")), "{text}");
    }
}

#[test]
fn data_in_a_body_may_be_any_json() {
    let table = [
        ("an object", json!({"a": 1}), Some(json!({"a": 1}))),
        ("a list", json!([1]), Some(json!([1]))),
        ("a number", json!(7), Some(json!(7))),
        ("false", json!(false), Some(json!(false))),
        ("words", json!("hello"), Some(json!("hello"))),
        ("an empty text", json!(""), Some(json!(""))),
        ("an object as text", json!("{\"a\": 1}"), Some(json!({"a": 1}))),
        ("a list as text", json!("\n[1]"), Some(json!([1]))),
        ("nothing", json!(null), None),
    ];
    for (what, data, expected) in table {
        assert_eq!(body(&json!({"data": data})).unwrap().data, expected.map(Data::from), "{what}");
    }
}

#[test]
fn booleans_and_pages_are_read_in_every_spelling() {
    for (text, expected) in [("True", true), ("1", true), ("fAlSe", false), ("0", false), ("", false)] {
        assert_eq!(query(&[("includeAttachments", text)]).unwrap().include_attachments, expected, "{text}");
    }
    for (text, expected) in
        [("3", vec![3]), ("1,2,2", vec![1, 2]), ("[2, 1]", vec![1, 2]), ("[]", vec![]), (" ", vec![])]
    {
        let pages = query(&[("excludePages", text)]).unwrap().exclude_pages;
        assert_eq!(pages.into_iter().collect::<Vec<_>>(), expected, "{text}");
    }
    for value in [json!([1, "2"]), json!("1,2"), json!([2, 1, null])] {
        assert_eq!(body(&json!({"excludePages": value})).unwrap().exclude_pages, BTreeSet::from([1, 2]), "{value}");
    }
    assert_eq!(body(&json!({"excludePages": 4})).unwrap().exclude_pages, BTreeSet::from([4]));
}

#[test]
fn a_mistake_in_a_query_is_named() {
    let table = [
        ("params", "{", "this is no JSON: EOF"),
        ("params", "[1]", "write an object as JSON"),
        ("params", "quarter=Q1", "write an object as JSON"),
        ("params", "WzFd", "write an object as JSON"),
        ("params", "e30x", "this is no JSON"),
        ("data", "hello", "this is no JSON"),
        ("tempDataId", "9007199254740992", "no temporary data"),
        ("tempDataId", "-1", "write a whole number."),
        ("tempDataId", "+1", "write a whole number."),
        ("tempDataId", "99999999999999999999", "write a whole number."),
        ("timezone", "Mars", "write a name of the IANA's list"),
        ("lang", "de_DE", "write a language tag"),
        ("lang", "english", "write a language tag"),
        ("excludePages", "1,,2", "write numbers of pages"),
        ("excludePages", "1-3", "write numbers of pages"),
        ("excludePages", "[1", "write numbers of pages"),
        ("excludePages", "0", "list numbers of pages"),
        ("excludePages", "4294967296", "write numbers of pages"),
        ("includeAttachments", "yes", "write true or false."),
        ("format", "docx", "a report is rendered as"),
    ];
    for (key, text, expected) in table {
        let problem = query(&[(key, text)]).unwrap_err();
        let start = format!("{key}: {expected}");
        assert!(problem.status() == 400 && problem.to_string().starts_with(&start), "{key}={text}: {problem}");
    }
}

#[test]
fn a_language_is_known_in_any_case() {
    for (tag, usual) in [("DE", "de"), ("EN-us", "en-US"), ("zh-hant-TW", "zh-Hant-TW")] {
        assert_eq!(query(&[("lang", tag)]).unwrap().lang.as_deref(), Some(usual));
        assert_eq!(body(&json!({"lang": tag})).unwrap().lang.as_deref(), Some(usual));
    }
}

#[test]
fn numbers_of_a_body_keep_their_digits() {
    let text = r#"{"data":{"id":18446744073709551616,"rate":0.10000000000000000001}}"#;
    let rendition = from_body(text.as_bytes()).unwrap();
    assert_eq!(format!("{{\"data\":{}}}", rendition.data.unwrap().text()), text);
}

#[test]
fn a_mistake_in_a_body_is_named() {
    let table = [
        ("params that are a list", r#"{"params":[1]}"#, "params: write an object"),
        ("params that are a number", r#"{"params":1}"#, "params: write an object"),
        ("data that ends early", r#"{"data":"{\"a\":"}"#, "data: this is no JSON"),
        ("an id with a fraction", r#"{"tempDataId":1.5}"#, "tempDataId: write a whole number."),
        ("an id that is a list", r#"{"tempDataId":[1]}"#, "tempDataId: write a whole number."),
        ("a large id", r#"{"tempDataId":9007199254740992}"#, "tempDataId: no temporary data"),
        ("a page in words", r#"{"excludePages":[1,"two"]}"#, "excludePages[1]: write a whole number."),
        ("a page below zero", r#"{"excludePages":[-1]}"#, "excludePages[0]: write a whole number."),
        ("a page past all", r#"{"excludePages":[4294967296]}"#, "excludePages[0]: no report has as many pages."),
        ("pages in an object", r#"{"excludePages":{}}"#, "excludePages: write a whole number."),
        ("a flag that is a number", r#"{"includeAttachments":1}"#, "includeAttachments: write true or false."),
        ("a theme that is an object", r#"{"theme":{}}"#, "theme: write a code or a number."),
        ("a theme below zero", r#"{"theme":-1}"#, "theme: write a code or a number."),
        ("a language that is a number", r#"{"lang":1}"#, "lang: write text."),
        ("a language by its name", r#"{"lang":"english"}"#, "lang: write a language tag"),
        ("a form that is a flag", r#"{"format":true}"#, "format: write text."),
        ("a list", "[]", "The body is not what this call takes"),
        ("no JSON", "{'a':1}", "The body is not what this call takes"),
        ("something after the end", "{} {}", "The body is not what this call takes"),
    ];
    for (what, bytes, expected) in table {
        let problem = from_body(bytes.as_bytes()).unwrap_err();
        assert!(problem.status() == 400 && problem.to_string().starts_with(expected), "{what}: {problem}");
    }
}

#[test]
fn what_is_too_deep_to_be_kept_is_refused() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(query(&[("data", &nested(100))]).is_ok());
    for (levels, expected) in
        [(101, "data: use at most 100 levels"), (100_000, "data: this is no JSON: recursion limit")]
    {
        let problem = query(&[("data", &nested(levels))]).unwrap_err().to_string();
        assert!(problem.starts_with(expected), "{levels}: {problem}");
    }
    let params = format!(r#"{{"a":{}}}"#, nested(100));
    assert!(query(&[("params", &params)]).unwrap_err().to_string().starts_with("params: use at most 100 levels"));
    let endless = format!(r#"{{"data":{}"#, "[".repeat(100_000));
    assert!(from_body(endless.as_bytes()).is_err(), "a body without end");
}

const KEYS: &str = "params|data|tempDataId|timezone|lang|theme|template|excludePages|includeAttachments|format|x";

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        r#"[\[\]{}":,0-9a-zA-Z_=+-]{0,20}"#.prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![vec(inner.clone(), 0..4).prop_map(Value::from), vec((KEYS, inner), 0..4).prop_map(Value::from_iter)]
    })
}

proptest! {
    #[test]
    fn no_query_makes_it_panic(pairs in vec((KEYS, r#".{0,20}|[\[\]{}":, 0-9a-zA-Z_=+-]{0,20}"#), 0..6)) {
        let pairs: Vec<_> = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        if let Ok(rendition) = query(&pairs) {
            prop_assert!(rendition.check().is_ok());
        }
    }

    #[test]
    fn no_body_makes_it_panic(pairs in vec((KEYS, any_value()), 0..6), bytes in vec(any::<u8>(), 0..40)) {
        if let Ok(rendition) = body(&Value::from_iter(pairs)) {
            prop_assert!(rendition.check().is_ok());
        }
        let _ = from_body(&bytes);
    }

    #[test]
    fn params_survive_either_encoding(pairs in vec((".{0,8}", any_value()), 0..4)) {
        let text = Value::from_iter(pairs).to_string();
        let expected = object(serde_json::from_str(&text).unwrap());
        for written in [text.clone(), URL_SAFE.encode(&text), URL_SAFE_NO_PAD.encode(&text), STANDARD.encode(&text)] {
            prop_assert_eq!(&query(&[("params", &written)]).unwrap().params, &expected);
            prop_assert_eq!(&body(&json!({"params": written})).unwrap().params, &expected);
        }
    }
}
