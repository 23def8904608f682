//! A hash of files: another one as soon as one of them has another content or another name.

use sha2::{Digest, Sha256};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The fingerprint of these files, and of all in these folders but what is only tested with.
///
/// # Errors
/// When one of them cannot be read.
pub fn fingerprint(root: &Path, parts: &[&str]) -> io::Result<String> {
    let mut hash = Sha256::new();
    for part in parts {
        for file in files(&root.join(part))? {
            // Relative, so that every checkout comes to the same.
            let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().into_owned();
            hash.update(Sha256::digest(name.as_bytes()));
            hash.update(Sha256::digest(fs::read(&file)?));
        }
    }
    Ok(hash.finalize()[..10].iter().map(|byte| format!("{byte:02x}")).collect())
}

fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    let mut found = Vec::new();
    for entry in entries.into_iter().filter(|entry| entry.file_stem().is_none_or(|stem| stem != "tests")) {
        found.extend(files(&entry)?);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTS: [&str; 2] = ["src", "Cargo.lock"];

    fn project() -> PathBuf {
        let root =
            std::env::temp_dir().join(format!("fingerprint-{}-{:?}", std::process::id(), std::thread::current().id()));
        fs::create_dir_all(root.join("src/inner")).unwrap();
        fs::create_dir_all(root.join("src/tests")).unwrap();
        fs::write(root.join("src/lib.rs"), "one").unwrap();
        fs::write(root.join("src/inner/font.otf"), "two").unwrap();
        fs::write(root.join("Cargo.lock"), "three").unwrap();
        root
    }

    #[test]
    fn it_changes_with_each_file_and_with_nothing_else() {
        let root = project();
        let now = || fingerprint(&root, &PARTS).unwrap();
        let mut seen = vec![now()];
        assert_eq!(seen[0], now());
        for (file, content) in
            [("src/lib.rs", "1"), ("src/inner/font.otf", "2"), ("Cargo.lock", "3"), ("src/new.rs", "")]
        {
            fs::write(root.join(file), content).unwrap();
            assert!(!seen.contains(&now()), "{file}");
            seen.push(now());
        }
        fs::rename(root.join("src/new.rs"), root.join("src/renamed.rs")).unwrap();
        assert!(!seen.contains(&now()), "a new name");
        let last = now();
        fs::write(root.join("src/tests/any.rs"), "a test").unwrap();
        fs::write(root.join("src/tests.rs"), "a test").unwrap();
        fs::write(root.join("README.md"), "words").unwrap();
        assert_eq!(now(), last);
        fs::remove_dir_all(root).unwrap();
    }
}
