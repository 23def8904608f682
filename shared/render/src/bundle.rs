//! A bundle: one ZIP that holds all of a publication, from its definition to what was rendered from it.

use std::io::Cursor;

use domain::bundle::{Entry, Index, PAGE_TABLE, PageTable};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use zip::result::{ZipError, ZipResult};
use zip::{CompressionMethod, ZipArchive};

use crate::archive::{Entry as File, append, pack};
use crate::error::RenderError;
use crate::job::{Job, Page, Rendered, TableFile};
use crate::page::{PageInfo, index_html};

/// What the manifest says about the publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleInfo {
    /// The unique id of the report.
    pub report: String,
    /// The number of the report.
    pub number: u64,
    /// The natural id of the report, such as `team:sales-dashboard`.
    pub natural_id: String,
    /// The version of the report that is published.
    pub version: u64,
    /// The id of the publication.
    pub publication: String,
    /// When it was asked for.
    pub at: Timestamp,
}

/// A packed bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The ZIP.
    pub zip: Vec<u8>,
    /// Where the served files lie in it.
    pub index: Index,
}

/// What the manifest says about a file.
#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    size: usize,
    sha256: String,
}

const PAGE: &str = "index.html";
const PDF: &str = "report.pdf";
/// The most bytes of the page in the ZIP. The function that serves it packs it anew, faster and so a little larger, and can answer 4.5 MB.
const MAX_PAGE: u64 = 3_500_000;

/// Packs a bundle; the same input yields the same bytes.
///
/// # Errors
/// When the words of all pages are too many for a page in a browser, or the ZIP cannot be written, which is a failure of the machinery.
pub fn bundle(job: &Job, rendered: &Rendered, info: &BundleInfo) -> Result<Bundle, RenderError> {
    let mut files = files(job, rendered, info)?;
    files.insert(0, manifest(&files, rendered, info)?);
    packed(&files, rendered)
}

/// Packs what a preview shows and no more: its page, which is given, the PDF and the pictures.
///
/// # Errors
/// As [`bundle`].
pub fn preview(html: String, rendered: &Rendered) -> Result<Bundle, RenderError> {
    packed(&shown(html, rendered), rendered)
}

fn packed(files: &[File<'_>], rendered: &Rendered) -> Result<Bundle, RenderError> {
    let zip = pack(files).map_err(internal)?;
    let bundle = indexed(zip, &rendered.pages).map_err(internal)?;
    if bundle.index.page.compressed > MAX_PAGE {
        return Err(RenderError::limit(
            "The words of all pages are more than the 3.5 MB, packed, that a page in a browser may have; show fewer rows or split the \
             report into several",
        ));
    }
    Ok(bundle)
}

fn shown(html: String, rendered: &Rendered) -> Vec<File<'_>> {
    // A PDF is compressed inside; stored, it can be served by ranges.
    let page = [File::deflated(PAGE, html.into_bytes()), File::stored(PDF, &rendered.pdf)];
    let pictures = rendered.pages.iter().map(|page| File::deflated(page_name(page), page.svg.as_bytes()));
    page.into_iter().chain(pictures).collect()
}

fn files<'a>(job: &'a Job, rendered: &'a Rendered, info: &BundleInfo) -> Result<Vec<File<'a>>, RenderError> {
    let page = PageInfo { title: rendered.title.clone(), version: info.version, published: info.at };
    let mut files = shown(index_html(rendered, &page)?, rendered);
    files.extend([
        File::deflated("definition.json", pretty(&job.definition)?),
        File::deflated("data.json", job.data.text().as_bytes()),
        File::deflated("params.json", if job.params.is_null() { "{}" } else { job.params.text() }.as_bytes()),
        File::deflated("theme.json", pretty(&job.theme)?),
    ]);
    for TableFile { name, csv } in &rendered.tables {
        files.push(File::deflated(format!("tables/{name}"), csv.as_bytes()));
    }
    for (name, bytes) in &job.assets {
        files.push(File::deflated(format!("assets/{}", flat(name)), bytes.as_slice()));
    }
    Ok(files)
}

/// A name that stays inside its folder, whoever unpacks the ZIP.
fn flat(name: &str) -> String {
    let name = name.replace(['/', '\\'], "_");
    if name.starts_with("..") { format!("_{name}") } else { name }
}

fn page_name(page: &Page) -> String {
    format!("pages/{}.svg", page.number)
}

