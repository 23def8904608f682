//! A report that a test publishes, and what must be true of it afterwards.

use crate::reader::{Seen, Sight, look};
use aws_sdk_dynamodb::types::AttributeValue;
use imprint_tests::{
    api::{Answer, Api},
    aws::Aws,
    samples, unique, variable,
};
use serde_json::json;
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};
use tokio::{task::JoinHandle, time::sleep};

/// How long bundles that nobody uses may take to go: they go when the message comes again.
const CLEAN_UP: Duration = Duration::from_secs(90);

/// A report of its own for a test.
#[derive(Debug, Clone)]
pub struct Subject {
    /// `owner:slug`.
    pub name: String,
    pub uid: String,
}

/// A publication that was asked for: its report, and the address of its progress.
pub struct Asked {
    pub subject: Subject,
    pub progress: String,
}

impl Asked {
    /// The publication's number: the end of its address.
    pub fn sequence(&self) -> usize {
        self.progress.rsplit('-').next().unwrap().parse().unwrap()
    }
}

/// How a publication stands, by its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub status: String,
    pub reason: Option<String>,
    pub finished_at: Option<String>,
    /// The bundle that became live, without its ending.
    pub bundle: Option<String>,
    /// The attempts that were made.
    pub attempts: Vec<String>,
}

fn texts(list: &[AttributeValue]) -> Vec<String> {
    list.iter().map(|value| value.as_s().unwrap().clone()).collect()
}

impl Ended {
    fn of(item: &HashMap<String, AttributeValue>) -> Self {
        let text = |name| item.get(name).map(|value: &AttributeValue| value.as_s().unwrap().clone());
        Self {
            status: text("status").unwrap(),
            reason: text("reason"),
            finished_at: text("finishedAt"),
            bundle: text("bundle"),
            attempts: item.get("attempts").map(|attempts| texts(attempts.as_l().unwrap())).unwrap_or_default(),
        }
    }

    pub fn is_final(&self) -> bool {
        matches!(self.status.as_str(), "Done" | "Failed")
    }

    /// Whether the reason says so.
    pub fn says(&self, words: &str) -> bool {
        self.reason.as_ref().is_some_and(|reason| reason.contains(words))
    }
}

impl Subject {
    /// Makes a small report with this text.
    pub async fn new(admin: &Api, text: &str) -> Self {
        let make = async || admin.post("/api/reports", &samples::body(&unique("report"), text)).await;
        // With two hundred others at once the machine may be too slow for one of them.
        let made = match make().await {
            answer if answer.status >= 500 => make().await,
            answer => answer,
        };
        let made = made.expect(201).json();
        Self { name: made["naturalId"].as_str().unwrap().to_owned(), uid: made["id"].as_str().unwrap().to_owned() }
    }

    /// Makes a report that cannot be rendered: its text is about `nothing`.
    pub async fn at_fault(admin: &Api) -> Self {
        Self::new(admin, "{{ nothing.of.the.kind }}").await
    }

    /// Makes a new version with this text.
    pub async fn rewrite(&self, admin: &Api, text: &str) {
        let definition = samples::body("x", text)["definition"].clone();
        admin.put(&format!("/api/reports/{}", self.name), &json!({"definition": definition})).await.expect(200);
    }

    /// Asks for a publication without waiting for its end.
    pub async fn ask(&self, admin: &Api) -> Asked {
        self.asking(admin).await.0
    }

    /// As [`Subject::ask`], with the call that waits for the end.
    pub async fn asking(&self, admin: &Api) -> (Asked, JoinHandle<Answer>) {
        let monitor = unique("asked");
        let asking = (admin.clone(), format!("/api/reports/{}/_cloud-publish", self.uid), json!({"progress": monitor}));
        let call = tokio::spawn(async move { asking.0.post(&asking.1, &asking.2).await });
        let progress = loop {
            let answer = admin.get(&format!("/api/progress/{monitor}")).await;
            if answer.status == 200 {
                break answer.json()["_links"]["self"]["href"].as_str().unwrap().to_owned();
            }
            sleep(Duration::from_millis(20)).await;
        };
        (Asked { subject: self.clone(), progress }, call)
    }

