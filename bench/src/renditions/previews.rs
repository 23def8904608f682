//! From asking for a nonce until the first picture is there, beside a public page of the same report.

use super::{answers::Answer, browser, fresh, nonces::nonce, params, place::Place};
use crate::{
    Outcome,
    figures::{median, milliseconds, percentile, rounds},
    stack::Stack,
    table::Table,
};
use reqwest::{RequestBuilder, Url};
use std::time::Instant;

/// The rounds that do not count.
const WARM: usize = 2;
const ROUNDS: usize = 11;

/// The requests of a browser that opens a page, in milliseconds.
#[derive(Default, Clone, Copy)]
struct Steps {
    nonce: f64,
    enter: f64,
    page: f64,
    picture: f64,
}

/// What is opened in a round.
struct Round {
    /// A preview that is rendered for it.
    rendered: Steps,
    /// The same preview again, with a nonce of its own.
    kept: Steps,
    /// The public page.
    published: Steps,
}

/// Measures and prints.
pub async fn run(stack: &Stack, place: &Place) -> Outcome<()> {
    let (mut all, count) = (Vec::new(), rounds(ROUNDS));
    for n in 0..WARM + count {
        let query = params(&fresh()?);
        let rendered = preview(stack, place, &query).await?;
        let kept = preview(stack, place, &query).await?;
        let round = Round { rendered, kept, published: page(stack.anonymous("GET", &place.link)?, stack, "").await? };
        if n >= WARM {
            all.push(round);
        }
    }
    print(&all);
    browser::run(place, count).await
}

async fn preview(stack: &Stack, place: &Place, query: &str) -> Outcome<Steps> {
    let asked = Instant::now();
    let nonce = nonce(stack).await?;
    let made = milliseconds(asked);
    let entered = stack.anonymous("GET", &format!("{}?{query}&nonce={nonce}", place.path))?;
    let entered = Answer::of(entered).await?.require(303)?;
    let cookie = entered.header("set-cookie").split(';').next().unwrap_or_default();
    let shown = stack.anonymous("GET", entered.header("location"))?.header("cookie", cookie);
    Ok(Steps { nonce: made, enter: entered.ms, ..page(shown, stack, cookie).await? })
}

/// A page and its first picture.
async fn page(request: RequestBuilder, stack: &Stack, cookie: &str) -> Outcome<Steps> {
    let address = request.try_clone().ok_or("a page is asked for with a body")?.build()?.url().clone();
    let page = Answer::of(request).await?.require(200)?;
    let picture = first_picture(&address, &page.text())?;
    let picture = stack.anonymous("GET", picture.as_str())?.header("cookie", cookie);
    let picture = Answer::of(picture).await?.require(200)?;
    match picture.header("content-type").starts_with("image/svg+xml") {
        true => Ok(Steps { page: page.ms, picture: picture.ms, ..Steps::default() }),
        false => Err("the first picture is none".into()),
    }
}

/// Where the first picture of a page is.
fn first_picture(page: &Url, html: &str) -> Outcome<Url> {
    let source = html.split_once("<img src=\"").and_then(|(_, rest)| rest.split_once('"'));
    let (source, _) = source.ok_or("the page has no picture")?;
    Ok(page.join(source)?)
}

impl Steps {
    fn sum(&self) -> f64 {
        self.nonce + self.enter + self.page + self.picture
    }
}

fn print(rounds: &[Round]) {
    let mut table =
        Table::new(&["requests alone", "nonce", "303", "page", "picture", "sum p50", "slowest", "x published"]);
    let mut row = |name: &str, of: fn(&Round) -> Steps| {
        let step = |figure: fn(&Steps) -> f64| format!("{:.0}", median(rounds.iter().map(|round| figure(&of(round)))));
        let sums: Vec<f64> = rounds.iter().map(|round| of(round).sum()).collect();
        let ratio = median(rounds.iter().map(|round| of(round).sum() / round.published.sum()));
        table.row([
            name.into(),
            step(|steps| steps.nonce),
            step(|steps| steps.enter),
            step(|steps| steps.page),
            step(|steps| steps.picture),
            format!("{:.0}", median(sums.iter().copied())),
            format!("{:.0}", percentile(sums, 100)),
            format!("{ratio:.2}"),
        ]);
    };
    row("preview, rendered for it", |round| round.rendered);
    row("preview, kept", |round| round.kept);
    row("published page", |round| round.published);
    let count = rounds.len();
    table.print(&format!("Renditions: from asking for a nonce to the first picture, {count} rounds, p50 in ms"));
}