fn manifest(files: &[File<'_>], rendered: &Rendered, info: &BundleInfo) -> Result<File<'static>, RenderError> {
    let listed: Vec<Listed<'_>> = files
        .iter()
        .map(|file| Listed { name: &file.name, size: file.bytes.len(), sha256: sha256(&file.bytes) })
        .collect();
    let manifest = json!({
        "report": {"id": info.report, "number": info.number, "naturalId": info.natural_id},
        "version": info.version,
        "publication": info.publication,
        "publishedAt": info.at,
        "title": rendered.title,
        "pages": rendered.pages.len(),
        "files": listed,
    });
    Ok(File::deflated("manifest.json", pretty(&manifest)?))
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Looks up where the files lie, and adds the table of the pages.
fn indexed(zip: Vec<u8>, pages: &[Page]) -> ZipResult<Bundle> {
    let mut reader = Reader::new(&zip)?;
    let (page, pdf) = (reader.entry(PAGE)?, reader.entry(PDF)?);
    let entries = reader.pictures(pages)?;
    let count = entries.len() as u32;
    let rows: Vec<u8> = entries.iter().flat_map(Entry::to_row).collect();
    let zip = append(zip, File::stored(PAGE_TABLE, rows))?;
    let pages = PageTable { offset: Reader::new(&zip)?.entry(PAGE_TABLE)?.offset, count };
    Ok(Bundle { index: Index { page, pdf, pages }, zip })
}

/// Tells where files lie in a ZIP.
struct Reader<'a> {
    zip: &'a [u8],
    archive: ZipArchive<Cursor<&'a [u8]>>,
}

impl<'a> Reader<'a> {
    fn new(zip: &'a [u8]) -> ZipResult<Self> {
        Ok(Self { zip, archive: ZipArchive::new(Cursor::new(zip))? })
    }

    fn entry(&mut self, name: &str) -> ZipResult<Entry> {
        let file = self.archive.by_name(name)?;
        let entry = Entry {
            offset: file.data_start().ok_or(ZipError::FileNotFound)?,
            compressed: file.compressed_size(),
            size: file.size(),
            crc32: file.crc32(),
            data_crc32: 0,
            deflated: file.compression() == CompressionMethod::Deflated,
        };
        let data = entry.range();
        let data = self.zip.get(data.start as usize..data.end as usize).ok_or(ZipError::FileNotFound)?;
        Ok(Entry { data_crc32: crc32fast::hash(data), ..entry })
    }

    /// The pictures by the numbers of their pages, and a page that was left out as one without bytes.
    fn pictures(&mut self, pages: &[Page]) -> ZipResult<Vec<Entry>> {
        let mut entries = Vec::with_capacity(pages.len());
        for page in pages {
            let place = (page.number as usize).saturating_sub(1).max(entries.len());
            entries.resize(place, Entry::LEFT_OUT);
            entries.push(self.entry(&page_name(page))?);
        }
        Ok(entries)
    }
}

/// A value as JSON that people can read.
fn pretty(value: &impl Serialize) -> Result<Vec<u8>, RenderError> {
    serde_json::to_vec_pretty(value).map_err(internal)
}

fn internal(error: impl std::fmt::Display) -> RenderError {
    RenderError::internal(format!("the bundle cannot be packed: {error}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Read;

    use domain::bundle::gzip_member;
    use serde_json::Value;
    use typst::foundations::Bytes;

    use super::*;

    fn packed(at: &str) -> Bundle {
        let definition = serde_json::from_value(json!({"blocks": []})).unwrap();
        let assets = BTreeMap::from([("logo.png".to_owned(), Bytes::new(vec![1, 2, 3]))]);
        let job = Job { assets, ..Job::new("Sales", definition, json!({"a": 1}), at.parse().unwrap()) };
        let page = |number, svg: &str| Page {
            number,
            title: None,
            svg: svg.repeat(100),
            png: vec![],
            text: String::new(),
            width: 1.0,
            height: 1.0,
        };
        let rendered = Rendered {
            title: "Sales".into(),
            lang: "en".into(),
            pdf: b"%PDF-".to_vec(),
            xlsx: vec![],
            pages: vec![page(1, "<one/>"), page(2, "<two/>")],
            page_count: 2,
            tables: vec![TableFile { name: "rows.csv".into(), csv: "a\n1\n".into() }],
            letter: None,
            warnings: vec![],
        };
        let info = BundleInfo {
            report: "r".into(),
            number: 7,
            natural_id: "team:sales".into(),
            version: 3,
            publication: "p".into(),
            at: job.date,
        };
        bundle(&job, &rendered, &info).unwrap()
    }

    /// What a reader gets by one ranged GET.
    fn fetch(bundle: &Bundle, entry: &Entry) -> String {
        let range = entry.range();
        let bytes = entry.checked(bundle.zip[range.start as usize..range.end as usize].to_vec()).unwrap();
        let mut text = String::new();
        if entry.deflated {
            let member = gzip_member(entry, &bytes);
            flate2::read::GzDecoder::new(&member[..]).read_to_string(&mut text).unwrap();
        } else {
            text = String::from_utf8(bytes).unwrap();
        }
        text
    }

    /// The place of a picture, as a reader finds it in the table.
    fn picture(bundle: &Bundle, position: usize) -> Entry {
        let row = bundle.index.pages.row(position).unwrap();
        Entry::from_row(&bundle.zip[row.start as usize..row.end as usize]).unwrap()
    }

    #[test]
    fn the_index_leads_to_each_served_file() {
        let bundle = packed("2026-03-31T10:00:00Z");
        assert!(fetch(&bundle, &bundle.index.page).contains("<h1>Sales</h1>"));
        assert_eq!(fetch(&bundle, &bundle.index.pdf), "%PDF-");
        assert!(!bundle.index.pdf.deflated);
        assert_eq!(bundle.index.pages.count, 2);
        assert_eq!(fetch(&bundle, &picture(&bundle, 1)), "<two/>".repeat(100));
        assert_eq!(bundle.index.pages.row(2), None);
    }

    #[test]
    fn a_preview_is_found_by_the_numbers_of_its_pages() {
        let page = |number, svg: &str| Page {
            number,
            title: None,
            svg: svg.to_owned(),
            png: vec![],
            text: String::new(),
            width: 1.0,
            height: 1.0,
        };
        let rendered = Rendered {
            title: "Sales".into(),
            lang: "en".into(),
            pdf: b"%PDF-".to_vec(),
            xlsx: vec![],
            pages: vec![page(2, "<two/>"), page(4, "<four/>")],
            page_count: 4,
            tables: vec![],
            letter: None,
            warnings: vec![],
        };
        let bundle = preview("<html>".to_owned(), &rendered).unwrap();
        assert_eq!(fetch(&bundle, &bundle.index.page), "<html>");
        assert_eq!(fetch(&bundle, &picture(&bundle, 1)), "<two/>");
        assert_eq!(fetch(&bundle, &picture(&bundle, 3)), "<four/>");
        assert_eq!([0, 2].map(|position| picture(&bundle, position)), [Entry::LEFT_OUT; 2]);
        assert_eq!(bundle.index.pages.count, 4);
    }

    #[test]
    fn the_manifest_lists_every_other_file_with_its_hash() {
        let bundle = packed("2026-03-31T10:00:00Z");
        let mut archive = ZipArchive::new(Cursor::new(&bundle.zip)).unwrap();
        let mut read = |name: &str| {
            let mut bytes = Vec::new();
            archive.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
            bytes
        };
        let manifest: Value = serde_json::from_slice(&read("manifest.json")).unwrap();
        assert_eq!(manifest["report"]["naturalId"], "team:sales");
        let listed = manifest["files"].as_array().unwrap();
        for file in listed {
            let bytes = read(file["name"].as_str().unwrap());
            assert_eq!(file["sha256"], sha256(&bytes), "{file}");
            assert_eq!(file["size"], bytes.len(), "{file}");
        }
        let names: Vec<&str> = listed.iter().filter_map(|file| file["name"].as_str()).collect();
        assert!(names.contains(&"assets/logo.png") && names.contains(&"tables/rows.csv"));
        // All but itself, and the table of the pages, whose places depend on it.
        assert_eq!(listed.len() + 2, archive.len());
        assert!(archive.by_name(PAGE_TABLE).is_ok());
    }

    #[test]
    fn a_page_that_no_function_can_answer_is_refused() {
        let html = |bytes: usize| -> String {
            let hashes = (0..bytes / 64).map(|n: usize| sha256(&n.to_be_bytes()));
            hashes.collect()
        };
        let rendered = Rendered {
            title: String::new(),
            lang: "en".into(),
            pdf: vec![],
            xlsx: vec![],
            pages: vec![],
            page_count: 0,
            tables: vec![],
            letter: None,
            warnings: vec![],
        };
        // Digits of hashes are packed to a little more than half.
        assert!(preview(html(5_000_000), &rendered).is_ok());
        let error = preview(html(8_000_000), &rendered).unwrap_err();
        assert_eq!(error.cause, crate::Cause::Limit);
        assert!(error.message.contains("split the report"), "{error}");
    }

    #[test]
    fn no_asset_leaves_its_folder() {
        let cases = [("logo.png", "logo.png"), ("../../etc/x", "_.._.._etc_x"), ("a\\b", "a_b"), ("..", "_..")];
        for (name, expected) in cases {
            assert_eq!(flat(name), expected);
        }
    }

    #[test]
    fn the_same_input_gives_the_same_zip() {
        let first = packed("2026-03-31T10:00:00Z");
        assert_eq!(first, packed("2026-03-31T10:00:00Z"));
        assert_ne!(first.zip, packed("2026-04-01T10:00:00Z").zip);
    }
}
