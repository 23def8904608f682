//! `GET /rest/reports/list` — the tree of folders and reports, as far as the caller's role may see it. Ours: `?folder=` for what
//! is below one folder, `?depth=` for some levels of it.

use domain::{Outcome, Problem, credential::Permission};
use exago::{Exago, nodes, path};
use lambda::{
    Error, Function, Gate, Reply, Request, large,
    store::{Spill, Tree},
};

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, tree, spill) = (&Gate::new(&function.aws)?, &Tree::new(&function.aws)?, &Spill::new(&function.aws)?);
    function.serve(Exago, |request| list(gate, tree, spill, request)).await
}

async fn list(gate: &Gate, tree: &Tree, spill: &Spill, request: Request) -> Reply {
    let (caller, session) = gate.session(&request, Permission::ReportRead).await?;
    let folder = path::from_body("folder", &request.query("folder").unwrap_or_default())?;
    let depth = depth(&request)?;
    let branches = tree.list(&session.workspace, &folder, depth, caller.role).await?;
    let listed = nodes::Tree::new(&branches, caller.role);
    large::json(&request, spill, &listed).await
}

fn depth(request: &Request) -> Outcome<Option<usize>> {
    match request.query("depth") {
        None => Ok(None),
        Some(_) => {
            let depth = request.query_number("depth", 1, 1..=64)?;
            usize::try_from(depth).map(Some).map_err(Problem::internal)
        }
    }
}
