//! `POST /api/reports/_check` — check a report before it is saved, with its data, or look at it. Nothing is stored.

use domain::{credential::Permission, data::Members, report::TrialBody};
use informer::Informer;
use lambda::store::ambient;
use lambda::{Error, Function, Gate, Reply, Request, reply};
use renditions::check::Checks;

mod answer;

/// Lambda takes no larger event.
const MAX_BODY: usize = 6 * 1024 * 1024;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, checks) = (&Gate::new(&function.aws)?, &Checks::new(&function.aws)?);
    function.serve(Informer, |request| check(gate, checks, request)).await
}

async fn check(gate: &Gate, checks: &Checks, request: Request) -> Reply {
    let caller = gate.caller(&request, Permission::ReportWrite).await?;
    let form = request.query("render").as_deref().map(answer::form).transpose()?;
    let body = TrialBody::read(request.json::<Members>(MAX_BODY)?)?;
    match checks.check(body, &caller, form, ambient::now()).await? {
        (checked, Some(file)) => answer::rendition(file, &checked),
        (checked, None) => reply::json(if form.is_some() { 422 } else { 200 }, &checked),
    }
}
