//! What a mail says and carries.

use super::{ROWS, mailed, report, uid};
use imprint_tests::{
    api::Api,
    mail::{deliveries, only_one_to, send, sent_to, somebody},
    now, samples,
};
use jiff::tz::TimeZone;
use regex::Regex;
use serde_json::{Value, json};

/// The present day in a time zone.
fn today(zone: &str) -> String {
    now().to_zoned(TimeZone::get(zone).unwrap()).date().to_string()
}

/// The definition of a small report with this title and, besides its table, these parameters.
fn definition(title: &str, params: &Value) -> Value {
    let mut definition = samples::body("x", "Revenue grew.")["definition"].clone();
    definition["title"] = json!(title);
    definition["params"] = params.clone();
    definition
}

#[tokio::test]
async fn words_of_every_script_arrive() {
    let admin = Api::admin();
    let title = "Umsätze «Q1» 売上 📈";
    let fields = json!({
        "subject": "Ihre Umsätze — 売上 📈 für März, wie jeden Monat, mit den Zahlen aller Gesellschaften und Regionen",
        "message": "Grüße aus **Zürich** – 売上は伸びた 📈", "formats": ["pdf", "csv"],
        "definition": definition(title, &json!([]))});
    let mail = mailed(&admin, &report(&admin, fields.clone()).await).await;
    assert_eq!(mail.subject, fields["subject"]);
    assert!(mail.text.contains("Zürich") && mail.text.contains("– 売上は伸びた 📈"), "{}", mail.text);
    assert!(mail.html.contains("<strong>Zürich</strong> – 売上は伸びた 📈"), "{}", mail.html);
    assert_eq!(mail.attached("application/pdf").name, format!("{title}.pdf"));
    assert_eq!(mail.attached("text/csv").name, format!("{title}.csv"));
}

#[tokio::test]
async fn names_of_files_harm_no_system() {
    let admin = Api::admin();
    let title = "../../etc/passwd\\..\\C:\u{202e}fdp.exe \"Q1\";x=*y?";
    let fields = json!({"formats": ["pdf", "csv"], "definition": definition(title, &json!([]))});
    let mail = mailed(&admin, &report(&admin, fields).await).await;
    for (name, ending) in [(&mail.attached("application/pdf").name, ".pdf"), (&mail.attached("text/csv").name, ".csv")]
    {
        assert!(name.ends_with(ending) && name.len() > ending.len(), "{name}");
        assert!(!name.contains("..") && !name.contains(['/', '\\', ':', '"', '*', '?', '\u{202e}']), "{name}");
    }
}

#[tokio::test]
async fn subject_and_message_see_what_the_report_sees() {
    let admin = Api::admin();
    let params = json!([{"name": "quarter", "default": "Q3"}]);
    let record = report(&admin, json!({
        "subject": "{{ report }}: {{ params.quarter }} of {{ today }}",
        "message": "Revenue **{{ data.revenue|fmt('number:2') }}** in {{ params.quarter }}, as of {{ today|fmt('date') }}.",
        "definition": definition("Sales {{ params.quarter }}", &params),
        "data": {"revenue": 1200.5, "rows": []}})).await;
    let (before, mail) = (today("UTC"), mailed(&admin, &record).await);
    let name = admin.get(&format!("/api/reports/{}", uid(&record))).await.json()["name"].clone();
    let subjects = [before, today("UTC")].map(|day| format!("{}: Q3 of {day}", name.as_str().unwrap()));
    assert!(subjects.contains(&mail.subject), "{} is none of {subjects:?}", mail.subject);
    assert!(mail.text.contains("1,200.50") && mail.html.contains("<strong>1,200.50</strong> in Q3"), "{}", mail.html);
    let year = now().to_zoned(TimeZone::UTC).year().to_string();
    let written = Regex::new(&format!(r"as of [^.\n]*{year}\.")).unwrap();
    assert!(written.is_match(&mail.text), "{}", mail.text);
    assert_eq!(mail.attached("application/pdf").name, "Sales Q3.pdf");
}

