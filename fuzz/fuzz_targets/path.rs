//! Paths of folders: what parses keeps to the rules of names, and is the same path however it is written.
#![no_main]

use domain::tree;
use exago::path::{check_new, from_address, from_body, shown};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match from_body("OldName", text) {
        Ok(path) => check(text, &path),
        Err(problem) => assert!(problem.status() == 400 && problem.to_string().starts_with("OldName: "), "{problem}"),
    }
    match from_address(text) {
        // Where there is no backslash, an address and a body say the same.
        Ok(path) => assert_eq!(from_body("path", text).ok(), Some(path)),
        Err(problem) => assert!(problem.status() == 400 && problem.to_string().starts_with("path: "), "{problem}"),
    }
});

fn check(text: &str, path: &[String]) {
    assert!(path.len() <= 64);
    for name in path {
        assert_eq!(tree::name("", name).ok().as_ref(), Some(name), "a name is in its final form");
    }
    let again = |read: Result<Vec<String>, _>, how: &str| {
        let read: Vec<String> = read.unwrap_or_else(|problem: domain::Problem| panic!("{how}: {problem}"));
        assert_eq!(read, path, "{how}");
    };
    again(from_address(&shown(path)), "as it is shown, in an address");
    again(from_body("OldName", &shown(path)), "as it is shown, in a body");
    // An escaped slash would become three backslashes.
    if !text.contains(r"\/") {
        again(from_body("OldName", &text.replace('/', r"\")), "by backslashes");
        again(from_body("OldName", &text.replace('/', r"\\")), "by doubled backslashes");
    }
    let reserved = path.first().is_some_and(|name| name.eq_ignore_ascii_case("rename"));
    assert_eq!(check_new(path).is_err(), reserved);
}
