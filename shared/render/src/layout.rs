//! The layout of blocks, in Typst; it reads the resolved document at `/report.json`.

use typst::foundations::Bytes;

/// The source that is compiled; it imports the others.
pub const MAIN: &str = include_str!("layout/report.typ");

const PARTS: [(&str, &str); 5] = [
    ("layout/base.typ", include_str!("layout/base.typ")),
    ("layout/cards.typ", include_str!("layout/cards.typ")),
    ("layout/chart.typ", include_str!("layout/chart.typ")),
    ("layout/markdown.typ", include_str!("layout/markdown.typ")),
    ("layout/table.typ", include_str!("layout/table.typ")),
];

/// The sources that [`MAIN`] imports, by their virtual paths.
pub fn parts() -> impl Iterator<Item = (String, Bytes)> {
    PARTS.into_iter().map(|(path, source)| (path.to_owned(), Bytes::new(source.as_bytes())))
}
