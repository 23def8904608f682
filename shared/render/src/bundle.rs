//! A bundle: one ZIP that holds all of a publication, from its definition to what was rendered from it.

use std::io::{Cursor, Write};

use domain::bundle::{Entry, Index};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::error::RenderError;
use crate::job::{Job, Rendered};
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

/// One file of the bundle.
struct File {
    name: String,
    bytes: Vec<u8>,
    deflated: bool,
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

/// Packs a bundle; the same input yields the same bytes.
///
/// # Errors
/// When the ZIP cannot be written, which is a failure of the machinery.
pub fn bundle(job: &Job, rendered: &Rendered, info: &BundleInfo) -> Result<Bundle, RenderError> {
    let mut files = files(job, rendered, info)?;
    files.insert(0, manifest(&files, rendered, info)?);
    let zip = pack(&files).map_err(internal)?;
    let index = index(&zip, rendered.pages.len()).map_err(internal)?;
    Ok(Bundle { zip, index })
}

fn files(job: &Job, rendered: &Rendered, info: &BundleInfo) -> Result<Vec<File>, RenderError> {
    let deflated = |name: &str, bytes: Vec<u8>| File { name: name.to_owned(), bytes, deflated: true };
    let page = PageInfo { title: rendered.title.clone(), version: info.version, published: info.at };
    let mut files = vec![
        deflated(PAGE, index_html(rendered, &page)?.into_bytes()),
        // A PDF is compressed inside; stored, it can be served by ranges.
        File { name: PDF.to_owned(), bytes: rendered.pdf.clone(), deflated: false },
        deflated("definition.json", pretty(&job.definition)?),
        deflated("data.json", pretty(&job.data)?),
        deflated("params.json", pretty(&job.params)?),
        deflated("theme.json", pretty(&job.theme)?),
    ];
    let pages = rendered.pages.iter().enumerate();
    files.extend(pages.map(|(n, page)| deflated(&page_name(n), page.svg.clone().into_bytes())));
    files.extend(
        rendered.tables.iter().map(|table| deflated(&format!("tables/{}", table.name), table.csv.clone().into_bytes())),
    );
    files.extend(job.assets.iter().map(|(name, bytes)| deflated(&format!("assets/{}", flat(name)), bytes.clone())));
    Ok(files)
}

/// A name that stays inside its folder, whoever unpacks the ZIP.
fn flat(name: &str) -> String {
    let name = name.replace(['/', '\\'], "_");
    if name.starts_with("..") { format!("_{name}") } else { name }
}

fn page_name(n: usize) -> String {
    format!("pages/{}.svg", n + 1)
}

fn manifest(files: &[File], rendered: &Rendered, info: &BundleInfo) -> Result<File, RenderError> {
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
    Ok(File { name: "manifest.json".to_owned(), bytes: pretty(&manifest)?, deflated: true })
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn pack(files: &[File]) -> zip::result::ZipResult<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
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

fn index(zip: &[u8], pages: usize) -> zip::result::ZipResult<Index> {
    let mut archive = ZipArchive::new(Cursor::new(zip))?;
    let mut entry = |name: &str| -> zip::result::ZipResult<Entry> {
        let file = archive.by_name(name)?;
        let offset = file.data_start().ok_or(zip::result::ZipError::FileNotFound)?;
        Ok(Entry {
            offset,
            compressed: file.compressed_size(),
            size: file.size(),
            crc32: file.crc32(),
            deflated: file.compression() == CompressionMethod::Deflated,
        })
    };
    let pages: zip::result::ZipResult<Vec<Entry>> = (0..pages).map(|n| entry(&page_name(n))).collect();
    Ok(Index { page: entry(PAGE)?, pdf: entry(PDF)?, pages: pages? })
}

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
    use serde_json::{Map, Value};

    use super::*;
    use crate::Theme;
    use crate::job::{Page, TableFile};

    fn packed(at: &str) -> Bundle {
        let job = Job {
            report: "Sales".into(),
            definition: serde_json::from_value(json!({"blocks": []})).unwrap(),
            data: json!({"a": 1}),
            params: Map::new(),
            theme: Theme::default(),
            assets: BTreeMap::from([("logo.png".to_owned(), vec![1, 2, 3])]),
            author: None,
            date: at.parse().unwrap(),
        };
        let page = |svg: &str| Page { svg: svg.repeat(100), text: String::new(), width: 1.0, height: 1.0 };
        let rendered = Rendered {
            title: "Sales".into(),
            lang: "en".into(),
            pdf: b"%PDF-".to_vec(),
            pages: vec![page("<one/>"), page("<two/>")],
            tables: vec![TableFile { name: "rows.csv".into(), csv: "a\n1\n".into() }],
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
        let (first, last) = entry.range().unwrap();
        let bytes = &bundle.zip[first as usize..=last as usize];
        let mut text = String::new();
        if entry.deflated {
            let member = gzip_member(entry, bytes);
            flate2::read::GzDecoder::new(&member[..]).read_to_string(&mut text).unwrap();
        } else {
            text = String::from_utf8(bytes.to_vec()).unwrap();
        }
        text
    }

    #[test]
    fn the_index_leads_to_each_served_file() {
        let bundle = packed("2026-03-31T10:00:00Z");
        assert!(fetch(&bundle, &bundle.index.page).contains("<h1>Sales</h1>"));
        assert_eq!(fetch(&bundle, &bundle.index.pdf), "%PDF-");
        assert!(!bundle.index.pdf.deflated);
        assert_eq!(bundle.index.pages.len(), 2);
        assert_eq!(fetch(&bundle, &bundle.index.pages[1]), "<two/>".repeat(100));
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
        assert_eq!(listed.len() + 1, archive.len());
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
