//! Lists of reports: their orders, their pages by offset and by cursor, what a role sees of them, and what they read.

use imprint_tests::{api::Api, logs, now, samples, unique};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    sync::Arc,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tokio::task::JoinSet;

/// A workspace, and a token that reaches no other.
struct Shelf {
    api: Api,
    code: String,
}

impl Shelf {
    async fn new() -> Self {
        let (admin, code) = (Api::admin(), unique("shelf"));
        admin.put(&format!("/api/v1/workspaces/{code}"), &json!({"name": "Shelf"})).await.expect(201);
        Self { api: Api::with_role("admin", &[&code]).await, code }
    }

    async fn put(&self, name: &str) -> String {
        put(&self.api, &self.code, "", name).await
    }

    /// The names on the pages of Informer's list, each from the link to the one after it; and what the first says of how many there are.
    async fn pages(&self, query: &str) -> (Vec<String>, u64) {
        let mut path = format!("/api/reports?{query}");
        let (mut names, mut total) = (Vec::new(), None);
        loop {
            let page = self.api.get(&path).await.expect(200).json();
            total = total.or_else(|| page["total"].as_u64());
            names.extend(informer(&page));
            match page["_links"]["next"]["href"].as_str() {
                Some(next) => path = next.to_owned(),
                None => return (names, total.unwrap()),
            }
        }
    }

    /// Makes folders, each in one that is there, as the administrator.
    async fn folders(&self, paths: &[&str]) {
        let session = Api::admin().post(&format!("/rest/sessions?config={}", self.code), &json!({})).await.expect(201);
        for path in paths {
            let path = format!("/rest/folders/{path}?sid={}", session.json()["Id"].as_str().unwrap());
            Api::admin().post(&path, &json!({})).await.expect(200);
        }
    }

    async fn rule(&self, path: &str, access: &str) {
        let rule = json!({"path": path, "role": "designer", "access": access, "workspace": self.code});
        Api::admin().put("/api/folders/access", &rule).await.expect(200);
    }

    fn cx(&self, query: &str) -> String {
        format!("/api/v1/ws/{}/reports?{query}", self.code)
    }
}

async fn put(api: &Api, code: &str, folder: &str, name: &str) -> String {
    let mut body = samples::body(&unique("listed"), "text");
    body["workspace"] = json!(code);
    body["folder"] = json!(folder);
    body["name"] = json!(name);
    samples::create(api, &body).await
}

