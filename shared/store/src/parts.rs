//! The parts of bundles: fetched by ranged GETs, and checked before they are handed on. What does not have the checksum under which it was
//! stored is served to nobody.

use crate::{links::LARGEST_ANSWER, objects::Objects};
use domain::{
    Outcome, Problem,
    bundle::{Damaged, Entry, Index, Part},
};
use std::time::Duration;

/// How long an address of a large PDF works: enough to follow a redirect.
const ADDRESS_LIFETIME: Duration = Duration::from_secs(30);

/// A part of the bundle under this key: its entry, and its bytes as they are packed. `None`: the bundle is gone.
///
/// # Errors
/// `NotFound` when the bundle has no such part, or a picture is too large for a function to answer; `Internal` when the bucket does not
/// answer, and when the bytes are not those that were stored.
pub(crate) async fn fetch(
    objects: &Objects,
    zip: &str,
    index: &Index,
    part: Part,
) -> Outcome<Option<(Entry, Vec<u8>)>> {
    let damaged = |damaged: Damaged| Problem::internal(format!("{zip}, {part:?}: {damaged}"));
    let entry = match part {
        Part::Page => index.page,
        Part::Pdf => index.pdf,
        Part::Picture(position) => {
            let row = index.pages.row(position).ok_or_else(no_picture)?;
            let Some(row) = objects.get(zip, Some(row)).await? else { return Ok(None) };
            Entry::from_row(&row).map_err(damaged).and_then(shown)?
        }
    };
    let Some(bytes) = objects.get(zip, Some(entry.range())).await? else { return Ok(None) };
    Ok(Some((entry, entry.checked(bytes).map_err(damaged)?)))
}

/// No picture is of a page that is left out, and of one that a function cannot answer the page says in words what it shows.
fn shown(entry: Entry) -> Outcome<Entry> {
    if (1..=LARGEST_ANSWER).contains(&entry.compressed) { Ok(entry) } else { Err(no_picture()) }
}

fn no_picture() -> Problem {
    Problem::NotFound("There is no such page.".into())
}

/// An address that serves the PDF of a bundle for half a minute, where it is kept once more by itself. The reader then fetches it from S3,
/// which guards what it keeps: here is checked that it keeps this very file. `None`: it is gone.
///
/// # Errors
/// `Internal` when the bucket does not answer, and when the object is not the one that was stored.
pub(crate) async fn pdf_address(
    objects: &Objects,
    key: &str,
    pdf: &Entry,
    disposition: &str,
) -> Outcome<Option<String>> {
    objects.checked_address(key, (pdf.size, pdf.crc32), disposition, "application/pdf", ADDRESS_LIFETIME).await
}
