//! Typst alone, with a document of the dashboard written for it: `peers/dashboard.typ`.

use crate::{Outcome, figures::milliseconds, project};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    sync::{Arc, LazyLock},
    time::Instant,
};
use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult, SourceDiagnostic},
    ecow::EcoVec,
    foundations::{Bytes, Datetime, Duration},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;
use typst_svg::SvgOptions;

const DASHBOARD: &str = "bench/peers/dashboard.typ";

static FONTS: LazyLock<Arc<(LazyHash<FontBook>, Vec<Font>)>> = LazyLock::new(|| {
    let files: [&'static [u8]; 5] = [
        include_bytes!("../../../shared/render/fonts/Inter-Regular.otf"),
        include_bytes!("../../../shared/render/fonts/Inter-Italic.otf"),
        include_bytes!("../../../shared/render/fonts/Inter-Medium.otf"),
        include_bytes!("../../../shared/render/fonts/Inter-SemiBold.otf"),
        include_bytes!("../../../shared/render/fonts/Inter-Bold.otf"),
    ];
    let fonts: Vec<Font> = files.into_iter().flat_map(|file| Font::iter(Bytes::new(file))).collect();
    Arc::new((LazyHash::new(FontBook::from_fonts(&fonts)), fonts))
});
static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

/// The document and its files.
pub struct Peer {
    main: Source,
    files: BTreeMap<String, Bytes>,
}

/// What Typst made.
pub struct Exported {
    pub pdf: Vec<u8>,
    /// Each page as SVG.
    pub pages: Vec<String>,
}

impl Peer {
    /// The document with these data.
    pub fn new(files: BTreeMap<String, String>, data: &Value) -> Outcome<Self> {
        let mut files: BTreeMap<_, _> =
            files.into_iter().map(|(name, text)| (name, Bytes::from_string(text))).collect();
        files.insert("data.json".into(), Bytes::from_string(data.to_string()));
        let path = VirtualPath::new("/main.typ").map_err(|error| format!("{error:?}"))?;
        let text = fs::read_to_string(project::root().join(DASHBOARD))?;
        let id = FileId::new(RootedPath::new(VirtualRoot::Project, path));
        Ok(Self { main: Source::new(id, text), files })
    }

    /// The PDF and the pictures of the pages; besides the milliseconds of the PDF alone. Nothing is left in the cache.
    pub fn export(&self) -> Outcome<(Exported, f64)> {
        let begun = Instant::now();
        let document: PagedDocument = typst::compile(self).output.map_err(explain)?;
        let pdf = typst_pdf::pdf(&document, &PdfOptions::default()).map_err(explain)?;
        let time = milliseconds(begun);
        let options = SvgOptions { render_bleed: false, pretty: false };
        let pages = document.pages().iter().map(|page| typst_svg::svg(page, &options)).collect();
        drop(document);
        comemo::evict(0);
        Ok((Exported { pdf, pages }, time))
    }
}

fn explain(errors: EcoVec<SourceDiagnostic>) -> String {
    let message = errors.first().map(|error| format!("{}: {:?}", error.message, error.trace));
    format!("{DASHBOARD}: {}", message.unwrap_or_default())
}

impl World for Peer {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FONTS.0
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        match id == self.main.id() {
            true => Ok(self.main.clone()),
            false => Err(FileError::Other(None)),
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let name = id.get().vpath().get_without_slash();
        self.files.get(name).cloned().ok_or(FileError::Other(Some(name.into())))
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.1.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        Datetime::from_ymd(2026, 4, 2)
    }
}
