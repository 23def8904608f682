//! Random changes of a tree: most of them could succeed, some are about what is not there.

use super::model::{Operation, Path, Tree};
use proptest::{
    prelude::*,
    sample::select,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use std::{sync::LazyLock, time::Duration};
use uuid::Uuid;

/// The names that folders get, and how many levels they come to.
#[derive(Debug, Clone, Copy)]
pub struct Alphabet {
    pub names: &'static [&'static str],
    pub depth: usize,
}

impl Alphabet {
    /// A change of this tree.
    pub fn operation(self, tree: &Tree) -> BoxedStrategy<Operation> {
        prop_oneof![
            6 => self.target(tree).prop_map(Operation::Create),
            3 => (self.known(tree), self.target(tree)).prop_map(|(old, new)| Operation::Rename(old, new)),
            1 => (self.known(tree), self.name()).prop_map(|(old, name)| Operation::Rename(old.clone(), old.sibling(name))),
            2 => self.known(tree).prop_map(Operation::Delete),
        ]
        .boxed()
    }

    fn name(self) -> impl Strategy<Value = &'static str> {
        select(self.names)
    }

    /// Any path at all, near the root rather than far from it.
    fn anywhere(self) -> impl Strategy<Value = Path> {
        let paths = (1..=self.depth).prop_flat_map(move |depth| prop::collection::vec(self.name(), depth));
        higher(paths.prop_map(|names| Path::new(&names.join("/"))))
    }

    /// A folder of the tree, or sometimes any path.
    fn known(self, tree: &Tree) -> BoxedStrategy<Path> {
        let paths: Vec<_> = tree.paths().cloned().collect();
        match paths.is_empty() {
            true => self.anywhere().boxed(),
            false => prop_oneof![6 => higher(select(paths)), 1 => self.anywhere()].boxed(),
        }
    }

    /// A place in the root or in a folder of the tree, or sometimes any path.
    fn target(self, tree: &Tree) -> BoxedStrategy<Path> {
        let folders: Vec<_> = tree.paths().filter(|path| path.depth() < self.depth).cloned().collect();
        let in_root = self.name().prop_map(Path::new);
        match folders.is_empty() {
            true => prop_oneof![6 => in_root, 1 => self.anywhere()].boxed(),
            false => {
                let in_folder = (higher(select(folders)), self.name()).prop_map(|(folder, name)| folder.child(name));
                prop_oneof![2 => in_root, 4 => in_folder, 1 => self.anywhere()].boxed()
            }
        }
    }
}

/// The one of two paths that is nearer to the root: many clients at once leave little of what is deep.
fn higher(paths: impl Strategy<Value = Path> + Clone) -> impl Strategy<Value = Path> {
    (paths.clone(), paths).prop_map(|(one, other)| if other.depth() < one.depth() { other } else { one })
}

/// A change that one client asks for, and how long it waits for the answer, if it is impatient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub operation: Operation,
    pub patience: Option<Duration>,
}

/// What the clients of a history do: the same for the same seed and number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Made one by one, before the clients begin.
    pub prelude: Vec<Operation>,
    pub steps: Vec<Step>,
}

/// Changes of any kind.
///
/// Each is drawn for the tree that those before it would leave if they were made one by one, so that names collide and depend on
/// one another in whatever order they are made.
pub fn mixture(alphabet: Alphabet, length: usize, seed: u64, number: u64) -> Script {
    let (mut runner, mut tree) = (runner(seed, number), Tree::default());
    let mut operation = |runner: &mut TestRunner| {
        let operation = drawn(&alphabet.operation(&tree), runner);
        tree.apply(&operation);
        operation
    };
    let steps =
        (0..length).map(|_| Step { operation: operation(&mut runner), patience: patience(&mut runner) }).collect();
    Script { prelude: Vec::new(), steps }
}

/// A folder goes to and fro between two places, while others work on one path in it, under both of its own paths.
///
/// Who reads the way to the folder, is slow, and writes when the folder is elsewhere does wrong only if somebody else was there
/// before: among changes of any kind this comes about once in hundreds of histories, here in every twentieth. The number decides
/// whether it is the name or the parent of the folder that changes, and how far below it the others work.
pub fn swing(length: usize, seed: u64, number: u64) -> Script {
    const WITHIN: [&str; 3] = ["", "/x", "/x/y"];
    let (places, above): ([&str; 2], &[&str]) =
        if number.is_multiple_of(2) { (["a", "b"], &[]) } else { (["a/p", "b/p"], &["a", "b"]) };
    let level = (number / 2 % 3) as usize;
    let [here, there] = places.map(Path::new);
    let moves = vec![Operation::Rename(here.clone(), there.clone()), Operation::Rename(there, here)];
    let work = |change: fn(Path) -> Operation| {
        select(places.map(|place| change(Path::new(&format!("{place}{}", WITHIN[level])))).to_vec())
    };
    // Where the folder itself is made and deleted, there would be none to move most of the time.
    let often = if level == 0 { 4 } else { 1 };
    let operation = prop_oneof![often => select(moves), 3 => work(Operation::Create), 3 => work(Operation::Delete)];
    let mut runner = runner(seed, number);
    let mut step = |_| Step { operation: drawn(&operation, &mut runner), patience: patience(&mut runner) };
    let first = WITHIN[..=level].iter().map(|within| format!("{}{within}", places[0]));
    let prelude = above.iter().map(|path| (*path).to_owned()).chain(first);
    Script {
        prelude: prelude.map(|path| Operation::Create(Path::new(&path))).collect(),
        steps: (0..length).map(&mut step).collect(),
    }
}

