//! Files in one ZIP, always the same bytes for the same files.

use std::borrow::Cow;
use std::io::{Cursor, Write};

use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// One file of a ZIP.
pub struct Entry<'a> {
    /// The path inside.
    pub name: String,
    pub bytes: Cow<'a, [u8]>,
    /// Whether the bytes are compressed; what is compressed inside gains nothing.
    pub deflated: bool,
}

impl<'a> Entry<'a> {
    /// A file that is compressed.
    pub fn deflated(name: impl Into<String>, bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        Self { name: name.into(), bytes: bytes.into(), deflated: true }
    }

    /// A file that lies in the ZIP as it is.
    pub fn stored(name: impl Into<String>, bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        Self { name: name.into(), bytes: bytes.into(), deflated: false }
    }
}

/// Packs files in this order.
///
/// # Errors
/// When two have one name, or the ZIP cannot be written.
pub fn pack(files: &[Entry<'_>]) -> ZipResult<Vec<u8>> {
    written(ZipWriter::new(Cursor::new(Vec::new())), files)
}

/// Adds a file at the end of a ZIP; what is in it stays where it is.
///
/// # Errors
/// As [`pack`].
pub fn append(zip: Vec<u8>, file: Entry<'_>) -> ZipResult<Vec<u8>> {
    written(ZipWriter::new_append(Cursor::new(zip))?, &[file])
}

fn written(mut writer: ZipWriter<Cursor<Vec<u8>>>, files: &[Entry<'_>]) -> ZipResult<Vec<u8>> {
    for file in files {
        let method = if file.deflated { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        // One time for all: a ZIP of the same files is the same ZIP.
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        writer.start_file(&file.name, options)?;
        writer.write_all(&file.bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}
