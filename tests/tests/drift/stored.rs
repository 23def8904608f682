//! What is stored stays readable when the code changes: no name of a variant reaches a table, an object, a queue or a caller by itself.

use crate::places::{complain, pattern, read, sources};

/// The code of a file, without its unit tests.
fn code(file: &str) -> String {
    read(file).split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

#[test]
fn every_variant_that_is_serialized_has_its_text_beside_it() {
    // Those that `literals!` declares are indented.
    let declared = pattern(r"(?ms)^((?:#\[[^\n]*\]\n)+)(?:pub(?:\(crate\))? )?enum (\w+) \{\n(.*?)^\}");
    let variant = pattern(r"(?m)^(?P<text>    #\[serde\(rename = .*\n)?    (?P<name>[A-Z]\w*)\b");
    let files = ["shared/domain/src", "shared/store/src"].iter().flat_map(|folder| sources(folder));
    complain(files.flat_map(|file| {
        let code = code(&file);
        let of_serde = declared.captures_iter(&code).filter(|found| {
            // By its whole text, or by what is in it.
            let other = found[1].contains("try_from = ") || found[1].contains("untagged");
            found[1].contains("erialize") && !other
        });
        let bare = of_serde.flat_map(|found| {
            let (of, body) = (found[2].to_owned(), found[3].to_owned());
            let names = variant.captures_iter(&body).filter(|found| found.name("text").is_none());
            names.map(|found| format!("{of}::{}", &found["name"])).collect::<Vec<_>>()
        });
        bare.map(|name| format!("{file}: give {name} its text, by `literals!` or `#[serde(rename = …)]`"))
            .collect::<Vec<_>>()
    }));
}

#[test]
fn the_store_writes_nothing_by_debug_but_causes_for_the_log() {
    let files = sources("shared/store/src").into_iter();
    complain(files.flat_map(|file| {
        let code = code(&file);
        let by_debug = code.lines().filter(|line| line.contains(":?}") && !line.contains("Problem::internal("));
        by_debug.map(|line| format!("{file}: write `{}` by a text that is declared", line.trim())).collect::<Vec<_>>()
    }));
}
