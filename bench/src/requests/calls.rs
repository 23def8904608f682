//! The calls, in the order in which they are made. A name in braces is one that an earlier call kept.

/// A call of a function.
pub struct Call {
    pub function: &'static str,
    /// What is special about this call of it.
    pub what: &'static str,
    pub method: &'static str,
    pub path: &'static str,
    pub body: Body,
    /// Where in the answer something is, and the name under which it is kept. `/etag` is the header.
    pub keep: &'static [(&'static str, &'static str)],
    /// The most requests there should be, of all services together.
    pub goal: Option<u32>,
}

/// What a call sends.
pub enum Body {
    Nothing,
    Json(&'static str),
    /// A report of the demo under another slug.
    Demo(&'static str),
    /// A picture.
    Picture,
    /// Nothing, but the reader has the page already.
    Known,
    /// Nothing; the reader takes what is compressed.
    Packed,
    /// The dashboard to one reader.
    Mail,
    /// The same under an `Idempotency-Key`, always the same one.
    MailOnce,
}

use Body::{Demo, Json, Known, Mail, MailOnce, Nothing, Picture};

/// A call that sends nothing.
pub const fn call(function: &'static str, what: &'static str, method: &'static str, path: &'static str) -> Call {
    Call { function, what, method, path, body: Nothing, keep: &[], goal: None }
}

impl Call {
    /// The call with a body.
    pub const fn body(self, body: Body) -> Self {
        Self { body, ..self }
    }

    const fn keep(self, keep: &'static [(&'static str, &'static str)]) -> Self {
        Self { keep, ..self }
    }

    const fn goal(self, goal: u32) -> Self {
        Self { goal: Some(goal), ..self }
    }
}

/// Instead of a method: the start of a publication by itself, see `publication.rs`.
pub const START: &str = "START";
/// Instead of a method: the work that the start before it has caused.
pub const WORK: &str = "WORK";
/// The function that does that work.
pub const WORKER: &str = "publish-worker";

/// Who calls together with what the id means, and the report.
const READ: u32 = 2;
/// The link, and the part of the bundle.
const VIEW: u32 = 2;
/// As for reading, the message, and the record with the state.
const PUBLISH: u32 = 4;
/// Who calls, the link, and its report, for whether it is within their reach.
const LINK: u32 = 3;
/// Who calls, the record, the report, for whether it is within their reach, and its link.
const PROGRESS: u32 = 4;
/// Who calls and what report, in which workspace and with which fonts, and the file.
const KEPT: u32 = 5;

/// Every call that is counted.
pub const CALLS: &[Call] = &[
    call("native-put-workspace", "a new one", "PUT", "/api/v1/workspaces/{slug}").body(Json(r#"{"name":"Bench"}"#)),
    call("native-put-workspace", "once more", "PUT", "/api/v1/workspaces/{slug}").body(Json(r#"{"name":"Bench 2"}"#)),
    call("cxreports-list-workspaces", "", "GET", "/api/v1/workspaces"),
    call("native-create-report", "dashboard", "POST", "/api/reports").body(Demo("sales-dashboard")).keep(&[
        ("/id", "uid"),
        ("/number", "number"),
        ("/naturalId", "natural"),
    ]),
    call("native-create-report", "register: source over 4 KB", "POST", "/api/reports")
        .body(Demo("transaction-register"))
        .keep(&[("/id", "register")]),
    call("native-check-report", "dashboard", "POST", "/api/reports/_check").body(Demo("sales-dashboard")),
    call("informer-get-report", "by uid", "GET", "/api/reports/{uid}").goal(READ),
    call("informer-get-report", "by number", "GET", "/api/reports/{number}").goal(READ),
    call("informer-get-report", "by natural id", "GET", "/api/reports/{natural}").goal(READ),
    call("informer-get-report", "register: source over 4 KB", "GET", "/api/reports/{register}"),
    call("informer-list-reports", "", "GET", "/api/reports"),
    call("native-update-report", "", "PUT", "/api/reports/{uid}").body(Json(r#"{"description":"Counted."}"#)),
    call("native-put-asset", "", "PUT", "/api/reports/{uid}/assets/dot.svg").body(Picture),
    call("informer-publish-report", "start alone", START, "").goal(PUBLISH),
    call(WORKER, "dashboard, one asset", WORK, ""),
    call("informer-publish-report", "start to answer", "POST", "/api/reports/{natural}/_cloud-publish")
        .keep(&[("/id", "token"), ("/url", "link")]),
    call("informer-get-progress", "by id", "GET", "/api/progress/{publication}").goal(PROGRESS),
    call("informer-get-token", "", "GET", "/api/tokens/{token}").goal(LINK),
    call("public-view-report", "GET", "GET", "{link}").keep(&[("/etag", "etag")]).goal(VIEW),
    call("public-view-report", "GET, page is known", "GET", "{link}").body(Known).goal(VIEW),
    call("public-view-report", "HEAD", "HEAD", "{link}").goal(VIEW),
    call("public-view-page", "", "GET", "{link}/pages/1.svg").goal(VIEW),
    call("public-download-pdf", "", "GET", "{link}/report.pdf").goal(VIEW),
    call("cxreports-list-reports", "", "GET", "/api/v1/ws/default/reports?limit=10"),
    call("cxreports-list-report-types", "", "GET", "/api/v1/ws/default/report-types"),
    call("cxreports-list-themes", "", "GET", "/api/v1/ws/default/themes"),
    call("cxreports-list-templates", "", "GET", "/api/v1/ws/default/templates"),
    call("native-put-theme", "a new one", "PUT", "/api/v1/ws/default/themes/{slug}").body(Json(r#"{"name":"Bench"}"#)),
    call("cxreports-get-pdf", "dashboard, rendered for it", "GET", "/api/v1/ws/default/reports/{natural}/pdf"),
    call("cxreports-get-pdf", "dashboard, kept", "GET", "/api/v1/ws/default/reports/{natural}/pdf")
        .keep(&[("/etag", "etag")])
        .goal(KEPT),
    call("cxreports-get-pdf", "dashboard, is known", "GET", "/api/v1/ws/default/reports/{natural}/pdf").body(Known),
    call("cxreports-list-pages", "laid out for it", "GET", "/api/v1/ws/default/reports/{natural}/pages"),
    call("cxreports-list-pages", "kept", "GET", "/api/v1/ws/default/reports/{natural}/pages").goal(KEPT),
    call("cxreports-create-temporary-data", "in its item", "POST", "/api/v1/ws/default/temporary-data")
        .body(Json(r#"{"content":{"rows":[]}}"#)),
    call("cxreports-create-nonce", "", "POST", "/api/v1/nonce-tokens"),
    call("cxreports-start-export", "", "POST", "/api/v1/ws/default/reports/{natural}/export")
        .keep(&[("/temporaryFileId", "export")]),
    call("cxreports-get-export-status", "", "GET", "/api/v1/ws/default/exports/{export}/status"),
    call("grafana-send-report", "dashboard, without a key", "POST", "/api/reports/email").body(Mail),
    call("grafana-send-report", "dashboard, with a new key", "POST", "/api/reports/email").body(MailOnce),
    call("grafana-send-report", "the same again: no mail", "POST", "/api/reports/email").body(MailOnce),
    call("native-list-deliveries", "", "GET", "/api/reports/{natural}/deliveries"),
    call("native-list-mail-suppressions", "", "GET", "/api/mail/suppressions"),
    call("informer-unpublish-report", "", "POST", "/api/reports/{natural}/_cloud-unpublish"),
    call("native-delete-report", "dashboard", "DELETE", "/api/reports/{natural}"),
    call("native-delete-report", "register", "DELETE", "/api/reports/{register}"),
    call("native-create-access-token", "", "POST", "/api/v1/personal-access-tokens")
        .body(Json(r#"{"name":"bench","role":"viewer"}"#))
        .keep(&[("/id", "access")]),
    call("native-list-access-tokens", "", "GET", "/api/v1/personal-access-tokens"),
    call("native-revoke-access-token", "", "DELETE", "/api/v1/personal-access-tokens/{access}"),
    call("gateway-answer-unknown", "", "GET", "/nothing/here"),
];
