//! For authors of reports: the mail that a request file becomes, without a server.
//!
//! `cargo run --release -p letter --example letter_file -- report.json out/`
//!
//! The file is the body of `POST /api/reports`; with `publicLink` in it, the mail leads there. Made are `letter.eml`, which mail programs open, and its two forms: `letter.html`, with
//! the picture inside, and `letter.txt`.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::address::Address;
use domain::definition::Definition;
use domain::rendition::Form;
use letter::{Envelope, Letter, Pdf, Picture, Sender};
use mail_parser::{MessageParser, MimeHeaders};
use render::file::{csv_files, file, outputs_for};
use render::{Job, LetterTemplates, Outputs, Pictures, Rendered, Theme, render};
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [file, target] = arguments.as_slice() else {
        return Err("usage: letter_file REPORT.json TARGET_FOLDER".into());
    };
    let request: Value = serde_json::from_slice(&fs::read(file)?)?;
    let job = job(&request)?;
    let letter = letter(&request, &job, &render(&job)?)?;
    let to = Address::list("recipients", request["recipients"].as_str().unwrap_or("reader@example.com"))?;
    let sender = Sender { name: "Imprint".to_owned(), address: Address::parse("sender", "reports@example.com")? };
    let envelope = Envelope {
        sender: &sender,
        reply_to: None,
        to: &to,
        message_id: "019aaa00-0000-7000-8000-000000000001.1@example.com".to_owned(),
        date: job.date,
    };
    write(&letter.to_mime(&envelope)?, Path::new(target))
}

fn job(request: &Value) -> Result<Job, Box<dyn Error>> {
    let name = request["name"].as_str().unwrap_or("Report");
    let date = "2026-11-22T08:30:00Z".parse()?;
    let text = |field: &str| request[field].as_str().map(str::to_owned);
    let letter = LetterTemplates { subject: text("subject"), message: text("message").unwrap_or_default() };
    Ok(Job {
        theme: Theme::named(request["theme"].as_str().unwrap_or("default")).unwrap_or_default(),
        outputs: Outputs { png: Pictures::First, ..outputs_for(Form::Pdf) },
        letter: Some(letter),
        ..Job::new(name, Definition::parse(&request["definition"])?, request["data"].clone(), date)
    })
}

fn letter(request: &Value, job: &Job, rendered: &Rendered) -> Result<Letter, Box<dyn Error>> {
    let texts = rendered.letter.clone().ok_or("no letter")?;
    let page = rendered.pages.first().ok_or("no pages")?;
    let with_rows = request["formats"].as_array().is_some_and(|formats| formats.contains(&"csv".into()));
    Ok(Letter {
        title: rendered.title.clone(),
        subject: texts.subject,
        message: texts.message,
        lang: rendered.lang.clone(),
        theme: job.theme.clone(),
        sent_by: "ada".to_owned(),
        date: job.date.strftime("%-d %B %Y").to_string(),
        pages: rendered.page_count,
        picture: Some(Picture {
            png: page.png.clone(),
            width: page.width,
            height: page.height,
            alt: format!("Page 1 of {}", rendered.title),
        }),
        pdf: Pdf::Attached(file(job, rendered, Form::Pdf, false, 1)?),
        csv: if with_rows { csv_files(rendered) } else { Vec::new() },
        notes: Vec::new(),
        public_link: request["publicLink"].as_str().map(str::to_owned),
    })
}

/// Reads the mail back: what is looked at is what was sent.
fn write(mail: &[u8], target: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(target)?;
    fs::write(target.join("letter.eml"), mail)?;
    let message = MessageParser::default().parse(mail).ok_or("no mail")?;
    let mut html = message.body_html(0).ok_or("no HTML")?.into_owned();
    for part in message.parts.iter().filter(|part| part.content_id().is_some()) {
        let id = part.content_id().unwrap_or_default();
        let picture = format!("data:image/png;base64,{}", STANDARD.encode(part.contents()));
        html = html.replace(&format!("cid:{id}"), &picture);
    }
    fs::write(target.join("letter.html"), html)?;
    fs::write(target.join("letter.txt"), message.body_text(0).ok_or("no text")?.as_bytes())?;
    Ok(())
}
