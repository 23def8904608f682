//! The public page: what a reader, a browser's cache and a search engine get.

use base64::{Engine, engine::general_purpose::STANDARD};
use imprint_tests::{
    api::{Api, read},
    samples,
};
use sha2::{Digest, Sha256};

/// A published report's address.
async fn published(text: &str) -> String {
    let admin = Api::admin();
    let report = samples::report(&admin, text).await;
    admin.publish_and_wait(&report).await["url"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_page_needs_no_script_and_may_run_none() {
    let page = Api::anonymous().get(&published("safe").await).await.expect(200);
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; img-src 'self'; style-src 'sha256-"), "{policy}");
    assert!(policy.contains("frame-ancestors http://localhost:*") && !policy.contains("unsafe"), "{policy}");
    let style = page.text().split("<style>").nth(1).unwrap().split("</style>").next().unwrap().to_owned();
    assert!(
        policy.contains(&format!("'sha256-{}'", STANDARD.encode(Sha256::digest(style)))),
        "the page's style is allowed"
    );
    assert!(!page.text().contains("<script"));
    assert!(!page.text().contains(" style="), "the policy forbids styles of elements");
    assert_eq!(page.header("x-robots-tag"), "noindex, nofollow");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert!(page.text().contains("noindex") && page.text().contains("lang=\"en\""));
}

#[tokio::test]
async fn every_address_on_the_page_works() {
    let link = published("complete").await;
    let page = Api::anonymous().get(&link).await.expect(200).text();
    let token = link.rsplit('/').next().unwrap();
    let addresses = regex::Regex::new(r##"(?:src|href)="([^"#]+)""##).unwrap();
    let found: Vec<_> =
        addresses.captures_iter(&page).map(|found| found[1].to_owned()).filter(|a| !a.starts_with('/')).collect();
    assert!(found.iter().any(|a| a.ends_with(".svg")) && found.iter().any(|a| a.ends_with(".pdf")), "{found:?}");
    for address in found {
        assert!(address.starts_with(&format!("{token}/")), "relative to the page: {address}");
        Api::anonymous().get(&link.replace(token, &address)).await.expect(200);
    }
}

#[tokio::test]
async fn a_reader_who_has_the_page_is_told_so_until_it_changes() {
    let admin = Api::admin();
    let report = samples::report(&admin, "cached").await;
    let link = admin.publish_and_wait(&report).await["url"].as_str().unwrap().to_owned();
    for part in ["", "/pages/1.svg", "/report.pdf"] {
        let path = format!("{link}{part}");
        let tag = Api::anonymous().get(&path).await.expect(200).header("etag").to_owned();
        let again = || read(Api::anonymous().request("GET", &path).header("if-none-match", &tag));
        assert_eq!(again().await.status, 304, "{part}");
        admin.publish_and_wait(&report).await;
        assert_eq!(again().await.status, 200, "{part} changed");
    }
}

#[tokio::test]
async fn the_pdf_is_one_and_has_the_name_of_its_title() {
    let pdf = Api::anonymous().get(&format!("{}/report.pdf", published("on paper").await)).await.expect(200);
    assert_eq!(pdf.header("content-type"), "application/pdf");
    assert_eq!(
        pdf.header("content-disposition"),
        "attachment; filename=\"A small report.pdf\"; filename*=UTF-8''A%20small%20report.pdf"
    );
    assert!(pdf.body.starts_with(b"%PDF-") && pdf.body.ends_with(b"%%EOF") || pdf.body.ends_with(b"%%EOF\n"));
}

#[tokio::test]
async fn a_picture_of_a_page_is_safe_to_open_by_itself() {
    let svg = Api::anonymous().get(&format!("{}/pages/1.svg", published("pictured").await)).await.expect(200);
    assert_eq!(svg.header("content-type"), "image/svg+xml");
    assert!(svg.header("content-security-policy").contains("sandbox"));
    assert!(svg.text().starts_with("<svg"), "{}", &svg.text()[..80]);
}

#[tokio::test]
async fn a_dead_link_says_so_kindly_and_tells_nothing_else() {
    let known = published("soon gone").await;
    let token = known.rsplit('/').next().unwrap();
    let forged: String = token.chars().rev().collect();
    let mut pages = Vec::new();
    for path in [
        format!("/view/{forged}"),
        "/view/short".to_owned(),
        format!("/view/{forged}/report.pdf"),
        "/view/%00".to_owned(),
    ] {
        let page = Api::anonymous().get(&path).await.expect(404);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{path}");
        pages.push(page.text());
    }
    assert!(pages[0].contains("does not work"));
    assert!(pages.iter().all(|page| *page == pages[0]), "each tells the same");
    Api::anonymous().get(&format!("{known}/pages/99.svg")).await.expect(404);
}

#[tokio::test]
async fn asking_for_the_head_alone_counts_no_view() {
    let admin = Api::admin();
    let report = samples::report(&admin, "peeked").await;
    let token = admin.publish_and_wait(&report).await;
    let head = read(Api::anonymous().request("HEAD", token["url"].as_str().unwrap())).await;
    assert_eq!(head.status, 200);
    let object = admin.get(token["_links"]["self"]["href"].as_str().unwrap()).await.json();
    assert_eq!(object["views"], 0);
}

#[tokio::test]
async fn words_of_a_report_cannot_become_markup_of_the_page() {
    let page =
        Api::anonymous().get(&published("<img src=x onerror=alert(1)> \"quoted\" </details>").await).await.expect(200);
    assert!(!page.text().contains("<img src=x"), "{}", page.text());
    assert!(page.text().contains("&lt;img src=x"), "the words are there as words");
}
