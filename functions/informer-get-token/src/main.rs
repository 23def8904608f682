//! `GET /api/tokens/{id}` — the token object of a public link, by the link's id.

use domain::{Problem, credential::Permission};
use informer::{Informer, TokenObject};
use lambda::store::{Publications, aws::Variable};
use lambda::{Error, Function, Gate, Reply, Request, reply};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    let (gate, publications) = (&Gate::new(&function.aws)?, &Publications::new(&function.aws)?);
    let public_url = &Variable::PublicUrl.text_or_empty();
    function.serve::<Informer, _, _>(|request| get(gate, publications, public_url, request)).await
}

async fn get(gate: &Gate, publications: &Publications, public_url: &str, request: Request) -> Reply {
    // The object holds the token itself, so only those who could have published may read it.
    let caller = gate.caller(&request, Permission::ReportCloudPublish).await?;
    let nothing = || Problem::NotFound("There is no link with this id.".into());
    let id = request.parameter("id")?.parse().map_err(|_| nothing())?;
    let (token, link) =
        publications.link(id).await?.filter(|(_, link)| caller.reaches(&link.workspace)).ok_or_else(nothing)?;
    let url = request.public_url(public_url);
    let object = TokenObject::new(link.id.to_string(), link.report, token.to_string(), &url, link.created_at);
    reply::json(200, &object.with_use(link.views, link.expires_at))
}
