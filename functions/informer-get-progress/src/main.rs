//! `GET /api/progress/{id}` — how far a publication has come, by its own id or by the one that the caller chose.
//! `?wait=seconds` answers when the publication is finished or the time is over.

use domain::{Problem, credential::Permission};
use informer::{Informer, ProgressBody};
use lambda::{Error, Function, Gate, Reply, Request, reply, store::publications::Records};
use std::time::Duration;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, records) = (&Gate::new(&function.aws)?, &Records::new(&function.aws)?);
    function.serve::<Informer, _, _>(|request| progress(gate, records, request)).await
}

async fn progress(gate: &Gate, records: &Records, request: Request) -> Reply {
    let caller = gate.caller(&request, Permission::ReportRead).await?;
    let wait = Duration::from_secs(request.query_number("wait", 0, 0..=20)?);
    let mut seen = records.find(&caller, &request.parameter("id")?).await?;
    if !caller.reaches(&seen.workspace) {
        return Err(Problem::NotFound("There is no publication under this id.".into()));
    }
    if !wait.is_zero() && !seen.progress.status.is_final() {
        seen = records.watch(seen.id, wait, |seen| seen.progress.status.is_final()).await?;
    }
    reply::json(200, &ProgressBody::from(&seen))
}
