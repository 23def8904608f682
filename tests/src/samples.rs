//! Reports to work with.

use crate::{
    api::{Api, read},
    unique,
};
use serde_json::{Value, json};

/// A font that has two letters of Phoenician, U+10900 and U+10901, and nothing else.
pub const PHOENICIAN: &[u8] = include_bytes!("../../shared/font/testdata/phoenician.ttf");

/// The body that makes a small report with this slug and text.
pub fn body(slug: &str, text: &str) -> Value {
    json!({
        "name": slug, "slug": slug, "owner": "tests", "note": "first",
        "definition": {"title": "A small report", "blocks": [
            {"kind": "heading", "text": "Overview"},
            {"kind": "text", "markdown": text},
            {"kind": "table", "data": "rows", "columns": [{"field": "region"}, {"field": "amount", "format": "number:2"}], "totals": ["amount"]}
        ]},
        "data": {"rows": [{"region": "North", "amount": 10}, {"region": "South", "amount": 20.5}]}
    })
}

/// A small report of its own for a test; its natural id.
pub async fn report(api: &Api, text: &str) -> String {
    create(api, &body(&unique("report"), text)).await
}

/// Makes the report of this body; its natural id.
pub async fn create(api: &Api, body: &Value) -> String {
    let made = api.post("/api/reports", body).await.expect(201).json();
    made["naturalId"].as_str().unwrap().to_owned()
}

/// A PNG of this many bytes at least, which no packer can shrink: greyscale noise.
pub fn noise_png(bytes: usize) -> Vec<u8> {
    let width = 1024usize;
    let height = bytes / width + 1;
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut raw = Vec::with_capacity(height * (width + 1));
    for _ in 0..height {
        raw.extend([0]);
        for _ in 0..width {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            raw.push((state >> 24) as u8);
        }
    }
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, &raw).unwrap();
    let mut header = (width as u32).to_be_bytes().to_vec();
    header.extend((height as u32).to_be_bytes());
    header.extend([8, 0, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", header), (b"IDAT", encoder.finish().unwrap()), (b"IEND", Vec::new())] {
        png.extend((data.len() as u32).to_be_bytes());
        let mut crc = flate2::Crc::new();
        crc.update(kind);
        crc.update(&data);
        png.extend(kind);
        png.extend(&data);
        png.extend(crc.sum().to_be_bytes());
    }
    png
}

/// The blocks that show pictures of noise, and what puts the pictures there: a report of about so many bytes.
pub async fn put_noise(api: &Api, report: &str, sizes: &[usize]) {
    for (number, size) in sizes.iter().enumerate() {
        let path = format!("/api/reports/{report}/assets/{number}.png");
        let put = api.request("PUT", &path).header("content-type", "image/png").body(noise_png(*size));
        read(put).await.expect(200);
    }
}
