//! The dialect as others use it: CxReports' own client, and a browser with a preview in a frame. Both are programs that are run.

use imprint_tests::{run_in_browser, run_pytest};

#[test]
fn the_official_python_client_works_unchanged() {
    run_pytest("tests/cxreports");
}

#[test]
#[ignore = "needs a browser: make test runs it where there is one"]
fn a_preview_works_in_a_frame_of_another_site_and_nowhere_else() {
    run_in_browser("preview.js");
}
