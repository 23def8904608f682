//! What the caller asks for, and how a rendition is answered.

use domain::{
    Outcome, Problem,
    rendition::Form,
    warnings::{HEADER, to_header},
};
use lambda::{Reply, large, reply};
use render::file::File;
use renditions::check::{Checked, Remark};

/// # Errors
/// `Invalid` for any other word.
pub fn form(text: &str) -> Outcome<Form> {
    match text {
        "pdf" => Ok(Form::Pdf),
        "png" => Ok(Form::Png),
        "html" => Ok(Form::Html),
        _ => Err(Problem::invalid("render", "a check is answered as pdf, png or html.")),
    }
}

/// # Errors
/// `TooLarge` for more than a function can answer.
pub fn rendition(file: File, checked: &Checked) -> Reply {
    if file.bytes.len() > large::LARGEST {
        let size = file.bytes.len();
        return Err(Problem::TooLarge(format!(
            "The rendition has {size} bytes, more than a check can answer: save the report to render it."
        )));
    }
    let answer = reply::status(200).header("content-type", file.media_type).header("cache-control", "no-store");
    let answer = answer.header("content-disposition", reply::attachment(&file.name));
    let warnings: Vec<String> = checked.warnings.iter().map(Remark::to_string).collect();
    let answer = match to_header(&warnings) {
        Some(warnings) => answer.header(HEADER, warnings),
        None => answer,
    };
    reply::body(answer.header("x-content-type-options", "nosniff"), file.bytes)
}
