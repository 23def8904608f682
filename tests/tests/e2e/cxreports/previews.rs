//! Previews for frames: a nonce has one winner, the cookie opens one workspace, and both end with the token.

use super::Place;
use aws_sdk_dynamodb::types::AttributeValue;
use imprint_tests::{
    api::{Answer, Api, read},
    aws::Aws,
    logs, now, variable,
};
use serde_json::Value;

pub async fn nonce(api: &Api) -> String {
    let made = read(api.request("POST", "/api/v1/nonce-tokens").header("content-type", "application/json")).await;
    made.expect(200).json()["nonce"].as_str().unwrap().to_owned()
}

pub fn address(place: &Place, report: &Value) -> String {
    format!("/ws/{}/reports/{}/preview", place.number, report["number"])
}

pub async fn with_cookie(path: &str, cookie: &str) -> Answer {
    read(Api::anonymous().request("GET", path).header("cookie", cookie).header("accept", "text/html")).await
}

/// The cookie that a nonce becomes, as a browser sends it back.
pub async fn redeemed(place: &Place, report: &Value, nonce: &str) -> String {
    let sent = Api::anonymous().get(&format!("{}?nonce={nonce}", address(place, report))).await.expect(303);
    sent.header("set-cookie").split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_nonce_becomes_a_cookie_and_is_gone_from_the_address() {
    let place = Place::new().await;
    let report = place.report().await;
    let nonce = nonce(&place.admin).await;
    let path = address(&place, &report);
    let sent = Api::anonymous()
        .get(&format!("{path}?params=%7B%22quarter%22%3A%22Q3%22%7D&nonce={nonce}&lang=de"))
        .await
        .expect(303);
    assert_eq!(sent.header("location"), format!("{path}?params=%7B%22quarter%22%3A%22Q3%22%7D&lang=de"));
    assert_eq!((sent.header("cache-control"), sent.header("referrer-policy")), ("no-store", "no-referrer"));
    let cookie = sent.header("set-cookie");
    let (value, flags) = cookie.split_once("; ").unwrap();
    assert!(value.starts_with(&format!("imprint_preview_{}=imv_", place.number)), "{value}");
    assert_eq!(flags, "Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=None; Partitioned");

    let page = with_cookie(sent.header("location"), value).await.expect(200);
    let html = page.text();
    assert!(html.contains("Sales Q3") && html.contains("1.234,50") && html.contains("Print"), "{html:.2000}");
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!((page.header("cache-control"), page.header("referrer-policy")), ("no-store", "no-referrer"));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("frame-ancestors http://localhost:*") && !policy.contains("unsafe"), "{policy}");
    assert!(policy.starts_with("default-src 'none'; img-src 'self'; style-src 'sha256-"), "{policy}");
    let plain = with_cookie(&format!("{path}?hidePrintButton=true"), value).await.expect(200).text();
    assert!(plain.contains("Sales Q1") && !plain.contains("<button"), "{plain:.2000}");
}

#[tokio::test]
async fn the_parts_of_a_preview_need_the_cookie_too() {
    let place = Place::new().await;
    let report = place.report().await;
    let path = address(&place, &report);
    let cookie = redeemed(&place, &report, &nonce(&place.admin).await).await;
    let html = with_cookie(&format!("{path}?excludePages=1"), &cookie).await.expect(200).text();
    let part = |end: &str| {
        let from = html.find("\"preview/").unwrap() + 1;
        let part = &html[from..];
        let folder = part.split('/').nth(1).unwrap();
        format!("{path}/{folder}/{end}")
    };
    let picture = with_cookie(&part("2.svg"), &cookie).await.expect(200);
    assert_eq!(picture.header("content-type"), "image/svg+xml");
    assert!(picture.text().starts_with("<svg") && picture.header("content-security-policy").contains("sandbox"));
    with_cookie(&part("3.svg"), &cookie).await.expect(200);
    for none in ["1.svg", "4.svg", "0.svg", "index.html"] {
        with_cookie(&part(none), &cookie).await.expect(404);
    }
    let pdf = with_cookie(&part("report.pdf"), &cookie).await.expect(200);
    assert!(pdf.body.starts_with(b"%PDF-") && pdf.header("content-disposition").contains("Sales Q1.pdf"));
    for part in [part("2.svg"), part("report.pdf"), path.clone()] {
        let refused = Api::anonymous().get(&part).await.expect(401);
        assert_eq!(refused.header("content-type"), "application/json", "programs are told in JSON");
        assert!(!refused.text().contains("Sales"), "{}", refused.text());
        let page = with_cookie(&part, "").await.expect(401);
        assert!(
            page.header("content-type").starts_with("text/html") && !page.text().contains("Sales"),
            "{}",
            page.text()
        );
    }
}

