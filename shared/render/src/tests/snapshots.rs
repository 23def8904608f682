//! Pictures of each block and of the demo reports, compared with the ones that were reviewed and committed.
//!
//! `snapshots/NAME.json` is a report and `snapshots/NAME.png` a page of it. `UPDATE_SNAPSHOTS=1` draws the pictures that differ anew; look at
//! each of them before you commit it. A test that fails leaves its picture in `target/snapshots`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use domain::definition::Definition;
use serde::Deserialize;
use serde_json::Value;
use typst::foundations::Bytes;

use crate::{Job, Outputs, Pictures, Theme, has_fonts, render};

mod picture;

use picture::Picture;

/// A report with the page of it that is drawn.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Snapshot {
    /// What the picture shows.
    about: String,
    /// A report in `local/demo`, in the place of `definition`, `data` and `theme`.
    demo: Option<PathBuf>,
    /// How many of its `rows` a demo keeps.
    rows: usize,
    definition: Value,
    data: Value,
    /// A theme by its name, or its colours.
    theme: Value,
    /// SVG files by name.
    assets: BTreeMap<String, String>,
    /// Whether it needs the fonts of other scripts, which a machine without npm lacks.
    scripts: bool,
    /// Counted from 1.
    page: usize,
}

impl Default for Snapshot {
    fn default() -> Snapshot {
        let (definition, data, theme) = (Value::Null, Value::Null, "default".into());
        let (about, demo, assets) = (String::new(), None, BTreeMap::new());
        Snapshot { about, demo, rows: 30, definition, data, theme, assets, scripts: false, page: 1 }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/snapshots")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The names of the files with this extension.
fn names(extension: &str) -> BTreeSet<String> {
    let files = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path());
    let files = files.filter(|file| file.extension().is_some_and(|found| found == extension));
    files.map(|file| file.file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

impl Snapshot {
    fn named(name: &str) -> Snapshot {
        let text = fs::read_to_string(folder().join(name).with_extension("json")).unwrap();
        let snapshot: Snapshot = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}.json: {error}"));
        snapshot.with_demo()
    }

    fn with_demo(mut self) -> Snapshot {
        let Some(file) = self.demo.as_ref().map(|demo| root().join("local/demo").join(demo)) else { return self };
        let mut demo: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        self.definition = demo["definition"].take();
        self.data = demo["data"].take();
        self.theme = demo["theme"].take();
        if let Some(rows) = self.data.get_mut("rows").and_then(Value::as_array_mut) {
            rows.truncate(self.rows);
        }
        if let Ok(template) = fs::read_to_string(file.with_file_name("template.typ")) {
            self.definition["typst"] = template.into();
        }
        let assets = fs::read_dir(file.with_file_name("assets")).into_iter().flatten().map(|asset| asset.unwrap());
        let asset = |asset: fs::DirEntry| {
            (asset.file_name().to_string_lossy().into_owned(), fs::read_to_string(asset.path()).unwrap())
        };
        self.assets.extend(assets.map(asset));
        self
    }

    fn job(&self) -> Job {
        let theme = match &self.theme {
            Value::String(name) => Theme::named(name).unwrap(),
            colours => Theme::parse(colours).unwrap(),
        };
        let assets = self.assets.iter().map(|(name, svg)| (name.clone(), Bytes::from_string(svg.clone()))).collect();
        let outputs = Outputs { png: Pictures::All, ..Outputs::tables() };
        let definition = Definition::parse(&self.definition).unwrap_or_else(|error| panic!("{}: {error}", self.about));
        let date = "2026-03-31T10:00:00Z".parse().unwrap();
        Job { theme, assets, outputs, ..Job::new("Monthly report", definition, self.data.clone(), date) }
    }

    fn draw(&self) -> Picture {
        let rendered = render(&self.job()).unwrap_or_else(|error| panic!("{}: {error}", self.about));
        let boxes = rendered.warnings.iter().find(|warning| warning.message.contains("U+"));
        assert_eq!(boxes, None, "{}: characters without a font", self.about);
        Picture::of_page(&rendered.pages[self.page - 1].png)
    }
}

/// Compares a report with its picture: what is wrong, if anything is.
fn fault(name: &str) -> Option<String> {
    let snapshot = Snapshot::named(name);
    if snapshot.scripts && !has_fonts() {
        println!("skipped: {name} needs the fonts of other scripts, which `make fonts` fetches");
        return None;
    }
    let (drawn, reviewed) = (snapshot.draw(), folder().join(name).with_extension("png"));
    let difference = match fs::read(&reviewed) {
        Ok(bytes) => Picture::read(&bytes).difference(&drawn)?,
        Err(_) => "there is no picture yet".to_owned(),
    };
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&reviewed, drawn.write()).unwrap();
        println!("drawn anew: {name}, {difference}");
        return None;
    }
    let new = root().join("target/snapshots").join(name).with_extension("png");
    fs::create_dir_all(new.parent().unwrap()).unwrap();
    fs::write(&new, drawn.write()).unwrap();
    Some(format!("{name} ({}): {difference}\n    {}\n    {}", snapshot.about, reviewed.display(), new.display()))
}

#[test]
fn each_block_and_demo_looks_as_it_did_when_it_was_reviewed() {
    let faults: Vec<String> = names("json").iter().filter_map(|name| fault(name)).collect();
    let hint = "Look at both pictures; if the new one is right, UPDATE_SNAPSHOTS=1 takes it over.";
    assert!(faults.is_empty(), "{}\n{hint}", faults.join("\n"));
}

#[test]
fn every_picture_belongs_to_a_report() {
    let (pictures, reports) = (names("png"), names("json"));
    let stray: Vec<_> = pictures.difference(&reports).collect();
    assert!(stray.is_empty(), "no NAME.json for {stray:?}");
}
