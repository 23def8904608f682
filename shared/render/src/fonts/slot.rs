//! A font that is read when the first text needs it, and kept for the life of the process.

use std::path::PathBuf;
use std::sync::OnceLock;

use typst::foundations::Bytes;
use typst::text::Font;

/// A font that may not be read yet.
pub struct Slot {
    source: Source,
    font: OnceLock<Option<Font>>,
}

enum Source {
    Program(&'static [u8]),
    File(PathBuf),
    /// It is read already.
    Asset,
}

impl Slot {
    /// A font in the program.
    pub fn bundled(bytes: &'static [u8]) -> Slot {
        Slot { source: Source::Program(bytes), font: OnceLock::new() }
    }

    /// A font in a file.
    pub fn in_file(file: PathBuf) -> Slot {
        Slot { source: Source::File(file), font: OnceLock::new() }
    }

    /// A font that is read already.
    pub fn read_already(font: Font) -> Slot {
        Slot { source: Source::Asset, font: OnceLock::from(Some(font)) }
    }

    /// The font; `None` if its file cannot be read: the report then carries the warning that no font has its characters.
    pub fn font(&self) -> Option<Font> {
        self.font.get_or_init(|| self.read()).clone()
    }

    #[cfg(test)]
    pub fn is_read(&self) -> bool {
        self.font.get().is_some()
    }

    fn read(&self) -> Option<Font> {
        let bytes = match &self.source {
            Source::Program(bytes) => Bytes::new(*bytes),
            Source::File(file) => Bytes::new(std::fs::read(file).ok()?),
            Source::Asset => return None,
        };
        Font::new(bytes, 0)
    }
}
