//! `POST /api/v1/ws/{ws}/temporary-data` — leave data with the service, to render reports from for a while.

use cxreports::{
    CxReports,
    temporary::{TemporaryData as Body, TemporaryDataItem},
};
use domain::{
    credential::Permission,
    temporary::{LARGEST_BODY, expiry},
};
use lambda::store::{TemporaryData, Workspaces, ambient};
use lambda::{Error, Function, Gate, Reply, Request, reply};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, workspaces) = (&Gate::new(&function.aws)?, &Workspaces::new(&function.aws)?);
    let temporary = &TemporaryData::new(&function.aws)?;
    function.serve(CxReports, |request| create(gate, workspaces, temporary, request)).await
}

async fn create(gate: &Gate, workspaces: &Workspaces, temporary: &TemporaryData, request: Request) -> Reply {
    let (_, workspace) = gate.workspace(workspaces, &request, Permission::ReportRead).await?;
    let (content, end) = request.json::<Body>(LARGEST_BODY)?.check()?;
    let expires_at = expiry(end, ambient::now())?;
    let id = temporary.push(&workspace.code, &content, expires_at).await?;
    reply::json(200, &TemporaryDataItem::new(id, expires_at))
}
