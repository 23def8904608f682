//! `$default` — everything that no route takes: a doubled slash, or a fixed part of Exago's addresses in another case, is sent to
//! the path that was meant; the rest is refused in the words of the dialect that the path belongs to.

use cxreports::{CxReports, Preview};
use domain::Problem;
use exago::Exago;
use grafana::Grafana;
use huddle::Huddle;
use informer::Informer;
use lambda::{Error, Function, Request, function::refuse, reply};
use lambda_http::{Body, Response};
use meant::meant;
use prefixes::{Dialect, dialect_of};
use public::Public;

mod meant;

pub async fn run() -> Result<(), Error> {
    let function = Function::start(env!("CARGO_PKG_NAME")).await;
    function.answer(async |request| answer(&request)).await
}

fn answer(request: &Request) -> Response<Body> {
    if let Some(meant) = meant(request.path())
        && let Ok(redirect) = reply::moved(&meant, request.raw_query())
    {
        return redirect;
    }
    let problem = Problem::NotFound(format!("There is nothing for {} under this address.", request.method()));
    match dialect_of(request.path()) {
        Dialect::CxReports => refuse(CxReports, &problem, request),
        Dialect::Exago => refuse(Exago, &problem, request),
        Dialect::Grafana => refuse(Grafana, &problem, request),
        Dialect::Huddle => refuse(Huddle, &problem, request),
        Dialect::Informer => refuse(Informer, &problem, request),
        Dialect::Preview => refuse(Preview, &problem, request),
        Dialect::Public => refuse(Public, &problem, request),
    }
}
