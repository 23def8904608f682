//! All that Typst can see: the source, a few JSON files and the report's assets. There is no disk, no network and no clock in it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jiff::civil::DateTime;
use typst::diag::{FileError, FileResult, PackageError};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::{LazyHash, hash128};
use typst::{Library, LibraryExt, World};

use crate::fonts::FontSet;
use crate::loading;
use crate::picture::same_name;

/// The name of the main source; `main.typ` as an asset would be another file.
const MAIN: &str = "/report.typ";

/// The world of one rendering.
pub struct ReportWorld {
    library: LazyHash<Library>,
    fonts: Arc<FontSet>,
    main: Source,
    /// The virtual files by their full path without the leading slash.
    files: BTreeMap<String, Bytes>,
    /// The files that were imported, parsed: Typst asks for one each time that it is imported.
    parsed: Mutex<HashMap<FileId, Source>>,
    /// By their names in NFC.
    assets: BTreeMap<String, Bytes>,
    date: DateTime,
}

/// Typst's library, to which a report may add its variables.
pub fn library() -> LazyHash<Library> {
    // Each clone keeps the hash, which takes longer than all that is done to a clone.
    static PLAIN: LazyLock<LazyHash<Library>> = LazyLock::new(|| {
        let mut library = Library::default();
        library.global.scope_mut().define_func::<loading::json>();
        let library = LazyHash::new(library);
        hash128(&library);
        library
    });
    PLAIN.clone()
}

impl ReportWorld {
    /// A world with one source; `files` by name, without a leading slash.
    pub fn new(
        source: &str,
        library: LazyHash<Library>,
        files: BTreeMap<String, Bytes>,
        assets: BTreeMap<String, Bytes>,
        fonts: Arc<FontSet>,
        date: DateTime,
    ) -> ReportWorld {
        ReportWorld {
            library,
            fonts,
            main: Source::new(main_id(), source.to_owned()),
            files,
            parsed: Mutex::default(),
            assets,
            date,
        }
    }

    /// A file by its full path without the leading slash, or an asset by its name.
    pub fn bytes(&self, path: &str) -> Option<&Bytes> {
        let asset = path.strip_prefix("assets/").unwrap_or(path);
        self.files.get(path).or_else(|| self.assets.get(&same_name(asset)))
    }

    fn find(&self, id: FileId) -> FileResult<Bytes> {
        let path = id.get();
        if let VirtualRoot::Package(package) = path.root() {
            let message = format!(
                "`{package}` cannot be used: reports have no access to packages; add the file you need as an asset"
            );
            return Err(FileError::Package(PackageError::Other(Some(message.into()))));
        }
        let path = path.vpath().get_without_slash();
        match self.bytes(path) {
            Some(bytes) => Ok(bytes.clone()),
            None => Err(FileError::Other(Some(self.explain_missing(path).into()))),
        }
    }

    fn explain_missing(&self, path: &str) -> String {
        let assets: Vec<String> = self.assets.keys().map(|name| format!("`{name}`")).collect();
        let assets = if assets.is_empty() { "none".to_owned() } else { assets.join(", ") };
        format!(
            "`{path}` is neither data.json, params.json, theme.json nor an asset of the report; its assets: {assets}"
        )
    }
}

fn main_id() -> FileId {
    // A unique id: its path can be seen in messages, but no asset can take its place.
    static ID: LazyLock<FileId> = LazyLock::new(|| {
        let path = VirtualPath::new(MAIN).unwrap_or_else(|_| unreachable!("a constant path is valid"));
        FileId::unique(RootedPath::new(VirtualRoot::Project, path))
    });
    *ID
}

impl World for ReportWorld {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() {
            return Ok(self.main.clone());
        }
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(source) = parsed.get(&id) {
            return Ok(source.clone());
        }
        let bytes = self.find(id)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| FileError::InvalidUtf8)?;
        Ok(parsed.entry(id).or_insert(Source::new(id, text.to_owned())).clone())
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.main.id() {
            return Ok(Bytes::from_string(self.main.text().to_owned()));
        }
        self.find(id)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    /// The date of the report, whatever the offset: "today" must not depend on where and when it is rendered.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        datetime(self.date.date().at(0, 0, 0, 0))
            .and_then(|now| Datetime::from_ymd(now.year()?, now.month()?, now.day()?))
    }
}

/// A time as Typst has it.
pub fn datetime(time: DateTime) -> Option<Datetime> {
    let small = |number: i8| u8::try_from(number).ok();
    Datetime::from_ymd_hms(
        time.year().into(),
        small(time.month())?,
        small(time.day())?,
        small(time.hour())?,
        small(time.minute())?,
        small(time.second())?,
    )
}
