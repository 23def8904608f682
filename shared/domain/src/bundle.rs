//! Where the parts of a bundle lie: which bytes of its ZIP a public page, a picture or the PDF is.
//!
//! A bundle is one ZIP object in S3, since one PUT is atomic and cheap and one object is easy to delete. A reader fetches a part of it
//! by one ranged GET and serves its compressed bytes as they are. Where the page and the PDF lie is kept beside the publication, in an
//! [`Index`] of constant size. Where the pictures of the pages lie is a table in the ZIP itself, with a row of constant size a page:
//! a picture costs one more ranged GET, and no item grows with the report.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// One file inside the ZIP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Where the file's data starts, in bytes from the start of the ZIP.
    pub offset: u64,
    /// The bytes of the data in the ZIP.
    pub compressed: u64,
    /// The bytes of the file itself.
    pub size: u64,
    /// The CRC-32 of the file itself.
    pub crc32: u32,
    /// The CRC-32 of the data in the ZIP, by which a reader checks what it serves without unpacking it.
    pub data_crc32: u32,
    /// Whether the data is a raw deflate stream; it is the file itself otherwise.
    pub deflated: bool,
}

/// Where the parts of a bundle lie that are served by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// `index.html`.
    pub page: Entry,
    /// `report.pdf`.
    pub pdf: Entry,
    /// Where the pictures lie.
    pub pages: PageTable,
}

/// A part of a bundle that is served by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `index.html`.
    Page,
    /// `report.pdf`.
    Pdf,
    /// The picture of the page at this position, from 0.
    Picture(usize),
}

/// The file of the ZIP that says where the pictures `pages/1.svg` and the following lie: a row each, by the numbers of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageTable {
    /// Where the first row starts, in bytes from the start of the ZIP.
    pub offset: u64,
    /// How many rows there are.
    pub count: u32,
}

/// The name of the [`PageTable`] in the ZIP.
pub const PAGE_TABLE: &str = "pages/index";

/// Offset, compressed, size, CRC-32 of the file, of the data, flag.
const ENTRY_BYTES: usize = 8 + 8 + 8 + 4 + 4 + 1;
/// An entry and its own CRC-32.
pub const ROW_BYTES: usize = ENTRY_BYTES + 4;

/// The bytes do not have the recorded checksum: they are not what was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the checksum of the stored bytes is not the recorded one")]
pub struct Damaged;

impl Entry {
    /// An entry without bytes: the place of a page that is left out.
    pub const LEFT_OUT: Self = Self { offset: 0, compressed: 0, size: 0, crc32: 0, data_crc32: 0, deflated: false };

    /// The bytes of the ZIP that hold the data.
    pub fn range(&self) -> Range<u64> {
        self.offset..self.offset.saturating_add(self.compressed)
    }

    /// Hands the data on, if it is what was stored.
    ///
    /// # Errors
    /// [`Damaged`] when its length or checksum is another one.
    pub fn checked(&self, data: Vec<u8>) -> Result<Vec<u8>, Damaged> {
        let sound = data.len() as u64 == self.compressed && crc32fast::hash(&data) == self.data_crc32;
        if sound { Ok(data) } else { Err(Damaged) }
    }

    /// The row of a [`PageTable`].
    pub fn to_row(&self) -> [u8; ROW_BYTES] {
        let mut row = [0; ROW_BYTES];
        row[..8].copy_from_slice(&self.offset.to_be_bytes());
        row[8..16].copy_from_slice(&self.compressed.to_be_bytes());
        row[16..24].copy_from_slice(&self.size.to_be_bytes());
        row[24..28].copy_from_slice(&self.crc32.to_be_bytes());
        row[28..32].copy_from_slice(&self.data_crc32.to_be_bytes());
        row[32] = self.deflated.into();
        let own = crc32fast::hash(&row[..ENTRY_BYTES]);
        row[ENTRY_BYTES..].copy_from_slice(&own.to_be_bytes());
        row
    }

    /// Reads a row of a [`PageTable`].
    ///
    /// # Errors
    /// [`Damaged`] when it has another length or checksum.
    pub fn from_row(row: &[u8]) -> Result<Self, Damaged> {
        let row: &[u8; ROW_BYTES] = row.try_into().map_err(|_| Damaged)?;
        let number =
            |from: usize, count: usize| row[from..from + count].iter().fold(0, |n: u64, b| n << 8 | u64::from(*b));
        if number(ENTRY_BYTES, 4) != u64::from(crc32fast::hash(&row[..ENTRY_BYTES])) {
            return Err(Damaged);
        }
        Ok(Self {
            offset: number(0, 8),
            compressed: number(8, 8),
            size: number(16, 8),
            crc32: number(24, 4) as u32,
            data_crc32: number(28, 4) as u32,
            deflated: row[32] != 0,
        })
    }
}

impl PageTable {
    /// The bytes of the ZIP that hold the row of a page, by its position from 0; `None` if the report has no such page.
    pub fn row(&self, position: usize) -> Option<Range<u64>> {
        let position = u64::try_from(position).ok().filter(|position| *position < u64::from(self.count))?;
        let start = self.offset + position * ROW_BYTES as u64;
        Some(start..start + ROW_BYTES as u64)
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
        let deflated = offset.is_multiple_of(2);
        Entry { offset, compressed: 3, size: u64::MAX, crc32: 0xdead_beef, data_crc32: 0x0102_0304, deflated }
    }

    #[test]
    fn an_entry_survives_its_row() {
        for entry in [entry(1), entry(1 << 40), entry(u64::MAX), Entry::LEFT_OUT] {
            assert_eq!(Entry::from_row(&entry.to_row()), Ok(entry));
        }
    }

    #[test]
    fn a_row_with_any_wrong_bit_is_refused() {
        let row = entry(7).to_row();
        for bit in 0..ROW_BYTES * 8 {
            let mut wrong = row;
            wrong[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Entry::from_row(&wrong), Err(Damaged), "bit {bit}");
        }
        for cut in [&[][..], &row[1..], &[row.as_slice(), &[0]].concat()] {
            assert_eq!(Entry::from_row(cut), Err(Damaged), "{} bytes", cut.len());
        }
    }

    #[test]
    fn the_rows_of_a_table_lie_one_behind_the_other() {
        let table = PageTable { offset: 100, count: 2 };
        assert_eq!((table.row(0), table.row(1)), (Some(100..137), Some(137..174)));
        assert_eq!((table.row(2), table.row(usize::MAX)), (None, None));
    }

    #[test]
    fn data_that_was_changed_or_cut_is_not_handed_on() {
        let data = b"<svg/>".to_vec();
        let entry = Entry { compressed: 6, data_crc32: crc32fast::hash(&data), ..entry(1) };
        assert_eq!(entry.checked(data.clone()), Ok(data.clone()));
        for wrong in [&b"<svg>>"[..], b"<svg/", b"<svg/> ", b""] {
            assert_eq!(entry.checked(wrong.to_vec()), Err(Damaged), "{wrong:?}");
        }
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
        let entry = Entry { compressed, size: text.len() as u64, crc32: crc.sum(), deflated: true, ..Entry::LEFT_OUT };

        let mut decoded = String::new();
        flate2::read::GzDecoder::new(&gzip_member(&entry, &deflate)[..]).read_to_string(&mut decoded).unwrap();
        assert_eq!(decoded, text);

        let wrong = Entry { crc32: entry.crc32 ^ 1, ..entry };
        let refused = flate2::read::GzDecoder::new(&gzip_member(&wrong, &deflate)[..]).read_to_string(&mut decoded);
        assert!(refused.is_err(), "the reader must check the sum we wrote");
    }
}
