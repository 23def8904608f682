//! Parts of bundles: they are found by items that do not grow with the report, and served only as they were stored.

use super::{
    Place,
    previews::{address, nonce, redeemed, with_cookie},
};
use aws_sdk_dynamodb::types::AttributeValue;
use imprint_tests::{
    api::{Api, read},
    aws::Aws,
    logs, samples, variable,
};
use serde_json::{Value, json};
use std::collections::HashMap;

/// A report of so many pages.
async fn report_of(place: &Place, pages: usize) -> Value {
    let typst = format!("#for page in range({}) [page #pagebreak()] end", pages - 1);
    place.report_with(json!({"definition": {"title": "Pages", "typst": typst}})).await
}

/// The preview as it is shown: its cookie, and the address of the folder of its parts.
async fn shown(place: &Place, report: &Value) -> (String, String) {
    let cookie = redeemed(place, report, &nonce(&place.admin).await).await;
    let page = with_cookie(&address(place, report), &cookie).await.expect(200).text();
    let folder = page.split("\"preview/").nth(1).unwrap().split('/').next().unwrap();
    let path = format!("{}/{folder}", address(place, report));
    (cookie, path)
}

/// The link of a published report, and its item.
async fn published(aws: &Aws, report: &Value) -> (String, HashMap<String, AttributeValue>) {
    let token = Api::admin().publish_and_wait(report["id"].as_str().unwrap()).await;
    let item = aws.find("LINKS_TABLE", "LINK#", "id", token["id"].as_str().unwrap()).await;
    (token["url"].as_str().unwrap().to_owned(), item)
}

/// How large an item is, but for what is as long as a number is large.
fn shape(item: &HashMap<String, AttributeValue>) -> Vec<(String, usize)> {
    fn size(value: &AttributeValue) -> usize {
        match value {
            AttributeValue::S(text) => text.len(),
            AttributeValue::M(map) => map.iter().map(|(name, value)| name.len() + size(value)).sum(),
            AttributeValue::N(_) | AttributeValue::Bool(_) => 1,
            other => panic!("the item holds {other:?}"),
        }
    }
    let mut shape: Vec<_> = item.iter().map(|(name, value)| (name.clone(), size(value))).collect();
    shape.sort();
    shape
}

#[tokio::test]
async fn items_of_links_and_previews_do_not_grow_with_the_report() {
    let (place, aws) = (Place::new().await, Aws::connect().await);
    let [small, large] = [report_of(&place, 1).await, report_of(&place, 300).await];
    let ((_, of_small), (url, of_large)) = (published(&aws, &small).await, published(&aws, &large).await);
    let lengths = |item| shape(item).into_iter().filter(|(name, _)| name != "report" && name != "createdAt");
    assert!(lengths(&of_small).eq(lengths(&of_large)), "{of_small:?}\n{of_large:?}");
    for page in [1, 150, 300] {
        let picture = Api::anonymous().get(&format!("{url}/pages/{page}.svg")).await.expect(200);
        assert!(picture.text().starts_with("<svg"), "page {page}");
    }
    Api::anonymous().get(&format!("{url}/pages/301.svg")).await.expect(404);

    let mut previews = Vec::new();
    for report in [&small, &large] {
        shown(&place, report).await;
        previews.push(aws.find("CATALOG_TABLE", "RENDITION#", "report", report["id"].as_str().unwrap()).await);
    }
    let lengths = |item| shape(item).into_iter().filter(|(name, _)| name != "expiresAt");
    assert!(lengths(&previews[0]).eq(lengths(&previews[1])), "{previews:?}");
}

/// Changes one bit of every `step` bytes of an object.
async fn damage(aws: &Aws, key: &str, step: usize) {
    let object = aws.s3.get_object().bucket(variable("BUCKET_NAME")).key(key).send().await.unwrap();
    let mut bytes = object.body.collect().await.unwrap().to_vec();
    bytes.iter_mut().step_by(step).for_each(|byte| *byte ^= 1);
    aws.s3.put_object().bucket(variable("BUCKET_NAME")).key(key).body(bytes.into()).send().await.unwrap();
}

#[tokio::test]
async fn a_part_of_a_publication_that_is_damaged_is_not_served() {
    let (place, aws) = (Place::new().await, Aws::connect().await);
    let report = place.report().await;
    let (url, _) = published(&aws, &report).await;
    let objects = aws.objects(&format!("bundles/{}/", report["id"].as_str().unwrap())).await;
    // A worker that was slow left a second one.
    for object in &objects {
        damage(&aws, object, 97).await;
    }
    for (part, function) in
        [("", "PublicViewReport"), ("/pages/1.svg", "PublicViewPage"), ("/report.pdf", "PublicDownloadPdf")]
    {
        for encoding in ["gzip", "identity"] {
            let request = Api::anonymous().request("GET", &format!("{url}{part}")).header("accept-encoding", encoding);
            let refused = read(request).await.expect(500).text();
            let reference = refused.split("Reference: ").nth(1).unwrap_or_else(|| panic!("{part}: {refused}"));
            let reference = reference.split('<').next().unwrap().trim();
            let told = logs::lines(function, reference);
            let told = told.iter().any(|line| line.to_string().contains("checksum of the stored bytes"));
            assert!(told, "{function} does not log what happened under {reference}");
        }
    }
}

#[tokio::test]
async fn a_part_of_a_preview_that_is_damaged_is_not_served() {
    let (place, aws) = (Place::new().await, Aws::connect().await);
    let report = place.report().await;
    let (cookie, folder) = shown(&place, &report).await;
    let objects = aws.objects(&format!("renditions/{}/", report["id"].as_str().unwrap())).await;
    for object in &objects {
        damage(&aws, object, 97).await;
    }
    for part in [address(&place, &report), format!("{folder}/1.svg"), format!("{folder}/report.pdf")] {
        let refused = with_cookie(&part, &cookie).await.expect(500);
        assert!(!refused.text().contains("Sales"), "{part}");
    }
}

#[tokio::test]
async fn a_large_pdf_that_is_not_the_one_that_was_published_is_not_handed_out() {
    let (place, aws) = (Place::new().await, Aws::connect().await);
    let blocks: Vec<_> =
        (0..2).map(|n| json!({"kind": "image", "asset": format!("{n}.png"), "alt": "Noise"})).collect();
    let report = place.report_with(json!({"definition": {"title": "Large", "blocks": blocks}})).await;
    samples::put_noise(&place.admin, report["id"].as_str().unwrap(), &[3_000_000, 2_900_000]).await;
    let (url, _) = published(&aws, &report).await;
    let (cookie, folder) = shown(&place, &report).await;
    let path = format!("{url}/report.pdf");
    let (public, preview) = (
        async || Api::anonymous().get(&path).await,
        async || with_cookie(&format!("{folder}/report.pdf"), &cookie).await,
    );
    for answer in [public().await, preview().await] {
        let pdf = Api::anonymous().get(answer.expect(302).header("location")).await.expect(200);
        assert!(pdf.body.len() > 4_500_000 && pdf.body.starts_with(b"%PDF-"), "{}", pdf.body.len());
    }
    for prefix in ["bundles", "renditions"] {
        let objects = aws.objects(&format!("{prefix}/{}/", report["id"].as_str().unwrap())).await;
        let pdf = objects.iter().find(|key| key.ends_with(".pdf")).unwrap();
        damage(&aws, pdf, 1_000_000).await;
    }
    for answer in [public().await, preview().await] {
        assert!(answer.expect(500).header("location").is_empty());
    }
}