/// One answer in twenty is not waited for.
fn patience(runner: &mut TestRunner) -> Option<Duration> {
    drawn(&prop::option::weighted(0.05, (0u64..25).prop_map(Duration::from_millis)), runner)
}

/// What a client does to one of a few reports: a report is at a path like a folder, but keeps its id wherever it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filing {
    Make(usize, Path),
    Move(usize, Path),
    Remove(usize),
}

/// What clients do to so many reports, while others change the folders by a script of the same seed and number.
pub fn filings(alphabet: Alphabet, reports: usize, length: usize, seed: u64, number: u64) -> Vec<Filing> {
    // Other numbers than those of scripts, so that the two do not go the same ways.
    let mut runner = runner(seed, !number);
    let filing = prop_oneof![
        3 => (0..reports, alphabet.anywhere()).prop_map(|(report, path)| Filing::Make(report, path)),
        5 => (0..reports, alphabet.anywhere()).prop_map(|(report, path)| Filing::Move(report, path)),
        1 => (0..reports).prop_map(Filing::Remove),
    ];
    (0..length).map(|_| drawn(&filing, &mut runner)).collect()
}

/// `IMPRINT_TREE_SEED`, or one of chance; the same one for a whole program, which prints it.
pub fn seed() -> u64 {
    static SEED: LazyLock<u64> = LazyLock::new(|| match std::env::var("IMPRINT_TREE_SEED") {
        Ok(seed) => seed.parse().expect("IMPRINT_TREE_SEED is a number"),
        Err(_) => Uuid::new_v4().as_u64_pair().0,
    });
    eprintln!("IMPRINT_TREE_SEED={} repeats these operations.", *SEED);
    *SEED
}

fn runner(seed: u64, number: u64) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&number.to_le_bytes());
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

fn drawn<T>(strategy: &impl Strategy<Value = T>, runner: &mut TestRunner) -> T
where
    T: std::fmt::Debug,
{
    strategy.new_tree(runner).unwrap().current()
}

#[cfg(test)]
mod tests {
    use super::{super::model::Answer, *};

    const ALPHABET: Alphabet = Alphabet { names: &["a", "b", "c"], depth: 4 };

    #[test]
    fn a_seed_repeats_its_steps_and_another_one_has_others() {
        assert_eq!(mixture(ALPHABET, 50, 7, 1), mixture(ALPHABET, 50, 7, 1));
        assert_ne!(mixture(ALPHABET, 50, 7, 1), mixture(ALPHABET, 50, 7, 2));
        assert_ne!(mixture(ALPHABET, 50, 7, 1), mixture(ALPHABET, 50, 8, 1));
        assert_ne!(filings(ALPHABET, 6, 50, 7, 1), filings(ALPHABET, 6, 50, 7, 2));
    }

    #[test]
    fn a_mixture_has_every_kind_of_change_with_every_answer() {
        let scripts: Vec<_> = (0..20).map(|number| mixture(ALPHABET, 100, 1, number)).collect();
        let told: Vec<_> = scripts.iter().flat_map(answered).collect();
        for answer in [Answer::Done, Answer::Missing, Answer::Refused] {
            let count = |kind: fn(&Operation) -> bool| {
                told.iter().filter(|(operation, told)| *told == answer && kind(operation)).count()
            };
            assert!(count(|operation| matches!(operation, Operation::Create(_))) > 30, "create: {answer}");
            assert!(count(|operation| matches!(operation, Operation::Rename(..))) > 30, "rename: {answer}");
            assert!(count(|operation| matches!(operation, Operation::Delete(_))) > 30, "delete: {answer}");
        }
        let impatient = scripts.iter().flat_map(|script| &script.steps).filter(|step| step.patience.is_some()).count();
        assert!((50..150).contains(&impatient), "{impatient}");
    }

    #[test]
    fn a_swing_begins_with_the_folder_in_its_first_place() {
        let prelude = |number| swing(9, 1, number).prelude.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(prelude(0), ["create a"]);
        assert_eq!(prelude(5), ["create a", "create b", "create a/p", "create a/p/x", "create a/p/x/y"]);
        for number in 0..6 {
            let done = answered(&swing(60, 1, number)).iter().filter(|(_, answer)| *answer == Answer::Done).count();
            assert!(done > 8, "{number}: {done}");
        }
    }

    /// What each change is answered if they are made one by one.
    fn answered(script: &Script) -> Vec<(&Operation, Answer)> {
        let operations = script.prelude.iter().chain(script.steps.iter().map(|step| &step.operation));
        let mut tree = Tree::default();
        operations.map(|operation| (operation, tree.apply(operation))).collect()
    }
}