fn informer(page: &Value) -> Vec<String> {
    let items = page["_embedded"]["inf:report"].as_array().unwrap();
    items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

fn cx(page: &Value) -> Vec<String> {
    page.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn pages_by_offset_by_link_and_by_header_are_those_of_one_list() {
    let shelf = Shelf::new().await;
    for name in ["beta", "Gamma", "Alpha", "alpha b", "Übersicht", "delta", "Delta 2"] {
        shelf.put(name).await;
    }
    let expected = ["Alpha", "alpha b", "beta", "delta", "Delta 2", "Gamma", "Übersicht"];
    let reversed: Vec<_> = expected.iter().rev().copied().collect();
    for limit in [1, 3, 7, 8] {
        assert_eq!(shelf.pages(&format!("limit={limit}")).await, (expected.map(String::from).into(), 7), "{limit}");
        let (names, _) = shelf.pages(&format!("limit={limit}&sort=-name")).await;
        assert_eq!(names, reversed, "{limit}");
        let (mut by_offset, mut by_header, mut path) = (Vec::new(), Vec::new(), shelf.cx(&format!("limit={limit}")));
        for start in (0..7).step_by(limit) {
            let page = shelf.api.get(&format!("/api/reports?start={start}&limit={limit}")).await.expect(200).json();
            by_offset.extend(informer(&page));
            let same = shelf.api.get(&shelf.cx(&format!("offset={start}&limit={limit}"))).await.expect(200).json();
            assert_eq!(cx(&same), informer(&page));
            let page = shelf.api.get(&path).await.expect(200);
            by_header.extend(cx(&page.json()));
            assert_eq!(page.next().is_some(), start + limit < 7, "{limit} from {start}");
            path = page.next().unwrap_or_default();
        }
        assert_eq!((by_offset, by_header), (expected.map(String::from).into(), expected.map(String::from).into()));
    }
    let past = shelf.api.get("/api/reports?start=1000000&limit=5").await.expect(200).json();
    assert_eq!((&past["total"], &past["count"]), (&json!(7), &json!(0)));
}

#[tokio::test]
async fn every_order_follows_what_becomes_of_a_report() {
    let shelf = Shelf::new().await;
    let mut ids = Vec::new();
    for name in ["b", "c", "a"] {
        ids.push(shelf.put(name).await);
    }
    let orders = async || {
        let mut orders = Vec::new();
        for sort in ["name", "createdAt", "-updatedAt"] {
            orders.push(shelf.pages(&format!("limit=2&sort={sort}")).await.0.join(""));
        }
        orders
    };
    assert_eq!(orders().await, ["abc", "bca", "acb"]);
    let path = format!("/api/reports/{}", ids[0]);
    shelf.api.put(&path, &json!({"name": "d"})).await.expect(200);
    assert_eq!(orders().await, ["acd", "dca", "dac"]);
    let asset = format!("/api/reports/{}/assets/logo.png", ids[1]);
    let picture = shelf.api.request("PUT", &asset).header("content-type", "image/png").body(samples::noise_png(100));
    imprint_tests::api::read(picture).await.expect(200);
    assert_eq!(orders().await, ["acd", "dca", "cda"]);
    let changed = shelf.api.get("/api/reports?sort=-updatedAt&limit=1").await.expect(200).json();
    let record = shelf.api.get(&format!("/api/reports/{}", ids[1])).await.expect(200).json();
    assert_eq!(changed["_embedded"]["inf:report"][0]["updatedAt"], record["updatedAt"]);
    shelf.api.delete(&path).await.expect(204);
    assert_eq!(orders().await, ["ac", "ca", "ca"]);
    assert_eq!(shelf.pages("limit=1").await.1, 2);
}

#[tokio::test]
async fn names_are_found_by_how_they_begin_and_by_any_words_of_theirs() {
    let shelf = Shelf::new().await;
    for name in ["Sales EMEA", "sales by month", "Stock", "Sale", "All sales"] {
        shelf.put(name).await;
    }
    let table = [
        ("prefix=SALES&limit=1", vec!["sales by month", "Sales EMEA"]),
        ("prefix=sale&sort=-name&limit=2", vec!["Sales EMEA", "sales by month", "Sale"]),
        ("prefix=x&limit=2", vec![]),
        ("q=SALES&limit=1", vec!["All sales", "sales by month", "Sales EMEA"]),
        ("q=sales&prefix=a&limit=5", vec!["All sales"]),
        ("q=sales&sort=createdAt&limit=2", vec!["Sales EMEA", "sales by month", "All sales"]),
    ];
    for (query, expected) in table {
        let (names, total) = shelf.pages(query).await;
        assert_eq!(
            (names, total),
            (expected.iter().map(|name| (*name).to_owned()).collect(), expected.len() as u64),
            "{query}"
        );
    }
    let page = shelf.api.get(&shelf.cx("prefix=sales&limit=1")).await.expect(200);
    assert_eq!(cx(&page.json()), ["sales by month"]);
    assert_eq!(cx(&shelf.api.get(&page.next().unwrap()).await.expect(200).json()), ["Sales EMEA"]);
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused() {
    let shelf = Shelf::new().await;
    for name in ["a", "b"] {
        shelf.put(name).await;
    }
    let page = shelf.api.get("/api/reports?limit=1").await.expect(200).json();
    let next = page["_links"]["next"]["href"].as_str().unwrap().to_owned();
    for wrong in [
        next.replace("sort=name", "sort=-name"),
        format!("{next}&prefix=a"),
        format!("{next}x"),
        "/api/reports?cursor=%00".into(),
    ] {
        let told = shelf.api.get(&wrong).await.expect(400).json();
        assert!(told["message"].as_str().unwrap().starts_with("cursor: "), "{wrong}: {told}");
    }
    let told = shelf.api.get(&shelf.cx("cursor=x")).await.expect(400).json();
    assert!(told["error"].as_str().unwrap().starts_with("cursor: "), "{told}");
    let told = shelf.api.get("/api/reports?prefix=a&sort=createdAt").await.expect(400).json();
    assert!(told["message"].as_str().unwrap().starts_with("prefix: "), "{told}");
}

/// Others make and delete reports on all sides of those that are looked for while the pages are read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_there_all_the_time_is_on_exactly_one_page() {
    let shelf = Shelf::new().await;
    let mut stays = BTreeSet::new();
    for number in 0..12 {
        let name = format!("m{number:02} stays");
        shelf.put(&name).await;
        stays.insert(name);
    }
    let over = Arc::new(AtomicBool::new(false));
    let mut others = JoinSet::new();
    for other in 0..4 {
        let (api, code, over) = (shelf.api.clone(), shelf.code.clone(), over.clone());
        others.spawn(async move {
            let mut made = 0;
            while !over.load(Ordering::Relaxed) || made < 2 {
                let before = ["a", "m05", "m09", "z"][(made + other) % 4];
                let id = put(&api, &code, "", &format!("{before} comes and goes {other}-{made}")).await;
                api.delete(&format!("/api/reports/{id}")).await.expect(204);
                made += 1;
            }
        });
    }
    for round in 0..6 {
        for query in ["limit=2", "limit=2&sort=-name", "limit=3&sort=createdAt", "limit=3&sort=-updatedAt"] {
            let (names, _) = shelf.pages(query).await;
            let found: Vec<_> = names.iter().filter(|name| stays.contains(*name)).collect();
            assert_eq!(
                (found.len(), found.into_iter().collect::<BTreeSet<_>>().len()),
                (12, 12),
                "{query}, {round}: {names:?}"
            );
        }
    }
    over.store(true, Ordering::Relaxed);
    others.join_all().await;
    assert_eq!(shelf.pages("limit=100").await, (stays.into_iter().collect(), 12), "and all are counted");
}

#[tokio::test]
async fn pages_and_counts_leave_out_what_rules_hide() {
    let shelf = Shelf::new().await;
    shelf.folders(&["open", "secret", "secret/inner"]).await;
    for (folder, name) in [("open", "o"), ("secret", "s"), ("secret/inner", "i"), ("", "r"), ("open", "p")] {
        put(&shelf.api, &shelf.code, folder, name).await;
    }
    shelf.rule("secret", "none").await;
    let designer = Api::with_role("designer", &[&shelf.code]).await;
    let viewer = Api::with_role("viewer", &[&shelf.code]).await;
    let mut seen = Vec::new();
    let mut path = "/api/reports?limit=2".to_owned();
    loop {
        let page = designer.get(&path).await.expect(200).json();
        assert_eq!(page["total"], 3, "{page}");
        seen.extend(informer(&page));
        match page["_links"]["next"]["href"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    let by_offset = designer.get("/api/reports?limit=2&start=2").await.expect(200).json();
    assert_eq!((informer(&by_offset), &by_offset["total"]), (seen[2..].to_vec(), &json!(3)));
    assert_eq!(seen, ["o", "p", "r"]);
    assert_eq!(cx(&designer.get(&shelf.cx("limit=3")).await.expect(200).json()), seen);
    assert_eq!(viewer.get("/api/reports?limit=1").await.expect(200).json()["total"], 5);
    shelf.rule("secret/inner", "read").await;
    assert_eq!(
        designer.get("/api/reports").await.expect(200).json()["total"],
        3,
        "nothing shows inside of what is hidden"
    );
    shelf.rule("secret", "read").await;
    assert_eq!(designer.get("/api/reports").await.expect(200).json()["total"], 5);
    shelf.rule("/", "none").await;
    assert_eq!(designer.get("/api/reports").await.expect(200).json()["total"], 0);
}

/// How many published reports Huddle's list of the workspace tells, and those that it shows.
async fn published(shelf: &Shelf) -> (u64, String) {
    let list = shelf.api.request("GET", &format!("/publishing/workspaces/{}", shelf.code));
    let list = list.header("accept", "application/vnd.huddle.data+json");
    let list = imprint_tests::api::read(list).await.expect(200).json();
    let views = list["documentPublicationViews"].as_array().cloned().unwrap_or_default();
    let titles: Vec<_> = views.iter().map(|view| view["version"]["title"].as_str().unwrap().to_owned()).collect();
    (list["totalPublications"].as_u64().unwrap(), titles.join(" "))
}

#[tokio::test]
async fn what_ends_by_itself_is_published_no_more_and_not_counted() {
    let shelf = Shelf::new().await;
    let mut links = Vec::new();
    for name in ["stays", "ends", "saved"] {
        let report = shelf.put(name).await;
        let first = shelf.api.publish_and_wait(&report).await["id"].as_str().unwrap().to_owned();
        links.push((report, first));
    }
    assert_eq!(published(&shelf).await, (3, "saved ends stays".into()));
    let open = async |report: &str, end: Value| {
        let body = json!({"type": "report", "reportId": report, "expiresAt": end});
        shelf.api.post("/api/tokens", &body).await.expect(201).json()["id"].as_str().unwrap().to_owned()
    };
    let end = now() + Duration::from_secs(4);
    for (report, first) in &links[1..] {
        open(report, json!(end.to_string())).await;
        shelf.api.delete(&format!("/api/tokens/{first}")).await.expect(204);
    }
    // One more link, without an end, and the report stays.
    let last = open(&links[2].0, Value::Null).await;
    tokio::time::sleep(Duration::try_from(end.duration_since(now())).unwrap_or_default()).await;
    assert_eq!(published(&shelf).await, (2, "saved stays".into()));
    shelf.api.delete(&format!("/api/tokens/{last}")).await.expect(204);
    assert_eq!(published(&shelf).await, (1, "stays".into()), "the other link has expired by now");
    shelf.api.publish_and_wait(&links[1].0).await;
    assert_eq!(published(&shelf).await, (2, "ends stays".into()), "published anew");
    for (report, _) in &links {
        shelf.api.unpublish(report).await.expect(204);
    }
    assert_eq!(published(&shelf).await, (0, String::new()));
}

#[tokio::test]
async fn versions_are_told_page_by_page_and_counted_whole() {
    let shelf = Shelf::new().await;
    let path = format!("/api/reports/{}", shelf.put("versions").await);
    for note in ["second", "third", "fourth"] {
        shelf.api.put(&path, &json!({"note": note})).await.expect(200);
    }
    let (mut found, mut next) = (Vec::new(), Some(format!("{path}/versions?limit=3")));
    while let Some(path) = next {
        let page = shelf.api.get(&path).await.expect(200).json();
        assert_eq!(page["total"], 4, "{page}");
        let items = page["_embedded"]["inf:version"].as_array().unwrap();
        found.push(items.iter().map(|item| item["version"].as_u64().unwrap()).collect::<Vec<_>>());
        next = page["_links"]["next"]["href"].as_str().map(str::to_owned);
    }
    assert_eq!(found, [vec![4, 3, 2], vec![1]]);
    let none = shelf.api.get(&format!("{path}/versions?before=1")).await.expect(200).json();
    assert_eq!(none["_embedded"]["inf:version"], json!([]));
    shelf.api.get(&format!("{path}/versions?before=0")).await.expect(400);
}

#[tokio::test]
async fn tokens_are_listed_in_the_order_in_which_they_were_made() {
    let admin = Api::admin();
    let name = unique("listed");
    for number in 0..3 {
        let body = json!({"name": format!("{name}-{number}"), "role": "viewer"});
        admin.post("/api/v1/personal-access-tokens", &body).await.expect(201);
    }
    let (mut found, mut next) = (Vec::new(), Some("/api/v1/personal-access-tokens?limit=2".to_owned()));
    while let Some(path) = next {
        let page = admin.get(&path).await.expect(200);
        found.extend(page.json().as_array().unwrap().clone());
        next = page.next();
    }
    // As times: as texts, one without a fraction of a second comes after one with it.
    let made = |token: &Value| token["createdAt"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert!(found.iter().map(made).is_sorted());
    let ids: BTreeSet<_> = found.iter().map(|token| token["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), found.len(), "none is listed twice");
    let mine: Vec<_> = found.iter().filter_map(|token| token["name"].as_str()?.strip_prefix(&name)).collect();
    assert_eq!(mine, ["-0", "-1", "-2"]);
    let gone = found.iter().find(|token| token["name"] == format!("{name}-1")).unwrap();
    admin.delete(&format!("/api/v1/personal-access-tokens/{}", gone["id"].as_str().unwrap())).await.expect(204);
    let all = admin.get("/api/v1/personal-access-tokens").await.expect(200).text();
    assert!(!all.contains(&format!("{name}-1")) && all.contains(&format!("{name}-2")));
    admin.get("/api/v1/personal-access-tokens?cursor=x").await.expect(400);
}

/// With long descriptions eighty reports are more than two queries hold.
#[tokio::test]
async fn a_page_is_read_and_nothing_behind_it() {
    let shelf = Shelf::new().await;
    let mut makers = JoinSet::new();
    for number in 0..80 {
        let (api, mut body) = (shelf.api.clone(), samples::body(&unique("long"), "text"));
        body["workspace"] = json!(shelf.code);
        body["name"] = json!(format!("{number:02}"));
        body["description"] = json!("€".repeat(10_000));
        makers.spawn(async move { api.post("/api/reports", &body).await.expect(201) });
    }
    makers.join_all().await;
    let page = shelf.api.get("/api/reports?limit=3").await.expect(200).json();
    assert_eq!((informer(&page), &page["total"]), (["00", "01", "02"].map(String::from).into(), &json!(80)));
    let next = page["_links"]["next"]["href"].as_str().unwrap();
    assert_eq!(informer(&shelf.api.get(next).await.expect(200).json()), ["03", "04", "05"]);
    let last = shelf.api.get("/api/reports?limit=3&sort=-createdAt").await.expect(200).json();
    assert_eq!(last["count"], 3);
    let found = shelf.api.get("/api/reports?prefix=79&limit=3").await.expect(200).json();
    assert_eq!((informer(&found), &found["total"]), (vec!["79".to_owned()], &json!(1)));
    let caller = shelf.api.token().strip_prefix("imp_").unwrap().split_once('.').unwrap().0;
    let lines = logs::lines("InformerListReports", caller);
    let requests: Vec<_> = lines.iter().filter_map(|line| line["dynamodb"].as_u64()).collect();
    // Who calls, the workspaces, the page, the count. That the token is used was recorded when it made the reports.
    assert!(requests.len() == 4 && requests.iter().all(|requests| *requests <= 4), "{requests:?}");
}
