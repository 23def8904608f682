//! `POST /api/v1/ws/{ws}/temporary-data/uploads` — leave data or a file that no request can carry: the answer names an address to upload it to.

use cxreports::{
    CxReports,
    temporary::{NewUpload, TemporaryDataItem, UploadItem},
};
use domain::{credential::Permission, temporary::expiry};
use lambda::store::{
    TemporaryData, Workspaces, ambient,
    temporary::{UPLOAD_LIFETIME, Upload},
};
use lambda::{Error, Function, Gate, Reply, Request, reply};

const MAX_BODY: usize = 64 * 1024;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, workspaces) = (&Gate::new(&function.aws)?, &Workspaces::new(&function.aws)?);
    let temporary = &TemporaryData::new(&function.aws)?;
    function.serve(CxReports, |request| create(gate, workspaces, temporary, request)).await
}

async fn create(gate: &Gate, workspaces: &Workspaces, temporary: &TemporaryData, request: Request) -> Reply {
    let (_, workspace) = gate.workspace(workspaces, &request, Permission::ReportRead).await?;
    let ((size, media_type, end), now) = (request.json::<NewUpload>(MAX_BODY)?.check()?, ambient::now());
    let expires_at = expiry(end, now)?;
    let Upload { id, address, headers } = temporary.expect(&workspace.code, size, &media_type, expires_at).await?;
    let until = now.saturating_add(UPLOAD_LIFETIME).unwrap_or(now);
    let data = TemporaryDataItem::new(id, expires_at);
    reply::json(201, &UploadItem::new(data, address, headers.into_iter().collect(), until))
}
