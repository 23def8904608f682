//! `POST /api/reports/_check` — check a report before it is saved, with its data, or look at it. Nothing is stored.

use domain::{
    Outcome, Problem,
    credential::Permission,
    data::Members,
    rendition::Form,
    report::TrialBody,
    warnings::{HEADER, to_header},
};
use informer::Informer;
use lambda::store::ambient;
use lambda::{Error, Function, Gate, Reply, Request, large, reply};
use render::file::File;
use renditions::check::{Checked, Checks, Remark};

/// Lambda takes no larger event.
const MAX_BODY: usize = 6 * 1024 * 1024;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, checks) = (&Gate::new(&function.aws)?, &Checks::new(&function.aws)?);
    function.serve::<Informer, _, _>(|request| check(gate, checks, request)).await
}

async fn check(gate: &Gate, checks: &Checks, request: Request) -> Reply {
    let caller = gate.caller(&request, Permission::ReportWrite).await?;
    let form = request.query("render").as_deref().map(form).transpose()?;
    let body = TrialBody::read(request.json::<Members>(MAX_BODY)?)?;
    match checks.check(body, &caller, form, ambient::now()).await? {
        (checked, Some(file)) => rendition(file, &checked),
        (checked, None) => reply::json(if form.is_some() { 422 } else { 200 }, &checked),
    }
}

fn form(text: &str) -> Outcome<Form> {
    match text {
        "pdf" => Ok(Form::Pdf),
        "png" => Ok(Form::Png),
        "html" => Ok(Form::Html),
        _ => Err(Problem::invalid("render", "a check is answered as pdf, png or html.")),
    }
}

fn rendition(file: File, checked: &Checked) -> Reply {
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
