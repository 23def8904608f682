//! The decoding of paths: with what API Gateway does before, each address is decoded exactly once.
#![no_main]

use domain::names::decoded_once;
use libfuzzer_sys::fuzz_target;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// What a careless client escapes: hardly anything, but the percent sign.
const FEW: &AsciiSet = &CONTROLS.add(b' ').add(b'%').add(b'?').add(b'#');

fuzz_target!(|text: &str| {
    for set in [NON_ALPHANUMERIC, FEW] {
        let address = utf8_percent_encode(text, set).to_string();
        assert_eq!(decoded_once(&gateway(&address)), text, "{address}");
    }
    let decoded = decoded_once(text);
    assert_eq!(decoded.matches('%').count(), text.matches('%').count(), "no percent sign comes or goes");
    assert!(text.contains("%25") || decoded == text, "nothing else is touched");
});

/// API Gateway's HTTP APIs: every escape is decoded but that of the percent sign.
fn gateway(address: &str) -> String {
    let kept = address.replace("%25", "%2525");
    percent_encoding::percent_decode_str(&kept).decode_utf8_lossy().into_owned()
}
