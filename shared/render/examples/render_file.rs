//! For authors of reports: renders a request file to PDF and SVG without a server.
//!
//! `cargo run --release -p render --example render_file -- report.json out/`
//!
//! The file is the body of `POST /api/reports`. Beside it may lie `template.typ`, taken as `definition.typst`, and a folder `assets`.

#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::time::Instant;
use std::{env, fs};

use domain::definition::Definition;
use render::bundle::{BundleInfo, bundle};
use render::page::{PageInfo, index_html};
use render::{Job, Theme, render, shared};
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    render::sandbox::run_child_if_asked();
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [file, target] = arguments.as_slice() else {
        return Err("usage: render_file REPORT.json TARGET_FOLDER".into());
    };
    let job = read_job(Path::new(file))?;
    let started = Instant::now();
    let rendered = render(&job)?;
    println!(
        "{}: {} pages, PDF of {} KB, {:?}",
        rendered.title,
        rendered.pages.len(),
        rendered.pdf.len() / 1024,
        started.elapsed()
    );
    write(&job, &rendered, Path::new(target))
}

fn read_job(file: &Path) -> Result<Job, Box<dyn Error>> {
    let mut request: Value = serde_json::from_slice(&fs::read(file)?)?;
    let folder = file.parent().unwrap_or(Path::new("."));
    if let Ok(source) = fs::read_to_string(folder.join("template.typ")) {
        request["definition"]["typst"] = source.into();
    }
    let theme = request["theme"].as_str().unwrap_or("default");
    let definition = Definition::parse(&request["definition"])?;
    let time_zone = request["timeZone"].as_str().unwrap_or("UTC").to_owned();
    let name = request["name"].as_str().unwrap_or("Report");
    Ok(Job {
        time_zone,
        theme: Theme::named(theme).ok_or_else(|| format!("unknown theme `{theme}`"))?,
        assets: shared(read_assets(&folder.join("assets"))?),
        author: request["owner"].as_str().map(str::to_owned),
        ..Job::new(name, definition, request["data"].clone(), "2026-04-02T08:30:00Z".parse()?)
    })
}

fn read_assets(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, Box<dyn Error>> {
    let mut assets = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let entry = entry?;
        assets.insert(entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?);
    }
    Ok(assets)
}

fn write(job: &Job, rendered: &render::Rendered, target: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(target.join("pages"))?;
    fs::write(target.join("report.pdf"), &rendered.pdf)?;
    for (n, page) in rendered.pages.iter().enumerate() {
        fs::write(target.join(format!("pages/{}.svg", n + 1)), &page.svg)?;
    }
    for table in &rendered.tables {
        fs::write(target.join(&table.name), &table.csv)?;
    }
    let info = PageInfo { title: rendered.title.clone(), version: 1, published: job.date };
    fs::write(target.join("index.html"), index_html(rendered, &info)?)?;
    let info = BundleInfo {
        report: "00000000-0000-4000-8000-000000000001".to_owned(),
        number: 1,
        natural_id: "team:example".to_owned(),
        version: 1,
        publication: "00000000-0000-4000-8000-000000000002".to_owned(),
        at: job.date,
    };
    let packed = bundle(job, rendered, &info)?;
    fs::write(target.join("bundle.zip"), packed.zip)?;
    Ok(())
}
