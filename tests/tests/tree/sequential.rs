//! One client, thousands of changes: every answer and every tree is the model's.

use imprint_tests::{
    api::Api,
    aws::Aws,
    tree::{
        client::{Client, Reply},
        model::{Answer, Operation, Tree},
        operations::{Alphabet, seed},
    },
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed},
};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use std::sync::LazyLock;
use tokio::runtime::{Builder, Runtime};

/// Two names differ in case only, one is written in several bytes, and one is not the same in an address.
const ALPHABET: Alphabet = Alphabet { names: &["a", "A", "b", "Ärger", "Q 1"], depth: 5 };

/// Fixed, and without files that would repeat old failures: the same seed makes the same changes.
static CONFIG: LazyLock<Config> = LazyLock::new(|| Config {
    cases: 40,
    failure_persistence: None,
    max_shrink_iters: 200,
    rng_seed: RngSeed::Fixed(seed()),
    ..Config::default()
});

/// The model, and what it answered last.
#[derive(Debug, Clone, Default)]
struct Model {
    tree: Tree,
    answer: Option<Answer>,
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Operation;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    fn transitions(model: &Self) -> BoxedStrategy<Operation> {
        ALPHABET.operation(&model.tree)
    }

    fn apply(mut model: Self, operation: &Operation) -> Self {
        model.answer = Some(model.tree.apply(operation));
        model
    }
}

/// The running stack, with a workspace for the case.
struct Service {
    runtime: Runtime,
    client: Client,
    aws: Aws,
    changes: usize,
}

impl Service {
    fn answer(&self, operation: &Operation) -> Answer {
        loop {
            match self.runtime.block_on(self.client.ask(operation)) {
                Reply::Answered(answer) => return answer,
                // Transactions of other tests may be in the way.
                Reply::Busy => {}
                Reply::Lost => panic!("{operation}: no answer"),
            }
        }
    }

    fn check(&self, tree: &Tree) {
        let found = self.runtime.block_on(crate::swept(&self.aws, &self.client));
        assert_eq!(found.map(|listing| listing.folders()).as_ref(), Ok(tree));
    }
}

impl StateMachineTest for Service {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(_: &Model) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let (client, aws) = runtime.block_on(async { (Client::open(&Api::admin()).await, Aws::connect().await) });
        Self { runtime, client, aws, changes: 0 }
    }

    fn apply(mut service: Self, model: &Model, operation: Operation) -> Self {
        assert_eq!(Some(service.answer(&operation)), model.answer, "{operation}; the tree is then {}", model.tree);
        service.changes += 1;
        if service.changes.is_multiple_of(10) {
            service.check(&model.tree);
        }
        service
    }

    fn teardown(service: Self, model: Model) {
        service.check(&model.tree);
    }
}

prop_state_machine! {
    #![proptest_config(CONFIG.clone())]

    #[test]
    fn every_change_is_answered_and_made_as_the_model_says(sequential 40..=60 => Service);
}
