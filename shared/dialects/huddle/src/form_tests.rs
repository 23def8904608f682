//! What clients send as `Accept`, and what they get.

use super::*;

#[test]
fn a_client_gets_the_form_that_it_prefers() {
    let table = [
        ("no header", "", Form::Xml),
        ("anything", "*/*", Form::Xml),
        ("any application", "application/*", Form::Xml),
        ("plain XML", "application/xml", Form::Xml),
        ("old XML", "text/xml", Form::Xml),
        ("the document's own", "application/vnd.huddle.data+xml", Form::Xml),
        ("plain JSON", "application/json", Form::Json),
        ("Huddle's JSON", "application/vnd.huddle.data+json", Form::Json),
        ("in any case", "Application/JSON", Form::Json),
        ("with a character set", "application/json; charset=utf-8", Form::Json),
        ("the better quality", "application/json;q=0.4, application/xml;q=0.5", Form::Xml),
        ("the better quality, first", "application/json;q=0.501, application/xml;q=0.5", Form::Json),
        ("a quality without digits in front is 1", "application/xml;q=0.9, application/json;q=high", Form::Json),
        ("refused XML", "application/xml;q=0, */*", Form::Json),
        ("refused JSON", "application/json;q=0, */*;q=0.1", Form::Xml),
        (
            "refused by its own name",
            "application/vnd.huddle.data+xml;q=0, application/xml, application/json;q=0.1",
            Form::Json,
        ),
        ("the specific one of equals", "application/json, text/plain, */*", Form::Json),
        ("the first of equals", "application/json, application/xml", Form::Json),
        ("the first of equals, XML", "application/xml, application/json", Form::Xml),
        ("a specific range overrides a general one", "application/*, application/xml;q=0.2", Form::Json),
        ("jQuery", "application/json, text/javascript, */*; q=0.01", Form::Json),
        ("a browser", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Form::Xml),
        ("malformed counts as none", "xml", Form::Xml),
        ("malformed in part counts as none", "application/json, *", Form::Xml),
        ("only commas", " , ,", Form::Xml),
    ];
    for (what, accept, form) in table {
        assert_eq!(Form::of(accept).unwrap(), form, "{what}: {accept:?}");
    }
}

#[test]
fn who_takes_nothing_that_there_is_is_told_what_can_be_had() {
    for accept in ["text/html", "image/png, text/*", "*/*;q=0", "application/xml;q=0, application/json;q=0.000"] {
        let told = Form::of(accept).unwrap_err();
        assert_eq!(told.status(), 406, "{accept}");
        assert!(told.to_string().contains("application/json"), "{told}");
    }
    assert_eq!(ProgressForm::of("image/png").unwrap_err().status(), 406);
}

#[test]
fn a_browser_that_watches_progress_gets_a_page_and_programs_do_not() {
    use ProgressForm::{Data, Html};
    let table = [
        ("a browser", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Html),
        ("any text", "text/*", Html),
        ("only HTML", "text/html", Html),
        ("no header", "", Data(Form::Xml)),
        ("anything", "*/*", Data(Form::Xml)),
        ("a tie", "text/html, application/xml", Data(Form::Xml)),
        ("a tie with JSON", "text/html, application/json", Data(Form::Json)),
        ("a tie with anything", "text/html, */*", Data(Form::Xml)),
        ("HTML as the second choice", "text/html;q=0.5, application/json", Data(Form::Json)),
        ("HTML refused", "text/html;q=0, */*", Data(Form::Xml)),
        ("the page's own script", "application/vnd.huddle.data+json", Data(Form::Json)),
    ];
    for (what, accept, form) in table {
        assert_eq!(ProgressForm::of(accept).unwrap(), form, "{what}: {accept:?}");
    }
}
