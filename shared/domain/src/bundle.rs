//! The index of a bundle: where each served file lies inside the ZIP.
//!
//! A bundle is one ZIP object in S3, since one PUT is atomic and cheap and one object is easy to delete. With this index, kept beside the
//! publication, a reader fetches one file by one ranged GET and serves its compressed bytes as they are.

use serde::{Deserialize, Serialize};

/// One file inside the ZIP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Where the file's data starts, in bytes from the start of the ZIP.
    pub offset: u64,
    /// The bytes of the data in the ZIP.
    pub compressed: u64,
    /// The bytes of the file itself.
    pub size: u64,
    /// The CRC-32 of the file itself.
    pub crc32: u32,
    /// Whether the data is a raw deflate stream; it is the file itself otherwise.
    pub deflated: bool,
}

/// The files of a bundle that a public link serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// `index.html`.
    pub page: Entry,
    /// `report.pdf`.
    pub pdf: Entry,
    /// `pages/1.svg` and the following.
    pub pages: Vec<Entry>,
}

/// Why stored bytes are no index.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIndex {
    /// Written by a version of Imprint that this one does not know.
    #[error("the index has version {0}, not {VERSION}")]
    Version(u8),
    /// Cut off, or not an index at all.
    #[error("the index has {0} bytes, which is no whole number of entries")]
    Length(usize),
}

const VERSION: u8 = 1;
/// Offset, compressed, size, CRC-32, flag.
const ENTRY_BYTES: usize = 8 + 8 + 8 + 4 + 1;

impl Entry {
    /// The first and the last byte, as in the header `Range: bytes=first-last`; nothing for an empty entry, which no range can name.
    pub fn range(&self) -> Option<(u64, u64)> {
        let last = self.compressed.checked_sub(1)?;
        Some((self.offset, self.offset.saturating_add(last)))
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.offset.to_be_bytes());
        bytes.extend(self.compressed.to_be_bytes());
        bytes.extend(self.size.to_be_bytes());
        bytes.extend(self.crc32.to_be_bytes());
        bytes.push(self.deflated.into());
    }

    fn read(bytes: &[u8; ENTRY_BYTES]) -> Entry {
        let number =
            |from: usize, count: usize| bytes[from..from + count].iter().fold(0, |n: u64, b| n << 8 | u64::from(*b));
        Entry {
            offset: number(0, 8),
            compressed: number(8, 8),
            size: number(16, 8),
            crc32: number(24, 4) as u32,
            deflated: bytes[28] != 0,
        }
    }
}

impl Index {
    /// The compact form: a version, then 29 bytes an entry.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1 + ENTRY_BYTES * (2 + self.pages.len()));
        bytes.push(VERSION);
        for entry in [&self.page, &self.pdf].into_iter().chain(&self.pages) {
            entry.write(&mut bytes);
        }
        bytes
    }

    /// Reads the compact form.
    ///
    /// # Errors
    /// When the bytes are of another version or not whole.
    pub fn from_bytes(bytes: &[u8]) -> Result<Index, InvalidIndex> {
        let (version, rest) = bytes.split_first().ok_or(InvalidIndex::Length(0))?;
        if *version != VERSION {
            return Err(InvalidIndex::Version(*version));
        }
        let (chunks, tail) = rest.as_chunks::<ENTRY_BYTES>();
        match chunks {
            [page, pdf, pages @ ..] if tail.is_empty() => Ok(Index {
                page: Entry::read(page),
                pdf: Entry::read(pdf),
                pages: pages.iter().map(Entry::read).collect(),
            }),
            _ => Err(InvalidIndex::Length(bytes.len())),
        }
    }
}

/// Wraps the raw deflate stream of an entry as a gzip member (RFC 1952), to be served with `Content-Encoding: gzip` without compressing again.
pub fn gzip_member(entry: &Entry, deflate: &[u8]) -> Vec<u8> {
    // Magic, deflate, no flags, no time, no extra flags, unknown system.
    const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut member = Vec::with_capacity(HEADER.len() + deflate.len() + 8);
    member.extend(HEADER);
    member.extend(deflate);
    member.extend(entry.crc32.to_le_bytes());
    // The size modulo 2^32, as the RFC has it.
    member.extend((entry.size as u32).to_le_bytes());
    member
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::*;

    fn entry(offset: u64) -> Entry {
        Entry { offset, compressed: 3, size: u64::MAX, crc32: 0xdead_beef, deflated: offset.is_multiple_of(2) }
    }

    fn index() -> Index {
        Index { page: entry(1), pdf: entry(1 << 40), pages: vec![entry(3), entry(u64::MAX)] }
    }

    #[test]
    fn an_index_survives_its_compact_form() {
        let bytes = index().to_bytes();
        assert_eq!(bytes.len(), 1 + 4 * 29);
        assert_eq!(Index::from_bytes(&bytes), Ok(index()));
    }

    #[test]
    fn bytes_that_are_no_index_are_refused() {
        let whole = index().to_bytes();
        let mut newer = whole.clone();
        newer[0] = 2;
        let cases: [(&str, &[u8], InvalidIndex); 4] = [
            ("nothing", &[], InvalidIndex::Length(0)),
            ("a cut entry", &whole[..whole.len() - 1], InvalidIndex::Length(116)),
            ("only one entry", &whole[..30], InvalidIndex::Length(30)),
            ("another version", &newer, InvalidIndex::Version(2)),
        ];
        for (what, bytes, error) in cases {
            assert_eq!(Index::from_bytes(bytes), Err(error), "{what}");
        }
    }

    #[test]
    fn a_range_ends_with_the_last_byte() {
        assert_eq!(entry(10).range(), Some((10, 12)));
        assert_eq!(Entry { compressed: 0, ..entry(10) }.range(), None);
    }

    #[test]
    fn a_gzip_reader_reads_a_wrapped_entry() {
        let text = "the same line again\n".repeat(1_000);
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        let deflate = encoder.finish().unwrap();
        let mut crc = flate2::Crc::new();
        crc.update(text.as_bytes());
        let compressed = deflate.len() as u64;
        let entry = Entry { offset: 0, compressed, size: text.len() as u64, crc32: crc.sum(), deflated: true };

        let mut decoded = String::new();
        flate2::read::GzDecoder::new(&gzip_member(&entry, &deflate)[..]).read_to_string(&mut decoded).unwrap();
        assert_eq!(decoded, text);

        let wrong = Entry { crc32: entry.crc32 ^ 1, ..entry };
        let refused = flate2::read::GzDecoder::new(&gzip_member(&wrong, &deflate)[..]).read_to_string(&mut decoded);
        assert!(refused.is_err(), "the reader must check the sum we wrote");
    }
}