#[tokio::test]
async fn today_is_the_day_of_the_reports_time_zone() {
    let admin = Api::admin();
    let mut seen = Vec::new();
    // Twenty-five hours apart: there it is never the same day.
    for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago"] {
        let record = report(&admin, json!({"subject": "{{ today }}", "timeZone": zone})).await;
        let (before, mail) = (today(zone), mailed(&admin, &record).await);
        assert!([before, today(zone)].contains(&mail.subject), "{zone}: {}", mail.subject);
        seen.push(mail.subject);
    }
    assert_ne!(seen[0], seen[1]);
}

#[tokio::test]
async fn without_words_of_its_own_a_mail_is_about_the_title_of_the_report() {
    let admin = Api::admin();
    let record = report(
        &admin,
        json!({
        "definition": definition("Sales {{ params.quarter }}", &json!([{"name": "quarter", "default": "Q4"}]))}),
    )
    .await;
    let mail = mailed(&admin, &record).await;
    assert_eq!(mail.subject, "Sales Q4");
    assert!(mail.text.contains("Sales Q4") && mail.html.contains("Sales Q4"), "{}", mail.text);
}

#[tokio::test]
async fn a_template_that_does_not_fit_is_told_with_its_place_and_nothing_is_sent() {
    let (admin, address) = (Api::admin(), somebody("template"));
    for (field, template) in [
        ("subject", "Sales of {{ data.missing.deeper }}"),
        ("subject", "{{ params.nothing }}"),
        ("message", "Sales of {{ data.missing.deeper }}"),
        ("message", "{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}"),
    ] {
        let record = report(&admin, json!({field: template})).await;
        let answer = send(&admin, &json!({"id": record["id"], "emails": address})).await.expect(500);
        let told = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(told.contains(field) && told.len() > field.len() + 10, "{template}: {told}");
        let delivery = deliveries(&admin, uid(&record)).await.remove(0);
        assert_eq!((&delivery["status"], &delivery["recipients"][0]["outcome"]), (&json!("Failed"), &json!("Failed")));
        assert!(delivery["reason"].as_str().unwrap().contains(field), "{delivery}");
    }
    assert!(sent_to(&address).is_empty());
}

