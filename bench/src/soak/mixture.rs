//! What a busy workspace is asked for, in a hundred parts.

use crate::requests::calls::{Body, Call, call};

/// Calls that are made one after another, and their share of all.
pub type Part = (usize, &'static [Call]);

/// A name in braces is one of the report that is read, or `slug`, which is another each time.
pub const MIXTURE: &[Part] = &[
    (38, &[call("public-view-report", "gzip", "GET", "{link}").body(Body::Packed)]),
    (8, &[call("public-view-report", "", "GET", "{link}")]),
    (10, &[call("public-view-report", "page is known", "GET", "{link}").body(Body::Known)]),
    (8, &[call("public-view-page", "", "GET", "{link}/pages/1.svg")]),
    (3, &[call("public-download-pdf", "", "GET", "{link}/report.pdf")]),
    (6, &[call("cxreports-list-reports", "", "GET", "/api/v1/ws/default/reports?limit=10")]),
    (4, &[call("informer-list-reports", "", "GET", "/api/reports")]),
    (6, &[call("informer-get-report", "", "GET", "/api/reports/{natural}")]),
    (4, &[call("cxreports-get-pdf", "", "GET", "/api/v1/ws/default/reports/{natural}/pdf")]),
    (2, &[call("huddle-list-company-documents", "", "GET", "/publishing/companies/team")]),
    (
        2,
        &[call("cxreports-create-temporary-data", "", "POST", "/api/v1/ws/default/temporary-data")
            .body(Body::Json(r#"{"content":{"rows":[]}}"#))],
    ),
    (2, &[call("cxreports-create-nonce", "", "POST", "/api/v1/nonce-tokens")]),
    (
        2,
        &[call("native-update-report", "", "PUT", "/api/reports/{natural}")
            .body(Body::Json(r#"{"description":"{slug}"}"#))],
    ),
    (1, &[call("native-put-asset", "", "PUT", "/api/reports/{natural}/assets/dot.svg").body(Body::Picture)]),
    (
        1,
        &[call("native-check-report", "pdf", "POST", "/api/reports/_check?render=pdf")
            .body(Body::Demo("sales-dashboard"))],
    ),
    (1, &[call("grafana-send-report", "", "POST", "/api/reports/email").body(Body::Mail)]),
    (
        2,
        &[
            call("native-create-report", "", "POST", "/api/reports").body(Body::Demo("sales-dashboard")),
            call("informer-publish-report", "", "POST", "/api/reports/team:sales-dashboard-{slug}/_cloud-publish"),
            call("native-delete-report", "", "DELETE", "/api/reports/team:sales-dashboard-{slug}"),
        ],
    ),
];