#[tokio::test]
async fn a_preview_whose_parts_are_gone_from_the_bucket_is_made_anew() {
    let (place, aws) = (Place::new().await, Aws::connect().await);
    let report = place.report().await;
    let cookie = redeemed(&place, &report, &nonce(&place.admin).await).await;
    with_cookie(&address(&place, &report), &cookie).await.expect(200);
    let kept = aws.objects(&format!("renditions/{}/", report["id"].as_str().unwrap())).await;
    assert_eq!(kept.len(), 1, "{kept:?}");
    aws.s3.delete_object().bucket(variable("BUCKET_NAME")).key(&kept[0]).send().await.unwrap();
    let html = with_cookie(&address(&place, &report), &cookie).await.expect(200).text();
    assert!(html.contains("Sales Q1"), "{html:.2000}");
    assert_eq!(aws.objects(&format!("renditions/{}/", report["id"].as_str().unwrap())).await, kept);
}

#[tokio::test]
async fn a_nonce_has_one_winner_however_many_ask_at_once() {
    let place = Place::new().await;
    let report = place.report().await;
    for _ in 0..3 {
        let path = format!("{}?nonce={}", address(&place, &report), nonce(&place.admin).await);
        let asked: Vec<_> = (0..40)
            .map(|_| {
                let path = path.clone();
                tokio::spawn(async move { Api::anonymous().get(&path).await })
            })
            .collect();
        let mut statuses = Vec::new();
        for answer in asked {
            statuses.push(answer.await.unwrap().status);
        }
        let winners = statuses.iter().filter(|status| **status == 303).count();
        assert!(winners == 1 && statuses.iter().all(|status| [303, 401].contains(status)), "{statuses:?}");
    }
}

#[tokio::test]
async fn a_spent_or_old_nonce_opens_nothing_but_does_not_disturb_who_has_the_cookie() {
    let (place, aws) = (Place::new().await, Aws::connect().await);
    let report = place.report().await;
    let spent = nonce(&place.admin).await;
    let path = format!("{}?nonce={spent}", address(&place, &report));
    let cookie = redeemed(&place, &report, &spent).await;
    Api::anonymous().get(&path).await.expect(401);
    let again = with_cookie(&path, &cookie).await.expect(303);
    assert_eq!((again.header("location"), again.header("set-cookie")), (address(&place, &report).as_str(), ""));

    let old = nonce(&place.admin).await;
    let id = old.trim_start_matches("imn_").split('.').next().unwrap();
    let past = AttributeValue::S(now().to_string());
    aws.set("ACCESS_TABLE", &format!("PREVIEW#{id}"), "PREVIEW", "nonceExpiresAt", past).await;
    Api::anonymous().get(&format!("{}?nonce={old}", address(&place, &report))).await.expect(401);
    for forged in ["", "imn_x", "imv_EXAMPLEEXAMPLE00.EXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLE0"] {
        Api::anonymous().get(&format!("{}?nonce={forged}", address(&place, &report))).await.expect(401);
    }
}

