//! Reports as PDF by one call: rendered for the call, kept from the call before, and not modified. One at a time and sixteen at once,
//! in turns with rendering alone.

use super::{
    answers::{Burst, Stage},
    fresh, params,
};
use crate::{
    Outcome,
    figures::{milliseconds, pair, percentile, rounds},
    publishing::{copies::Demo, peers},
    stack::Stack,
    table::Table,
};
use render::{Job, Outputs, render};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use std::{sync::Arc, time::Instant};

/// The rounds that do not count.
const WARM: usize = 3;
const TOGETHER: usize = 16;
/// How many at once, and the rounds that count: 100 answers alone, 128 together.
const SIZES: [(usize, usize); 2] = [(1, 100), (TOGETHER, 8)];

/// A call that answers a PDF of a demo report.
struct Call {
    name: &'static str,
    demo: &'static str,
    /// By `POST`, with the data of the report. Otherwise by `GET`.
    sends_data: bool,
}

const CALLS: [Call; 3] = [
    Call { name: "dashboard, GET", demo: "sales-dashboard", sends_data: false },
    Call { name: "dashboard, POST with data", demo: "sales-dashboard", sends_data: true },
    Call { name: "register, GET", demo: "transaction-register", sends_data: false },
];

/// All that was measured of a call.
#[derive(Default)]
struct Measured {
    /// Rendered for the call.
    warm: Stage,
    /// Kept from the call before.
    cached: Stage,
    /// The client has it already; of a `POST` nothing, which is never answered 304.
    known: Stage,
    /// Rendering and nothing else, each in a child of its own as the function does it.
    alone: Stage,
    /// Rendering in this process, one after the other whatever is asked.
    here: Stage,
}

/// Measures and prints.
pub async fn run(stack: &Stack) -> Outcome<()> {
    let mut times = Table::new(&[
        "PDF",
        "at once",
        "n",
        "warm",
        "cached",
        "304",
        "render alone",
        "in process",
        "x render",
        "x process",
        "cached/warm",
        "304/cached",
    ]);
    let mut rates = Table::new(&["PDF", "answer", "1 at a time", "16 at a time", "x"]);
    for call in &CALLS {
        let demo = Demo::read(call.demo)?;
        let mut measured = Vec::new();
        for (at_once, full) in SIZES {
            let one = measure(stack, call, &demo, at_once, rounds(full)).await?;
            times.row(one.row(call.name, at_once));
            measured.push(one);
        }
        if let [alone, together] = measured.as_slice() {
            rates_of(&mut rates, call.name, alone, together);
        }
    }
    times.print("Renditions: a report as PDF by one call, p50/p99 in ms");
    println!(
        "warm: rendered for the call by a function that runs; cached: the same call again; 304: again with If-None-Match. x: medians of the rounds' ratios,\n\
         until all were through, of warm beside rendering the PDF alone, as many at once, each in a child, and beside rendering it in one process."
    );
    rates.print("Renditions: answers a second, until all of a round are through");
    Ok(())
}

async fn measure(stack: &Stack, call: &Call, demo: &Demo, at_once: usize, rounds: usize) -> Outcome<Measured> {
    // What a PDF takes: a publication has pictures of the pages besides.
    let job = Job { outputs: Outputs { pdf: true, ..Outputs::tables() }, ..peers::job(demo)? };
    let (job, mut measured) = (Arc::new(job), Measured::default());
    for n in 0..WARM + rounds {
        let answers = answers(stack, call, demo, at_once).await?;
        let alone = peers::render_alone(&job, at_once).await?;
        let begun = Instant::now();
        render(&job)?;
        let here = milliseconds(begun);
        if n >= WARM {
            for (stage, burst) in
                [&mut measured.warm, &mut measured.cached, &mut measured.known].into_iter().zip(answers)
            {
                stage.add((burst.times(), burst.ms));
            }
            let slowest = percentile(alone.iter().copied(), 100);
            measured.alone.add((alone, slowest));
            measured.here.add((vec![here], here));
        }
    }
    Ok(measured)
}

/// Renditions that there are not yet, the same again, and, by `GET`, the same to who has them.
async fn answers(stack: &Stack, call: &Call, demo: &Demo, at_once: usize) -> Outcome<Vec<Burst>> {
    let asked = (0..at_once).map(|_| call.asked(&demo.report["data"])).collect::<Outcome<Vec<_>>>()?;
    let requests = || asked.iter().map(|asked| asked.request(stack)).collect::<Outcome<Vec<_>>>();
    let warm = Burst::of(requests()?).await?.require(200)?;
    let cached = Burst::of(requests()?).await?.require(200)?;
    for (made, kept) in warm.answers.iter().zip(&cached.answers) {
        if !made.body.starts_with(b"%PDF") || made.body != kept.body || made.header("etag") != kept.header("etag") {
            return Err(format!("{}: the second answer is not the PDF of the first", call.name).into());
        }
    }
    if call.sends_data {
        return Ok(vec![warm, cached]);
    }
    let known = requests()?.into_iter().zip(&warm.answers);
    let known = known.map(|(request, made)| request.header("if-none-match", made.header("etag"))).collect();
    let known = Burst::of(known).await?.require(304)?;
    Ok(vec![warm, cached, known])
}

/// A call that can be made again.
struct Asked {
    path: String,
    body: Option<Value>,
}

impl Call {
    /// The call for a rendition that nobody had yet.
    fn asked(&self, data: &Value) -> Outcome<Asked> {
        let (path, fresh) = (format!("/api/v1/ws/default/reports/team:{}/pdf", self.demo), fresh()?);
        if !self.sends_data {
            return Ok(Asked { path: format!("{path}?{}", params(&fresh)), body: None });
        }
        let mut data = data.clone();
        data["bench"] = fresh.into();
        Ok(Asked { path, body: Some(json!({ "data": data })) })
    }
}

impl Asked {
    fn request(&self, stack: &Stack) -> Outcome<RequestBuilder> {
        match &self.body {
            None => stack.request("GET", &self.path),
            Some(body) => Ok(stack.request("POST", &self.path)?.json(body)),
        }
    }
}

impl Measured {
    fn row(&self, name: &str, at_once: usize) -> [String; 12] {
        let Self { warm, cached, known, alone, here } = self;
        let ratio = |ratio: f64| format!("{ratio:.2}");
        [
            name.to_owned(),
            at_once.to_string(),
            warm.times.len().to_string(),
            pair(&warm.times),
            pair(&cached.times),
            if known.is_empty() { "-".into() } else { pair(&known.times) },
            pair(&alone.times),
            pair(&here.times),
            ratio(warm.beside(alone)),
            // One process has to render one after the other.
            ratio(warm.beside(here) / at_once as f64),
            ratio(cached.beside(warm)),
            if known.is_empty() { "-".into() } else { ratio(known.beside(cached)) },
        ]
    }
}

fn rates_of(table: &mut Table, name: &str, single: &Measured, together: &Measured) {
    let stages = [
        ("warm", &single.warm, &together.warm),
        ("cached", &single.cached, &together.cached),
        ("304", &single.known, &together.known),
        ("render alone", &single.alone, &together.alone),
    ];
    for (answer, single, together) in stages.into_iter().filter(|(_, single, _)| !single.is_empty()) {
        let (single, together) = (single.a_second(), together.a_second());
        let cells = [single, together].map(|rate| format!("{rate:.1}"));
        let [single_cell, together_cell] = cells;
        table.row([name.into(), answer.into(), single_cell, together_cell, format!("{:.2}", together / single)]);
    }
}
