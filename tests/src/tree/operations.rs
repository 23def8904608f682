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

/// The steps of a history: the same ones for the same seed and number.
///
/// Each is drawn for the tree that those before it would leave if they were made one by one, so that names collide and depend on
/// one another in whatever order they are made.
pub fn script(alphabet: Alphabet, length: usize, seed: u64, number: u64) -> Vec<Step> {
    let (mut runner, mut tree) = (runner(seed, number), Tree::default());
    let mut step = |_| {
        let operation = drawn(&alphabet.operation(&tree), &mut runner);
        let patience = drawn(&prop::option::weighted(0.05, (0u64..25).prop_map(Duration::from_millis)), &mut runner);
        tree.apply(&operation);
        Step { operation, patience }
    };
    (0..length).map(&mut step).collect()
}

/// What a client does to one of a few reports: a report is at a path like a folder, but keeps its id wherever it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filing {
    Make(usize, Path),
    Move(usize, Path),
    Remove(usize),
}

/// What clients do to so many reports, while others change the folders by the script of the same seed and number.
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
        assert_eq!(script(ALPHABET, 50, 7, 1), script(ALPHABET, 50, 7, 1));
        assert_ne!(script(ALPHABET, 50, 7, 1), script(ALPHABET, 50, 7, 2));
        assert_ne!(script(ALPHABET, 50, 7, 1), script(ALPHABET, 50, 8, 1));
    }

    #[test]
    fn every_kind_of_change_gets_every_answer() {
        let steps: Vec<_> = (0..20).map(|number| script(ALPHABET, 100, 1, number)).collect();
        let told: Vec<_> = steps.iter().flat_map(|steps| answered(steps)).collect();
        for answer in [Answer::Done, Answer::Missing, Answer::Refused] {
            let count = |kind: fn(&Operation) -> bool| {
                told.iter().filter(|(operation, told)| *told == answer && kind(operation)).count()
            };
            assert!(count(|operation| matches!(operation, Operation::Create(_))) > 30, "create: {answer}");
            assert!(count(|operation| matches!(operation, Operation::Rename(..))) > 30, "rename: {answer}");
            assert!(count(|operation| matches!(operation, Operation::Delete(_))) > 30, "delete: {answer}");
        }
        let impatient = steps.iter().flatten().filter(|step| step.patience.is_some()).count();
        assert!((50..150).contains(&impatient), "{impatient}");
    }

    /// What each step is answered if they are made one by one.
    fn answered(steps: &[Step]) -> Vec<(&Operation, Answer)> {
        let mut tree = Tree::default();
        steps.iter().map(|step| (&step.operation, tree.apply(&step.operation))).collect()
    }
}
