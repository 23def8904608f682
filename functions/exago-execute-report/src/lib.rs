//! `POST /rest/reports/execute/{type}` — render the newest version of a report, and answer it in the body.

use domain::{credential::Permission, warnings};
use exago::{
    Exago,
    execution::{Execution, Form, Request as Asked},
};
use execute::Executor;
use lambda::{Error, Function, Gate, Reply, Request, reply};

mod execute;

const MAX_BODY: usize = 256 * 1024;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, executor) = (&Gate::new(&function.aws)?, &Executor::new(&function.aws)?);
    function.serve(Exago, |request| execute(gate, executor, request)).await
}

async fn execute(gate: &Gate, executor: &Executor, request: Request) -> Reply {
    let (caller, session) = gate.session(&request, Permission::ReportRead).await?;
    let form = Form::parse(&request.parameter("type")?)?;
    let Asked { path, params } = Asked::parse(&request.bytes(MAX_BODY)?)?;
    let result = executor.execute(&session.workspace, &path, params, form, caller.role).await?;
    let warnings = result.as_ref().ok().and_then(|executed| executed.warnings.clone());
    let answer = match warnings {
        Some(warnings) => reply::status(200).header(warnings::HEADER, warnings),
        None => reply::status(200),
    };
    reply::json_with(answer, &Execution::new(&path, form, result.map(|executed| executed.text)))
}
