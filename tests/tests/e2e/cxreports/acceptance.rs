//! The dialect as others use it: CxReports' own client, and a browser with a preview in a frame. Both are programs in Python.

use imprint_tests::run_program;

#[test]
fn the_official_python_client_works_unchanged() {
    run_program("cxreports_client.py");
}

#[test]
fn a_preview_works_in_a_frame_of_another_site_and_nowhere_else() {
    run_program("preview_browser.py");
}
