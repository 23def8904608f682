//! `GET /api/reports/{id}/thumbnail` — the first page of a report as a picture.

use domain::{Outcome, Problem, credential::Permission, rendition::Rendition};
use informer::Informer;
use lambda::store::{Reports, ambient};
use lambda::{Error, Function, Gate, Reply, Request, large};
use renditions::Renditions;
use std::ops::RangeInclusive;

/// Pixels.
const WIDTHS: RangeInclusive<u64> = 16..=2_000;
const USUAL_WIDTH: u64 = 320;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, reports) = (&Gate::new(&function.aws)?, &Reports::new(&function.aws)?);
    let renditions = &Renditions::new(&function.aws)?;
    function.serve(Informer, |request| get(gate, reports, renditions, request)).await
}

async fn get(gate: &Gate, reports: &Reports, renditions: &Renditions, request: Request) -> Reply {
    let (_, found) = gate.report(reports, &request, Permission::ReportRead).await?;
    let (version, width) = (found.version.version, width(&request)?);
    let plan = renditions.plan(found, version, Rendition::default(), ambient::now()).await?;
    let content = plan.content_of_thumbnail(width);
    if let Some(unchanged) = large::unchanged(&request, &content) {
        return unchanged;
    }
    let (key, picture) = renditions.thumbnail(&plan, width).await?;
    large::file(renditions.files(), &key, picture, &content).await
}

fn width(request: &Request) -> Outcome<u32> {
    let asked = request.query("width").map_or(Ok(USUAL_WIDTH), |text| text.parse());
    let pixels = asked.ok().filter(|pixels| WIDTHS.contains(pixels)).and_then(|pixels| u32::try_from(pixels).ok());
    pixels.ok_or_else(|| Problem::invalid("width", "a whole number of pixels from 16 to 2000 is expected."))
}