#[tokio::test]
async fn a_cookie_opens_one_workspace_for_an_hour() {
    let (place, other, aws) = (Place::new().await, Place::new().await, Aws::connect().await);
    let (report, foreign) = (place.report().await, other.report().await);
    let cookie = redeemed(&place, &report, &nonce(&place.admin).await).await;
    with_cookie(&address(&place, &report), &cookie).await.expect(200);
    let value = cookie.split_once('=').unwrap().1;
    let renamed = format!("imprint_preview_{}={value}", other.number);
    with_cookie(&address(&other, &foreign), &renamed).await.expect(401);
    with_cookie(&format!("/ws/{}/reports/{}/preview", place.code, foreign["number"]), &cookie).await.expect(404);
    with_cookie("/ws/no-such-place/reports/1/preview", &cookie).await.expect(401);
    let id = value.trim_start_matches("imv_").split('.').next().unwrap();
    let past = AttributeValue::S(now().to_string());
    aws.set("ACCESS_TABLE", &format!("PREVIEW#{id}"), "PREVIEW", "expiresAt", past).await;
    with_cookie(&address(&place, &report), &cookie).await.expect(401);
}

#[tokio::test]
async fn a_preview_can_do_what_its_token_can_and_ends_with_it() {
    let (place, other) = (Place::new().await, Place::new().await);
    let report = place.report().await;
    let viewer = Api::with_role("viewer", &[&place.code]).await;
    let cookie = redeemed(&place, &report, &nonce(&viewer).await).await;
    with_cookie(&address(&place, &report), &cookie).await.expect(200);
    let unused = nonce(&viewer).await;
    let id = viewer.token().trim_start_matches("imp_").split_once('.').unwrap().0.to_owned();
    place.admin.delete(&format!("/api/v1/personal-access-tokens/{id}")).await.expect(204);
    with_cookie(&address(&place, &report), &cookie).await.expect(401);
    Api::anonymous().get(&format!("{}?nonce={unused}", address(&place, &report))).await.expect(401);

    let stranger = Api::with_role("viewer", &[&other.code]).await;
    let foreign = nonce(&stranger).await;
    Api::anonymous().get(&format!("{}?nonce={foreign}", address(&place, &report))).await.expect(401);
}

#[tokio::test]
async fn what_is_wrong_with_a_preview_is_shown_to_who_may_see_the_report() {
    let place = Place::new().await;
    let report = place.report().await;
    let cookie = redeemed(&place, &report, &nonce(&place.admin).await).await;
    let path = address(&place, &report);
    for (query, status, words) in
        [("theme=neon", 400, "theme: "), ("data=%7B%22rows%22%3A%22%3Cscript%3E%22%7D", 422, "blocks[2].data")]
    {
        let page = with_cookie(&format!("{path}?{query}"), &cookie).await.expect(status);
        assert!(page.header("content-type").starts_with("text/html"), "{query}");
        assert!(page.text().contains(words) && !page.text().contains("<script>"), "{query}: {}", page.text());
    }
    with_cookie(&format!("/ws/{}/reports/999999999/preview", place.number), &cookie).await.expect(404);
}

#[tokio::test]
async fn secrets_of_previews_are_in_no_table_and_in_no_log() {
    let place = Place::new().await;
    let report = place.report().await;
    let nonce = nonce(&place.admin).await;
    let cookie = redeemed(&place, &report, &nonce).await;
    with_cookie(&address(&place, &report), &cookie).await.expect(200);
    Api::anonymous().get(&format!("{}?nonce={nonce}", address(&place, &report))).await.expect(401);
    let table = Aws::connect().await.dump("ACCESS_TABLE").await;
    let log = logs::text("Preview");
    assert!(log.contains("GET /ws/{ws}/reports/{id}/preview"), "the log is there");
    for secret in [nonce.split_once('.').unwrap().1, cookie.split_once('.').unwrap().1] {
        assert!(!table.contains(secret) && !log.contains(secret));
    }
}
