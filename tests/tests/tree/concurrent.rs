//! Sixteen clients change one small tree at once, and lose answers: some order of their changes explains everything that they were
//! told, and the tree that is left is sound.
//!
//! `IMPRINT_TREE_HISTORIES` says how many histories are made, of a hundred changes each, in a workspace each: half of them of changes of
//! any kind, half around a folder that swings between two places. `IMPRINT_TREE_SEED` repeats the changes of a run, though not the
//! moments at which they meet.
//!
//! Seen to fail: without any single one of the conditions of the tree's transactions, see `tests/mutations.py`.

use imprint_tests::{
    api::Api,
    aws::Aws,
    tree::{
        client::{Client, Reply},
        history::{Event, Recorder},
        model::{Answer, Operation},
        operations::{Alphabet, Script, Step, mixture, seed, swing},
        sweep::Snapshot,
    },
};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    task::{JoinHandle, JoinSet},
    time::sleep,
};

pub const ALPHABET: Alphabet = Alphabet { names: &["a", "b", "c"], depth: 4 };
pub const CLIENTS: usize = 16;
const CHANGES: usize = 100;
/// How many histories are made side by side: while one is swept and checked, another one has the stack.
const LANES: usize = 2;
/// The longest time that a function may run.
const FUNCTION: Duration = Duration::from_secs(30);

/// How many histories are to be made.
pub fn histories() -> u64 {
    let number = |text: String| text.parse().expect("IMPRINT_TREE_HISTORIES is a number");
    std::env::var("IMPRINT_TREE_HISTORIES").map_or(200, number)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_many_clients_are_answered_at_once_is_explained_by_an_order_of_their_changes() {
    let tally = all_histories(histories().div_ceil(2), |seed, number| mixture(ALPHABET, CHANGES, seed, number)).await;
    assert!(histories() < 10 || tally.is_telling(), "too little of something: {}", tally.told());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_works_in_a_folder_that_swings_between_two_places_is_never_answered_from_the_wrong_one() {
    all_histories(histories() / 2, |seed, number| swing(CHANGES, seed, number)).await;
}

/// Makes and checks so many histories. The first fault ends it.
async fn all_histories(histories: u64, script: fn(u64, u64) -> Script) -> Tally {
    let (seed, begun) = (seed(), Instant::now());
    let (api, aws, next) = (Api::admin(), Arc::new(Aws::connect().await), Arc::new(AtomicU64::new(0)));
    let mut lanes = JoinSet::new();
    for _ in 0..LANES {
        let (api, aws, next) = (api.clone(), aws.clone(), next.clone());
        lanes.spawn(async move {
            let mut lane = Tally::default();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= histories {
                    return lane;
                }
                lane.add(history(&api, &aws, script(seed, number), &format!("seed {seed}, history {number}")).await);
            }
        });
    }
    let mut tally = Tally::default();
    while let Some(lane) = lanes.join_next().await {
        // The other lanes end with the set.
        lane.map_or_else(|error| std::panic::resume_unwind(error.into_panic()), |lane| tally.add(lane));
    }
    eprintln!("{histories} histories in {:.0} s: {}", begun.elapsed().as_secs_f32(), tally.told());
    assert_eq!(left_behind(&aws, &tally.workspaces).await, Vec::<String>::new());
    tally
}

/// Makes a history and checks it.
///
/// # Panics
/// With the history, if it or what it leaves is not right.
async fn history(api: &Api, aws: &Aws, script: Script, which: &str) -> Tally {
    let (client, recorder) = (Client::open(api).await, Arc::new(Recorder::default()));
    let tally = played(&client, &recorder, script).await;
    let called = recorder.now();
    let swept = crate::swept(aws, &client).await;
    if let Ok(listing) = &swept {
        recorder.record(CLIENTS, called, Event::Listed(listing.folders()));
    }
    let history = Arc::into_inner(recorder).unwrap().finish();
    let (checked, history) = tokio::task::spawn_blocking(move || (history.check(), history)).await.unwrap();
    let unsound =
        swept.map_err(|faults| format!("The tree that is left is not sound:\n{}\n{history}", faults.join("\n")));
    let faults: Vec<_> = [unsound.err(), checked.err()].into_iter().flatten().collect();
    assert!(faults.is_empty(), "{which}, workspace {}:\n{}", client.workspace, faults.join("\n"));
    tally
}

/// Has one client make the prelude, then all make their shares of the steps at once, and waits until nothing goes on any more.
async fn played(client: &Client, recorder: &Arc<Recorder>, Script { prelude, steps }: Script) -> Tally {
    let mut tally = Tally { workspaces: [client.workspace.clone()].into(), ..Tally::default() };
    let mut first = Player::new(client.clone(), recorder.clone(), CLIENTS);
    for operation in prelude {
        first.step(Step { operation, patience: None }).await;
    }
    tally.add(first.at_rest().await);
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        let mut player = Player::new(client.clone(), recorder.clone(), number);
        let mine: Vec<_> = steps.iter().skip(number).step_by(CLIENTS).cloned().collect();
        clients.spawn(async move {
            for step in mine {
                player.step(step).await;
            }
            player
        });
    }
    for player in clients.join_all().await {
        tally.add(player.at_rest().await);
    }
    tally
}

