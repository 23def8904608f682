//! From the call to the answer that the mail system took the mail, in turns with the same report as PDF by one call, and with handing
//! the same mail over and nothing else.

use super::{
    at_once, mails,
    reports::{Mailed, Reports},
    ses::Ses,
};
use crate::{
    Outcome,
    figures::{median, pair, percentile, rounds},
    publishing::functions::Deployed,
    renditions::{
        answers::{Answer, Stage},
        fresh, params,
    },
    stack::Stack,
    table::Table,
};
use reqwest::RequestBuilder;
use std::{error::Error, fs};

/// The rounds that do not count.
const WARM: usize = 3;
/// The rounds that do, of those who send one at a time: 100 mails, and 16 large ones.
const ALONE: usize = 100;
const LARGE: usize = 16;
/// As many are sent at once, in so many rounds: 128 mails.
const TOGETHER: (usize, usize) = (4, 32);

/// All that was measured of a report.
#[derive(Default)]
struct Measured {
    mail: Stage,
    /// Rendered for the call.
    pdf: Stage,
    ses: Stage,
}

/// What one mail took of Lambda, on average, when they were sent one at a time.
pub struct Took {
    /// As Lambda charges it: each up to the next one.
    pub ms: f64,
    /// The bytes of the function's log.
    pub logged: f64,
}

/// Measures and prints; answers what the dashboard and the large report took.
pub async fn run(stack: &Stack, function: &Deployed, reports: &Reports, ses: &Ses) -> Outcome<[Took; 2]> {
    let mut table =
        Table::new(&["report", "at once", "n", "mail", "slowest", "PDF", "SES alone", "x PDF", "x SES", "x both"]);
    let Reports { dashboard, register, large, .. } = reports;
    let mut took = Vec::new();
    for (mailed, full) in [(dashboard, ALONE), (register, ALONE), (large, LARGE)] {
        let mail = mails::sent_mail(stack, mailed).await?;
        let (lines, bytes) = (stack.lines(function.name)?.len(), written(stack, function)?);
        let alone = measure(stack, mailed, ses, &mail, (1, rounds(full))).await?;
        took.push(Took::of(stack, function, WARM + rounds(full), (lines, bytes)).await?);
        table.row(alone.row(mailed.name, 1));
        if full == ALONE {
            let (at_once, full) = TOGETHER;
            let together = measure(stack, mailed, ses, &mail, (at_once, rounds(full))).await?;
            table.row(together.row(mailed.name, at_once));
        }
    }
    table.print("Mail: from the call until the mail system took the mail, p50/p99 in ms");
    println!(
        "PDF: the same report by cxreports-get-pdf, rendered for the call; SES alone: the same mail handed over by this program. x: medians of the rounds'\n\
         ratios, until all of a round were through, of the mail beside each, and beside the sum of both. Of up to 100, p99 is the slowest."
    );
    let [dashboard, _, large] = took.try_into().map_err(|_| "three reports were measured")?;
    Ok([dashboard, large])
}

async fn measure(
    stack: &Stack,
    mailed: &Mailed,
    ses: &Ses,
    mail: &[u8],
    (at_once, rounds): (usize, usize),
) -> Outcome<Measured> {
    let mut measured = Measured::default();
    for n in 0..WARM + rounds {
        let sent = mails::send(stack, mailed, at_once).await?;
        let pdfs = (0..at_once).map(|_| request_for_pdf(stack, mailed)).collect::<Outcome<Vec<_>>>()?;
        let pdfs = at_once::at_once(pdfs.into_iter().map(|request| pdf(stack.clone(), request)).collect()).await?;
        let handed_over = ses.send(mail, at_once).await?;
        if n >= WARM {
            measured.mail.add((sent.times(), sent.ms));
            measured.pdf.add(pdfs);
            measured.ses.add(handed_over);
        }
    }
    Ok(measured)
}

/// The call for a PDF that nobody had yet.
fn request_for_pdf(stack: &Stack, mailed: &Mailed) -> Outcome<RequestBuilder> {
    let Mailed { id, workspace, .. } = mailed;
    stack.request("GET", &format!("/api/v1/ws/{workspace}/reports/{id}/pdf?{}", params(&fresh()?)))
}

/// The PDF, to its last byte; a large one is fetched from the bucket.
async fn pdf(stack: Stack, request: RequestBuilder) -> Result<(), String> {
    let told = |error: &dyn Error| error.to_string();
    let mut answer = Answer::of(request).await.map_err(|error| told(&error))?;
    if answer.status == 302 {
        let kept = stack.anonymous("GET", answer.header("location")).map_err(|error| told(&*error))?;
        answer = Answer::of(kept).await.map_err(|error| told(&error))?;
    }
    match answer.status == 200 && answer.body.starts_with(b"%PDF") {
        true => Ok(()),
        false => Err(format!("a PDF is answered {}: {:.400}", answer.status, answer.text())),
    }
}

/// The bytes of the function's log.
fn written(stack: &Stack, function: &Deployed) -> Outcome<u64> {
    Ok(fs::metadata(stack.log(&function.full_name))?.len())
}

impl Took {
    /// Of the last `count` invocations, behind so many lines and bytes. All of them have left their lines, but only those that count
    /// were made by a warm function.
    async fn of(stack: &Stack, function: &Deployed, count: usize, (lines, bytes): (usize, u64)) -> Outcome<Self> {
        let new = stack.lines_after(function.name, lines, count).await?;
        let times: Vec<_> =
            new.iter().skip(WARM).filter_map(|line| line["durationMs"].as_f64()).map(f64::ceil).collect();
        let logged = (written(stack, function)? - bytes) as f64 / count as f64;
        Ok(Self { ms: times.iter().sum::<f64>() / times.len() as f64, logged })
    }
}

impl Measured {
    fn row(&self, name: &str, at_once: usize) -> [String; 10] {
        let Self { mail, pdf, ses } = self;
        let both = mail.wholes.iter().zip(&pdf.wholes).zip(&ses.wholes).map(|((mail, pdf), ses)| mail / (pdf + ses));
        let ratio = |ratio: f64| format!("{ratio:.2}");
        [
            name.to_owned(),
            at_once.to_string(),
            mail.times.len().to_string(),
            pair(&mail.times),
            format!("{:.0}", percentile(mail.times.iter().copied(), 100)),
            pair(&pdf.times),
            pair(&ses.times),
            ratio(mail.beside(pdf)),
            ratio(mail.beside(ses)),
            ratio(median(both)),
        ]
    }
}