    /// The objects of the report's bundles, once they are in order or had time to become so.
    async fn bundles(&self, aws: &Aws, in_order: impl Fn(&[String]) -> bool) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let found = aws.objects(&format!("bundles/{}/", self.uid)).await;
            if in_order(&found) || begun.elapsed() > CLEAN_UP {
                return found;
            }
            sleep(Duration::from_millis(500)).await;
        }
    }

    /// The records of all publications, oldest first.
    pub async fn records(&self, aws: &Aws) -> Vec<Ended> {
        let text = |text: String| AttributeValue::S(text);
        let query = aws.dynamodb.query().table_name(variable("CATALOG_TABLE")).consistent_read(true);
        let query = query.key_condition_expression("pk = :pk AND begins_with(sk, :sk)");
        let query = query.expression_attribute_values(":pk", text(format!("REPORT#{}", self.uid)));
        let found = query.expression_attribute_values(":sk", text("PUB#".into())).send().await.unwrap();
        found.items().iter().map(Ended::of).collect()
    }

    /// The end of a publication, read from its record: of a deleted report the API tells nothing.
    ///
    /// # Panics
    /// If there is none within three minutes.
    pub async fn end(&self, aws: &Aws, sequence: usize) -> Ended {
        let begun = Instant::now();
        loop {
            let ended = self.records(aws).await.swap_remove(sequence - 1);
            if ended.is_final() {
                return ended;
            }
            assert!(begun.elapsed() < Duration::from_secs(180), "never finished: {self:?}, {ended:?}");
            sleep(Duration::from_millis(200)).await;
        }
    }

    /// The report is published as it should be: no bundle is left but the live one and some that it replaced, and under the link all of
    /// it is seen.
    pub async fn expect_live(&self, admin: &Api, aws: &Aws, place: &str) -> Seen {
        let state = aws.item("CATALOG_TABLE", &format!("REPORT#{}", self.uid), "~STATE").await;
        let live = state.get("live").unwrap_or_else(|| panic!("{place}: {self:?} is not published"));
        let live = format!("{}.zip", live.as_m().unwrap()["bundle"].as_s().unwrap());
        let became_live =
            self.records(aws).await.into_iter().filter_map(|record| Some(format!("{}.zip", record.bundle?)));
        let became_live: Vec<_> = became_live.collect();
        let in_order = |found: &[String]| found.contains(&live) && found.iter().all(|one| became_live.contains(one));
        let found = self.bundles(aws, in_order).await;
        assert!(
            in_order(&found),
            "{place}: {self:?} has {found:?}; {became_live:?} became live, the last one is {live}"
        );
        let link = admin.live_link(aws, &self.uid).await;
        match look(&link).await {
            Sight::Whole(seen) => seen,
            other => panic!("{place}: {self:?} is published, and a reader gets {other:?}"),
        }
    }

    /// Nothing of the report can be reached, and nothing is left of it.
    pub async fn expect_gone(&self, aws: &Aws, place: &str) {
        let found = self.bundles(aws, <[_]>::is_empty).await;
        assert!(found.is_empty(), "{place}: {self:?} has {found:?}");
        // The mark that the links in its mails have ended is no link.
        let links = aws.dump("LINKS_TABLE").await.replace(&format!("MAILED#{}", self.uid), "");
        assert!(!links.contains(&self.uid), "{place}: {self:?} has a link");
    }
}

/// Waits until the publish queue is empty and nothing of it is being handled.
pub async fn drained(aws: &Aws) {
    use aws_sdk_sqs::types::QueueAttributeName::{
        ApproximateNumberOfMessages, ApproximateNumberOfMessagesDelayed, ApproximateNumberOfMessagesNotVisible,
    };
    let begun = Instant::now();
    loop {
        let request = aws.sqs.get_queue_attributes().queue_url(variable("PUBLISH_QUEUE_URL"));
        let counts =
            [ApproximateNumberOfMessages, ApproximateNumberOfMessagesDelayed, ApproximateNumberOfMessagesNotVisible];
        let answer = request.set_attribute_names(Some(counts.into())).send().await.unwrap();
        if answer.attributes().unwrap().values().all(|count| count == "0") {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "the queue does not empty: {answer:?}");
        sleep(Duration::from_millis(200)).await;
    }
}

/// One run of the collector, which removes bundles that nobody needs; whether no fault befell it.
pub async fn collect(aws: &Aws) -> bool {
    let function = aws.function_name("PublishCollectBundles").await;
    aws.lambda.invoke().function_name(function).send().await.unwrap().function_error().is_none()
}