/// One of the clients.
struct Player {
    client: Client,
    recorder: Arc<Recorder>,
    number: usize,
    tally: Tally,
    given_up: Vec<JoinHandle<Reply>>,
    /// Whether an answer was lost of which not even this program knows when it came.
    unknown: bool,
}

impl Player {
    fn new(client: Client, recorder: Arc<Recorder>, number: usize) -> Self {
        Self { client, recorder, number, tally: Tally::default(), given_up: Vec::new(), unknown: false }
    }

    /// Asks for a change, and after a lost answer once more, as somebody would who knows nothing of it.
    async fn step(&mut self, Step { operation, patience }: Step) {
        if self.asked(&operation, patience).await == Reply::Lost {
            self.asked(&operation, None).await;
        }
    }

    async fn asked(&mut self, operation: &Operation, patience: Option<Duration>) -> Reply {
        let called = self.recorder.now();
        let (reply, asking) = match patience {
            Some(patience) => self.client.ask_briefly(operation, patience).await,
            None => (self.client.ask(operation).await, None),
        };
        let event = match reply {
            Reply::Answered(answer) => Some(Event::Answered(operation.clone(), answer)),
            Reply::Lost => Some(Event::Lost(operation.clone())),
            Reply::Busy => None,
        };
        event.into_iter().for_each(|event| self.recorder.record(self.number, called, event));
        self.tally.count(reply);
        self.unknown |= reply == Reply::Lost && asking.is_none();
        self.given_up.extend(asking);
        reply
    }

    /// Waits for the ends of the changes that it gave up.
    async fn at_rest(mut self) -> Tally {
        for asking in self.given_up {
            self.unknown |= asking.await.unwrap() == Reply::Lost;
        }
        if self.unknown {
            sleep(FUNCTION).await;
        }
        self.tally
    }
}

/// How many changes ended how.
#[derive(Debug, Default)]
struct Tally {
    done: u32,
    missing: u32,
    refused: u32,
    busy: u32,
    lost: u32,
    workspaces: BTreeSet<String>,
}

impl Tally {
    fn count(&mut self, reply: Reply) {
        *match reply {
            Reply::Answered(Answer::Done) => &mut self.done,
            Reply::Answered(Answer::Missing) => &mut self.missing,
            Reply::Answered(Answer::Refused) => &mut self.refused,
            Reply::Busy => &mut self.busy,
            Reply::Lost => &mut self.lost,
        } += 1;
    }

    fn add(&mut self, other: Self) {
        self.done += other.done;
        self.missing += other.missing;
        self.refused += other.refused;
        self.busy += other.busy;
        self.lost += other.lost;
        self.workspaces.extend(other.workspaces);
    }

    fn told(&self) -> String {
        let Self { done, missing, refused, busy, lost, .. } = self;
        format!(
            "{done} changes were made, {missing} found nothing (404), {refused} were refused (409), {busy} busy (503), {lost} lost"
        )
    }

    /// Whether there was enough of everything for the test to mean something.
    fn is_telling(&self) -> bool {
        let all = self.done + self.missing + self.refused + self.busy + self.lost;
        self.done > all / 10
            && self.missing > all / 50
            && self.refused > all / 50
            && self.lost > all / 200
            && self.busy < all / 5
    }
}

/// What a sweep of the whole table finds in these workspaces: it sees names in folders that are gone as well.
async fn left_behind(aws: &Aws, workspaces: &BTreeSet<String>) -> Vec<String> {
    let trees = Snapshot::read_all(aws).await;
    let ours = trees.iter().filter(|tree| workspaces.contains(&tree.root));
    ours.flat_map(|tree| tree.faults().into_iter().map(|fault| format!("{}: {fault}", tree.root))).collect()
}
