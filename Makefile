# Imprint: `make` lists what there is. The local stack is local/stack.py; see local/README.md.

.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
STACK_PY := $(PYTHON) local/stack.py
LINT := .venv-lint/bin
# What the machine is; ARCH=arm64 make package builds for Graviton anywhere (with zig).
NATIVE := $(if $(filter arm64 aarch64,$(shell uname -m)),arm64,x86_64)
ARCH ?= $(NATIVE)
COMPILER := $(if $(filter Linux-$(NATIVE),$(shell uname -s)-$(ARCH)),cargo,cargo-zigbuild)
AWS_STACK := $(or $(STACK),imprint)
export SAM_CLI_TELEMETRY := 0

.PHONY: help up down status logs token redrive seed test tree-torture tree-mutations publish-faults publish-mutations rendition-mutations mail-mutations fuzz bench lint fmt ci clean clean-state package deploy python

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-19s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: python ## Build, start, deploy and seed the local stack; again: what changed. IMPRINT_PORT=8080 IMPRINT_AUTH=1
	@$(STACK_PY) up

down: python ## Stop the local stack; its data is kept
	@$(STACK_PY) down

status: python ## Show what runs where
	@$(STACK_PY) status

logs: python ## Follow the logs; FUNCTION=exago-list-folders for one function
	@$(STACK_PY) logs -f $(FUNCTION)

token: python ## Print an admin's token: of the local stack, or a new one of a stack on AWS with STACK=name
ifdef STACK
	@name=$$(aws cloudformation describe-stack-resource --stack-name '$(STACK)' --logical-resource-id OperatorCreateAccessToken \
	    --query StackResourceDetail.PhysicalResourceId --output text) && answer=$$(mktemp) && trap 'rm -f "$$answer"' EXIT && \
	  aws lambda invoke --function-name "$$name" --cli-binary-format raw-in-base64-out \
	    --payload '{"name":"first admin","role":"admin","user":"admin"}' "$$answer" >/dev/null && \
	  $(PYTHON) -c 'import json, sys; print(json.load(open(sys.argv[1]))["token"])' "$$answer"
else
	@$(STACK_PY) token
endif

redrive: python ## Have the publications that were given up tried again: of the local stack, or of one on AWS with STACK=name
ifdef STACK
	@name=$$(aws cloudformation describe-stack-resource --stack-name '$(STACK)' --logical-resource-id OperatorRedrivePublications \
	    --query StackResourceDetail.PhysicalResourceId --output text) && answer=$$(mktemp) && trap 'rm -f "$$answer"' EXIT && \
	  aws lambda invoke --function-name "$$name" --cli-binary-format raw-in-base64-out --payload '{}' "$$answer" >/dev/null && \
	  $(PYTHON) -c 'import json, sys; print("sent again:", json.load(open(sys.argv[1]))["messages"])' "$$answer"
else
	@$(STACK_PY) redrive
endif

seed: python ## Make the demo workspace again, where it is missing
	@$(PYTHON) local/seed.py

# Always the whole workspace, whatever is run of it: a part alone would have other features of what all depend on, and be built anew.
TEST := cargo test --profile local --workspace
# Every call is checked against the roles of the template, and one transaction in seven collides with another, and some are late. Killed workers are to be seen again in seconds, not in minutes as on AWS.
TEST_STACK := IMPRINT_AUTH=1 IMPRINT_PARAM_FrameAncestors='http://localhost:*' EMU_TX_CONFLICT=0.15 EMU_TX_DELAY=100 IMPRINT_PARAM_PublishTimeoutSeconds=10 IMPRINT_PARAM_PublishRetrySeconds=10 IMPRINT_PARAM_RenderSeconds=5 IMPRINT_PARAM_PublishWaitSeconds=3

# The functions reach the services through a proxy that makes the faults, and nothing else makes any. The tests wait more than they work, hence the threads.
FAULT_STACK := $(TEST_STACK) EMU_TX_CONFLICT=0 IMPRINT_FAULTS=1 IMPRINT_PARAM_PublishWaitSeconds=25 IMPRINT_PARAM_KeepBundles=1

test: python ## Every test: units, then end to end against a fresh stack
	$(TEST) --lib --bin gateway-answer-unknown --test drift --test sandbox
	$(TEST) --test e2e --test faults --test tree --no-run
	$(TEST_STACK) $(STACK_PY) run -- $(TEST) --test e2e --test tree
	$(FAULT_STACK) $(STACK_PY) run --no-build -- $(TEST) --test faults -- --test-threads 4
	EMU_TX_MILLIS=8000 $(STACK_PY) run --no-seed --no-build -- $(TEST) --test tree -- --ignored

