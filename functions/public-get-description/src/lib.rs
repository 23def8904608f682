//! `GET /openapi.json`, `GET /openapi.yaml` — the description of this API: the very `openapi.yaml` of the repository, but for the
//! address that calls go to. `GET /schema/report.json` — the part of it that describes a definition, as a JSON Schema for editors. No
//! credentials; pages of other sites may read it.

use description::describe;
use lambda::store::aws::Variable;
use lambda::{Error, Function};
use public::Public;

mod description;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let configured = &Variable::PublicUrl.text_or_empty();
    function.serve(Public, |request| describe(configured, request)).await
}
