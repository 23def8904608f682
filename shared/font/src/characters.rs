//! How many characters a font names: the renderer lists each of them, so a table that names billions would take all of its memory.

use ttf_parser::{RawFace, Tag};

/// The most characters of all fonts in a file, those counted twice that two tables name: Unicode has room for 1,114,112.
pub const MOST: usize = 4_000_000;

/// The characters of a font; `None` if it names more than `most`.
pub fn count(face: &RawFace<'_>, most: usize) -> Option<usize> {
    let table = face.table(Tag::from_bytes(b"cmap")).unwrap_or_default();
    let mut count = 0;
    for record in 0..number(table, 2, 2).unwrap_or_default() {
        let record = 4 + 8 * record;
        if !is_unicode(table, record) {
            continue;
        }
        let subtable = number(table, record + 4, 4).and_then(|offset| table.get(offset..)).unwrap_or_default();
        count += in_subtable(subtable, most - count)?;
    }
    Some(count)
}

/// Whether a record of the table leads to characters of Unicode: platform 0, or 3 with encodings 1 and 10.
fn is_unicode(table: &[u8], record: usize) -> bool {
    matches!((number(table, record, 2), number(table, record + 2, 2)), (Some(0), _) | (Some(3), Some(1 | 10)))
}

/// What a subtable names, by its format. The renderer passes over one that it cannot read.
fn in_subtable(subtable: &[u8], most: usize) -> Option<usize> {
    let Some(format) = number(subtable, 0, 2) else { return Some(0) };
    let read = |at, size| number(subtable, at, size).unwrap_or_default();
    let count = match format {
        4 => {
            let segments = read(6, 2) / 2;
            let ends = (0..segments).map(|n| number(subtable, 14 + 2 * n, 2));
            let starts = (0..segments).map(|n| number(subtable, 16 + 2 * segments + 2 * n, 2));
            total(starts.zip(ends), most)
        }
        12 | 13 => {
            let group = |n: usize| (number(subtable, 16 + 12 * n, 4), number(subtable, 20 + 12 * n, 4));
            total((0..read(12, 4)).map(group), most)
        }
        // They list glyph by glyph: their size bounds them.
        6 => Some(read(8, 2)),
        10 => Some(read(16, 4)),
        _ => Some(256),
    };
    count.filter(|count| *count <= most)
}

/// The characters in ranges, up to the first that is behind the end of the table. An empty one counts too, since it takes time to read.
fn total(ranges: impl Iterator<Item = (Option<usize>, Option<usize>)>, most: usize) -> Option<usize> {
    let mut total = 0_usize;
    for (start, end) in ranges {
        let (Some(start), Some(end)) = (start, end) else { break };
        total += (end + 1).saturating_sub(start).max(1);
        if total > most {
            return None;
        }
    }
    Some(total)
}

/// A number in big-endian order.
fn number(bytes: &[u8], at: usize, size: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(size)?)?;
    Some(bytes.iter().fold(0, |number, byte| (number << 8) | usize::from(*byte)))
}