tree-torture: python ## Thousands of histories of the folder tree; HISTORIES=2000, IMPRINT_TREE_SEED=n repeats one
	$(TEST) --test tree --no-run
	EMU_TX_MILLIS=10 EMU_TX_DELAY=1000 IMPRINT_TREE_HISTORIES=$(or $(HISTORIES),2000) $(STACK_PY) run -- $(TEST) --test tree -- --nocapture

tree-mutations: python ## Whether the tests of the folder tree notice when a condition is missing; MUTATION=name for one
	$(TEST) --test tree --no-run
	$(PYTHON) tests/mutations.py tree $(MUTATION)

publish-faults: python ## The fault tests of publishing alone; IMPRINT_FAULTS_SEED=n repeats a storm, ONLY=storm chooses by name
	$(TEST) --test faults --no-run
	$(FAULT_STACK) $(STACK_PY) run -- $(TEST) --test faults -- --test-threads 4 --nocapture $(ONLY)

publish-mutations: python ## Whether the fault tests notice when a condition of publishing is missing; MUTATION=name for one
	$(TEST) --test faults --no-run
	$(PYTHON) tests/mutations.py publish $(MUTATION)

rendition-mutations: python ## Whether the end-to-end tests notice when a condition of nonces, exports or presets is missing; MUTATION=name for one
	$(TEST) --test e2e --no-run
	$(PYTHON) tests/mutations.py rendition $(MUTATION)

mail-mutations: python ## Whether the end-to-end tests notice when a condition of sending mail is missing; MUTATION=name for one
	$(TEST) --test e2e --no-run
	$(PYTHON) tests/mutations.py mail $(MUTATION)

fuzz: ## Fuzz what strangers send, 60 seconds each; SECONDS=600 for more
	@cargo fuzz --version >/dev/null 2>&1 || { echo "error: cargo-fuzz is needed: cargo install cargo-fuzz --version '^0.13' --locked" >&2; exit 1; }
	cd fuzz && for target in relaxed_json path percent_decoding; do cargo fuzz run --sanitizer none $$target -- -max_total_time=$(or $(SECONDS),60) || exit 1; done

bench: python ## The benchmarks, against a fresh stack
	cargo build --profile local --workspace --bins
	$(STACK_PY) run --no-build -- target/local/imprint-bench start requests publishing renditions mail render
	EMU_TX_MILLIS=10 $(STACK_PY) run --no-build -- target/local/imprint-bench tree

# Advisories come from a database on the network; without it the rest is still checked.
DENY := cargo deny check bans licenses sources && { cargo deny fetch db 2>/dev/null && cargo deny check advisories || echo 'no advisory database within reach: not checked'; }

lint: python $(LINT)/sam ## Formatting, clippy, dependencies, the template
	cargo fmt --all --check
	cargo clippy --profile local --workspace --all-targets -- -D warnings
	@if cargo deny --version >/dev/null 2>&1; then $(DENY); else echo 'cargo deny is not installed: skipped (cargo install cargo-deny)'; fi
	AWS_DEFAULT_REGION=us-east-1 $(LINT)/sam validate --lint --template template.yaml
	@mkdir -p target && $(LINT)/python local/sam_translate.py template.yaml > target/template.json
	$(LINT)/cfn-lint --template target/template.json

fmt: ## Format the sources
	cargo fmt --all

ci: lint test ## What a change must pass

package: $(LINT)/cargo-lambda ## Build every function for AWS into target/lambda; ARCH=arm64 or x86_64
ifneq ($(COMPILER),cargo)
	@$(LINT)/python -m pip --disable-pip-version-check install --quiet -r local/requirements-package.txt
endif
	PATH="$(CURDIR)/$(LINT):$$PATH" cargo lambda build --profile deploy --workspace --bins --exclude imprint-tests --exclude imprint-bench \
	  --compiler $(COMPILER) --$(subst _,-,$(ARCH))

deploy: package $(LINT)/sam ## Deploy to your AWS account; asks for what it needs. STACK=name
	$(LINT)/sam deploy --guided --template-file template.yaml --stack-name '$(AWS_STACK)' --capabilities CAPABILITY_IAM \
	  --parameter-overrides Architecture=$(ARCH)

clean: ## Remove what was built, and the Python environments
	cargo clean
	rm -rf .venv .venv-lint .aws-sam

clean-state: python ## Stop the local stack and wipe its data
	@$(STACK_PY) down --wipe

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo 'error: Python 3.11 or newer is needed: PYTHON=/path/to/python3.12 make …' >&2; exit 1; }

$(LINT)/sam: local/requirements-lint.txt
	@echo 'Making .venv-lint (once, about a minute) …'
	@$(PYTHON) -m venv --clear .venv-lint && echo '*' > .venv-lint/.gitignore
	@$(LINT)/python -m pip --disable-pip-version-check install --quiet -r $< && touch $@

$(LINT)/cargo-lambda: local/requirements-package.txt | $(LINT)/sam
	@$(LINT)/python -m pip --disable-pip-version-check install --quiet --no-deps -r $< && touch $@
