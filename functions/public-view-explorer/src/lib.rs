//! `GET /docs`, `GET /docs/{file}` — the explorer: a page in which people read the description of this API and try it out. It is
//! Swagger UI, and all of it comes from here.

use domain::Problem;
use files::{FILES, PAGE, answer};
use lambda::{Error, Function, Reply, Request};
use public::Public;

mod files;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    function.serve(Public, view).await
}

async fn view(request: Request) -> Reply {
    if request.path() == "/docs" {
        return answer(&request, &PAGE, "public, no-cache");
    }
    let name = request.parameter("file")?;
    let file = FILES.iter().find(|file| file.name == name);
    let file = file.ok_or_else(|| Problem::NotFound("The explorer has no such file.".into()))?;
    // What the page asks for is named with its version, and so it never changes.
    match request.query("v").as_deref() == Some(file.version) {
        true => answer(&request, file, "public, max-age=31536000, immutable"),
        false => answer(&request, file, "public, no-cache"),
    }
}
