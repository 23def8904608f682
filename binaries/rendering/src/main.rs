//! The functions that render reports, in one program: they alone hold Typst. Written by `make assemble` from functions/*/Cargo.toml.

use lambda::{
    Error,
    dispatch::{self, Entry},
};

/// By the names of their crates, which the template gives as `Handler`.
const FUNCTIONS: [Entry; 9] = [
    ("cxreports-get-pdf", || Box::pin(cxreports_get_pdf::run())),
    ("cxreports-list-pages", || Box::pin(cxreports_list_pages::run())),
    ("cxreports-view-preview", || Box::pin(cxreports_view_preview::run())),
    ("exago-execute-report", || Box::pin(exago_execute_report::run())),
    ("export-worker", || Box::pin(export_worker::run())),
    ("grafana-send-report", || Box::pin(grafana_send_report::run())),
    ("native-check-report", || Box::pin(native_check_report::run())),
    ("native-get-thumbnail", || Box::pin(native_get_thumbnail::run())),
    ("publish-worker", || Box::pin(publish_worker::run())),
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    // The renderer's child is this program as well.
    render::sandbox::run_child_if_asked();
    dispatch::run(&FUNCTIONS).await
}