#[tokio::test]
async fn a_message_brings_no_html_and_no_links_that_run_something() {
    let admin = Api::admin();
    let mail = mailed(&admin, &report(&admin, json!({
        "message": "<script>alert(1)</script>\n\n{{ data.evil }}\n\n[here](javascript:alert(2)) ![x](https://example.org/spy.png) [site](https://example.org/)",
        "subject": "{{ data.evil }}",
        "definition": definition("{{ data.evil }}", &json!([])),
        "data": {"evil": "</title><img src=x onerror=alert(3)><style>*{}", "rows": []}})).await).await;
    let html = mail.html.to_lowercase();
    let running = Regex::new(r#"<script|href="?javascript|src="https?:"#).unwrap();
    assert!(!running.is_match(&html), "{html}");
    assert_eq!(html.matches("<img").count(), 1, "page one alone is a picture: {html}");
    let styles = |text: &str| text.matches("<style").count();
    let plain = mailed(&admin, &report(&admin, json!({})).await).await;
    assert_eq!(styles(&html), styles(&plain.html), "{html}");
    assert!(html.contains(r#"href="https://example.org/""#), "what is harmless stays: {html}");
    assert!(mail.text.contains("https://example.org/"), "{}", mail.text);
}

#[tokio::test]
async fn the_rows_of_the_tables_are_attached_when_they_are_asked_for() {
    let admin = Api::admin();
    let record = report(&admin, json!({"formats": ["pdf", "csv"]})).await;
    let mail = mailed(&admin, &record).await;
    let csv = mail.attached("text/csv");
    assert_eq!((csv.name.as_str(), String::from_utf8_lossy(&csv.bytes).as_ref()), ("A small report.csv", ROWS));
    let delivery = deliveries(&admin, uid(&record)).await.remove(0);
    assert_eq!(delivery["attached"], json!(["A small report.pdf", "A small report.csv"]), "{delivery}");
    admin.put(&format!("/api/reports/{}", uid(&record)), &json!({"formats": ["pdf"]})).await.expect(200);
    let mail = mailed(&admin, &record).await;
    assert!(mail.files.iter().all(|file| file.media_type != "text/csv"), "{:?}", mail.names());
}

#[tokio::test]
async fn each_table_is_a_file_of_its_own() {
    let admin = Api::admin();
    let mut two = definition("Two tables", &json!([]));
    let columns = json!([{"field": "amount"}]);
    let second = json!({"kind": "table", "title": "Amounts", "data": "rows", "columns": columns});
    two["blocks"].as_array_mut().unwrap().push(second);
    let mail = mailed(&admin, &report(&admin, json!({"formats": ["csv", "pdf"], "definition": two})).await).await;
    let mut files: Vec<_> = mail.files.iter().filter(|file| file.media_type == "text/csv").collect();
    files.sort_by_key(|file| file.bytes.len());
    let texts: Vec<_> = files.iter().map(|file| String::from_utf8_lossy(&file.bytes).into_owned()).collect();
    assert_eq!(texts, ["\u{feff}Amount\r\n10\r\n20.5\r\n", ROWS]);
    assert_ne!(files[0].name, files[1].name);
}

#[tokio::test]
async fn a_report_without_tables_says_so_in_the_place_of_a_csv() {
    let admin = Api::admin();
    let record = report(
        &admin,
        json!({"formats": ["pdf", "csv"], "definition": {"title": "Words", "blocks": [
        {"kind": "text", "markdown": "No rows here."}]}}),
    )
    .await;
    let mail = mailed(&admin, &record).await;
    assert!(mail.files.iter().all(|file| file.media_type != "text/csv"), "{:?}", mail.names());
    for words in [&mail.text, &mail.html] {
        assert!(words.contains("table") && words.contains("CSV"), "{words}");
    }
    mail.attached("application/pdf");
}

#[tokio::test]
async fn a_report_of_typst_is_mailed_too() {
    let admin = Api::admin();
    let record = report(
        &admin,
        json!({"definition": {"title": "An invoice", "typst": "= Invoice\n#data.number"}, "data": {"number": "A-7"}}),
    )
    .await;
    let mail = mailed(&admin, &record).await;
    assert_eq!(
        (mail.subject.as_str(), mail.attached("application/pdf").name.as_str()),
        ("An invoice", "An invoice.pdf")
    );
}

#[tokio::test]
async fn of_a_published_report_the_mail_has_the_public_link_and_of_another_it_has_none() {
    let (admin, address) = (Api::admin(), somebody("linked"));
    let record = report(&admin, json!({"recipients": address})).await;
    let sent = async || {
        send(&admin, &json!({"id": record["id"], "useEmailsFromReport": true})).await.expect(200);
        sent_to(&address).pop().unwrap()
    };
    let mail = sent().await;
    assert!(!mail.text.contains("/view/") && !mail.html.contains("/view/"), "{}", mail.text);
    let link = admin.publish_and_wait(uid(&record)).await["url"].as_str().unwrap().to_owned();
    let mail = sent().await;
    assert_eq!(mail.link("/view/").unwrap(), link);
    assert!(mail.html.contains(&format!("href=\"{link}\"")), "{}", mail.html);
    assert!(Api::anonymous().get(mail.link("/view/").unwrap()).await.expect(200).text().contains("A small report"));
    admin.unpublish(uid(&record)).await.expect(204);
    let mail = sent().await;
    assert!(!mail.text.contains("/view/") && !mail.html.contains("/view/"), "{}", mail.text);
}

#[tokio::test]
async fn the_mail_has_the_latest_version_of_the_report() {
    let (admin, address) = (Api::admin(), somebody("latest"));
    let record = report(&admin, json!({"formats": ["pdf", "csv"]})).await;
    let change = json!({"data": {"rows": [{"region": "Later", "amount": 1}]}});
    admin.put(&format!("/api/reports/{}", uid(&record)), &change).await.expect(200);
    send(&admin, &json!({"id": record["id"], "emails": address})).await.expect(200);
    let csv = String::from_utf8_lossy(&only_one_to(&address).attached("text/csv").bytes).into_owned();
    assert_eq!(csv, "\u{feff}Region,Amount\r\nLater,1\r\n");
    assert_eq!(deliveries(&admin, uid(&record)).await[0]["version"], 2);
}
