//! Who gets a report.

use super::{report, uid};
use imprint_tests::{
    api::Api,
    mail::{SENT, deliveries, only_one_to, send, sent_to, somebody, told_of},
    unique,
};
use serde_json::json;
use std::collections::BTreeSet;

fn sorted(addresses: &[String]) -> Vec<String> {
    let mut sorted = addresses.to_vec();
    sorted.sort();
    sorted
}

#[tokio::test]
async fn the_addresses_of_a_request_override_those_of_the_report() {
    let (admin, own, other) = (Api::admin(), somebody("own"), somebody("other"));
    let report = report(&admin, json!({"recipients": own})).await;
    send(&admin, &json!({"id": report["id"], "emails": other})).await.expect(200);
    send(&admin, &json!({"id": report["id"], "emails": other, "useEmailsFromReport": true})).await.expect(200);
    assert_eq!((sent_to(&own).len(), sent_to(&other).len()), (0, 2));
    send(&admin, &json!({"id": report["id"], "emails": "", "useEmailsFromReport": true})).await.expect(200);
    assert_eq!((sent_to(&own).len(), sent_to(&other).len()), (1, 2), "an empty list overrides nothing");
}

#[tokio::test]
async fn commas_semicolons_and_ends_of_lines_separate_and_nobody_gets_a_report_twice() {
    let admin = Api::admin();
    let [a, b, c, d] = ["a", "b", "c", "d"].map(somebody);
    let list =
        format!(" {a}, {b};{c}\r\n{d},,;\n{},{b} ; {}", a.to_uppercase(), c.replace("example.com", "EXAMPLE.com"));
    for by_report in [false, true] {
        let fields = if by_report { json!({"recipients": list}) } else { json!({}) };
        let report = report(&admin, fields).await;
        let more = if by_report {
            json!({"id": uid(&report), "useEmailsFromReport": true})
        } else {
            json!({"id": uid(&report), "emails": list})
        };
        send(&admin, &more).await.expect(200);
        let mail = sent_to(&a).pop().unwrap();
        let wanted = sorted(&[a.clone(), b.clone(), c.clone(), d.clone()]);
        assert_eq!((sorted(&mail.to), sorted(&mail.envelope)), (wanted.clone(), wanted));
        for address in [&a, &b, &c, &d] {
            assert_eq!(sent_to(address).len(), 1 + usize::from(by_report), "{address}");
        }
    }
}

#[tokio::test]
async fn more_than_fifty_recipients_get_several_mails_and_each_of_them_one() {
    let admin = Api::admin();
    let all: Vec<_> = (0..120).map(|_| somebody("many")).collect();
    let report = report(&admin, json!({})).await;
    let answer = send(&admin, &json!({"id": report["id"], "emails": all.join(", ")})).await.expect(200);
    assert_eq!(answer.text(), SENT);
    let firsts = [&all[0], &all[50], &all[100]];
    let mails = firsts.map(|address| only_one_to(address));
    assert_eq!(mails.each_ref().map(|mail| mail.envelope.len()), [50, 50, 20]);
    for mail in &mails {
        assert_eq!(sorted(&mail.to), sorted(&mail.envelope));
        assert!(mail.header("cc").is_empty() && mail.header("bcc").is_empty());
        assert!(mail.attached("application/pdf").bytes.starts_with(b"%PDF-"));
    }
    let ids: BTreeSet<_> = mails.iter().flat_map(|mail| mail.header("message-id")).collect();
    assert_eq!(ids.len(), 3, "each mail is one of its own: {ids:?}");
    let reached: Vec<_> = mails.iter().flat_map(|mail| mail.envelope.clone()).collect();
    assert_eq!(sorted(&reached), sorted(&all));
    let delivery = deliveries(&admin, uid(&report)).await.remove(0);
    assert_eq!((&delivery["status"], delivery["recipients"].as_array().unwrap().len()), (&json!("Sent"), 120));
    for (mail, address) in mails.iter().zip(firsts) {
        let told = told_of(&delivery, address);
        assert_eq!((&told["outcome"], &told["messageId"]), (&json!("Sent"), &json!(mail.id)), "{told}");
    }
}

#[tokio::test]
async fn five_hundred_recipients_are_reached_by_one_request() {
    let admin = Api::admin();
    let mark = unique("throng");
    let all: Vec<_> = (0..500).map(|n| format!("{n}.{mark}@example.com")).collect();
    let report = report(&admin, json!({})).await;
    let answer = send(&admin, &json!({"id": report["id"], "emails": all.join("\n")})).await.expect(200);
    assert_eq!(answer.text(), SENT);
    for first in all.iter().step_by(50) {
        assert_eq!(only_one_to(first).envelope.len(), 50);
    }
}

#[tokio::test]
async fn a_domain_of_other_letters_is_written_in_ascii() {
    let (admin, name) = (Api::admin(), unique("idn"));
    let report = report(&admin, json!({})).await;
    let list = format!("{name}@bücher.example; {name}@xn--bcher-kva.example, {name}@例え.jp");
    send(&admin, &json!({"id": report["id"], "emails": list})).await.expect(200);
    let address = format!("{name}@xn--bcher-kva.example");
    let mail = only_one_to(&address);
    assert_eq!(sorted(&mail.to), sorted(&[address, format!("{name}@xn--r8jz45g.jp")]));
    assert_eq!(sorted(&mail.to), sorted(&mail.envelope));
}
