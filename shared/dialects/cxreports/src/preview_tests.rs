//! Nonces, cookies and addresses of previews.

use super::*;
use domain::credential::SecretKind;
use proptest::prelude::*;

#[test]
fn a_nonce_is_the_whole_answer() {
    let nonce = Secret::new(SecretKind::Nonce, [1; 12], [2; 32]);
    let item = serde_json::to_value(NonceItem::from(&nonce)).unwrap();
    assert_eq!(item, serde_json::json!({"nonce": nonce.reveal()}));
}

#[test]
fn a_cookie_is_for_one_workspace_in_the_frame_of_one_site() {
    assert_eq!(
        set_cookie(3, "abc.def", 3_600),
        "imprint_preview_3=abc.def; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=None; Partitioned"
    );
}

#[test]
fn cookies_are_found_in_all_headers() {
    let table: [(&str, &[&str], &[&str]); 8] = [
        ("the only one", &["imprint_preview_3=a"], &["a"]),
        ("among others", &["x=1; imprint_preview_3=a; imprint_preview_30=b"], &["a"]),
        ("two jars", &["imprint_preview_3=a; imprint_preview_3=b"], &["a", "b"]),
        ("two headers", &["imprint_preview_3=a", " imprint_preview_3 = b "], &["a", "b"]),
        ("the same twice", &["imprint_preview_3=a; imprint_preview_3=a"], &["a"]),
        ("a value with an equals sign", &["imprint_preview_3=a=b"], &["a=b"]),
        (
            "far too many",
            &["imprint_preview_3=1;imprint_preview_3=2;imprint_preview_3=3;imprint_preview_3=4;imprint_preview_3=5"],
            &["1", "2", "3", "4"],
        ),
        ("none", &["", "imprint_preview_3", ";;=", "IMPRINT_PREVIEW_3=a"], &[]),
    ];
    for (what, headers, expected) in table {
        assert_eq!(read_cookie(headers.iter().copied(), &cookie_name(3)), expected, "{what}");
    }
}

#[test]
fn the_nonce_leaves_the_query_and_the_rest_stays_as_it_came() {
    let table = [
        ("alone", "nonce=x", ""),
        ("first", "nonce=x&a=%C3%bc+%20", "a=%C3%bc+%20"),
        ("last", "params=e30%3D&nonce=x", "params=e30%3D"),
        ("several", "a=1&nonce=x&b=2&nonce=y", "a=1&b=2"),
        ("escaped", "%6eonce=x&%6E%6F%6E%63%65=y&a=1", "a=1"),
        ("without a value", "nonce&a=1", "a=1"),
        ("another name", "nonces=1&Nonce=2&a=nonce", "nonces=1&Nonce=2&a=nonce"),
        ("none", "a=1&&b", "a=1&&b"),
        ("nothing", "", ""),
    ];
    for (what, query, expected) in table {
        assert_eq!(without_nonce(query), expected, "{what}");
    }
}

#[test]
fn the_print_button_is_hidden_on_demand() {
    let read = |values: &'static [&str]| {
        PreviewOptions::from_query(|key| {
            let values = values.iter().filter(|_| key == "hidePrintButton");
            values.map(|text| (*text).to_owned()).collect()
        })
    };
    assert!(read(&["false", "True"]).unwrap().hide_print_button);
    assert!(!read(&[]).unwrap().hide_print_button);
    assert_eq!(read(&["maybe"]).unwrap_err().to_string(), "hidePrintButton: write true or false.");
}

#[test]
fn the_policy_of_a_preview_names_its_parts_and_its_frames() {
    assert_eq!(
        content_security_policy("sha256-a", "sha256-b", "https://a.example https://b.example"),
        "default-src 'none'; img-src 'self'; style-src 'sha256-a'; script-src 'sha256-b'; base-uri 'none'; \
         form-action 'none'; frame-ancestors https://a.example https://b.example"
    );
}

#[test]
fn an_address_is_encoded_again_and_stays_on_this_host() {
    let table = [
        ("a plain one", "/ws/1/reports/7/preview", "", "/ws/1/reports/7/preview"),
        (
            "a natural id and a query",
            "/ws/1/reports/team:x/preview",
            "a=%20+1&b",
            "/ws/1/reports/team:x/preview?a=%20+1&b",
        ),
        ("what has to be escaped", "/ws/a b/ü?#[\"]", "", "/ws/a%20b/%C3%BC%3F%23%5B%22%5D"),
        ("the escape that the gateway leaves", "/ws/50%25", "", "/ws/50%25"),
        ("a percent sign", "/ws/50%", "", "/ws/50%25"),
        ("another host", "//evil.example/x", "", "/evil.example/x"),
        ("another host, by a backslash", "/\\evil.example", "", "/%5Cevil.example"),
        ("another host, behind a tab", "/\t/evil.example", "", "/%09/evil.example"),
        ("another header", "/x\r\nset-cookie: a", "a=1\r\nb\u{e9}", "/x%0D%0Aset-cookie:%20a?a=1%0D%0Ab%C3%A9"),
        ("a scheme", "javascript:alert(1)", "", "/javascript:alert(1)"),
        ("nothing", "", "", "/"),
    ];
    for (what, path, query, expected) in table {
        assert_eq!(location(path, query), expected, "{what}");
    }
}

proptest! {
    #[test]
    fn no_address_leads_away(path in r"[/\\a-z:.%@?#\r\n\t é]{0,20}", query in ".{0,20}") {
        let location = location(&path, &query);
        prop_assert!(location.bytes().all(|b| b.is_ascii_graphic()));
        prop_assert!(location.starts_with('/') && !location.starts_with("//") && !location.contains('\\'));
    }

    #[test]
    fn no_nonce_is_left(query in "(nonce|%6eonce|n|&|=|%|x){0,20}") {
        let rest = without_nonce(&query);
        prop_assert_eq!(without_nonce(&rest), rest.clone());
        prop_assert!(!rest.split('&').any(|pair| pair == "nonce" || pair.starts_with("nonce=")));
    }
}

#[test]
fn the_parts_of_a_preview_are_named_by_numbers_and_one_is_the_pdf() {
    assert_eq!(PreviewFile::parse("report.pdf").unwrap(), PreviewFile::Pdf);
    assert_eq!(PreviewFile::parse("12.svg").unwrap(), PreviewFile::Page(11));
    for text in ["0.svg", "1", "-1.svg", "1.png", "..", "Report.pdf", "99999999999999999999.svg"] {
        assert!(PreviewFile::parse(text).is_err(), "{text}");
    }
}
