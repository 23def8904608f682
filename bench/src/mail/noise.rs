//! Pictures that nothing makes smaller: a PDF has as many bytes as they have.

use flate2::{Compression, Crc, write::ZlibEncoder};
use std::io::Write;

/// A square PNG of grey noise with this side, one byte a pixel; another seed makes another one.
pub fn png(side: usize, seed: u64) -> Vec<u8> {
    let mut header = [side as u32, side as u32].map(u32::to_be_bytes).concat();
    // Eight bits of grey, and nothing else that there is to choose.
    header.extend([8, 0, 0, 0, 0]);
    let chunks = [chunk(b"IHDR", &header), chunk(b"IDAT", &packed(&rows(side, seed))), chunk(b"IEND", &[])];
    [b"\x89PNG\r\n\x1a\n".as_slice(), &chunks.concat()].concat()
}

/// Rows of xorshift's numbers, each behind the byte of its filter: none.
fn rows(side: usize, seed: u64) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15 ^ seed;
    let mut pixel = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    let mut rows = Vec::with_capacity(side * (side + 1));
    for _ in 0..side {
        rows.push(0);
        rows.extend((0..side).map(|_| pixel()));
    }
    rows
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    // Into memory: neither can fail.
    encoder.write_all(bytes).ok();
    encoder.finish().unwrap_or_default()
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(kind);
    crc.update(data);
    [&(data.len() as u32).to_be_bytes(), kind.as_slice(), data, &crc.sum().to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_stays_as_large_as_it_is_and_each_picture_is_another() {
        let (one, other) = (png(200, 1), png(200, 2));
        for picture in [&one, &other] {
            assert!((40_000..44_000).contains(&picture.len()), "{} bytes", picture.len());
        }
        assert_ne!(one, other);
    }
}
