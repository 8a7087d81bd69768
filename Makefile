# The two commands: `make run` starts everything on this machine, `make test` runs every check that CI runs.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Every process of a test run imports the same modules: compiled once.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run test demo check openapi openapi-check format lock clean prove bench

help: ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 18

$(READY): requirements-dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e ./client
	touch $@

run: $(READY) ## Start local AWS, API, worker and console on PORT (default 3000)
	@$(BIN)/python -m local

demo: $(READY) ## Play the main job once: WORKFLOW=diagnosis|orchestration|analysis, RECORD=bundle.json, INTAKE=text
	@$(BIN)/python -m local.demo $(if $(WORKFLOW),--workflow $(WORKFLOW)) $(if $(RECORD),--record "$(RECORD)") $(if $(INTAKE),--intake "$(INTAKE)")

test: check ## Every check that CI runs, with a sample of the tests that have many cases of one kind
	PYTHONHASHSEED=0 $(BIN)/python -m pytest -q -n 3 --dist loadfile --ignore=tests/unit/local  # one order of sets, so both processes name the tests alike
	PYTHONHASHSEED=0 $(BIN)/python -m pytest -q -n 3 --dist loadfile tests/unit/local  # by themselves: a whole stack in the process, which no other mock of AWS may share

.PHONY: test-whole
test-whole: export STUDIO_WHOLE = 1
test-whole: test ## The same with every case

check: $(READY) ## Format, lint, types, layers, OpenAPI drift
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy shared functions local tools tests bench client/studio_runs_client
	$(BIN)/lint-imports
	$(BIN)/python -m tools.openapi --check
	$(BIN)/python -m tools.client_models --check

openapi: $(READY) ## Write docs/openapi.json, and the client's models from it
	$(BIN)/python -m tools.openapi
	$(BIN)/python -m tools.client_models

format: $(READY) ## Format and fix what can be fixed
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lock: $(READY) ## Lock the dependencies again, with hashes
	$(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --group dev -o requirements-dev.txt
	$(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml -o requirements.txt -c <(sed -nE 's/^([a-z0-9.-]+==[^ ]+).*/\1/p' requirements-dev.txt)

clean: ## Remove everything that was made
	rm -rf $(VENV) .sam-venv .build .aws-sam .local .mypy_cache .pytest_cache .ruff_cache .hypothesis .schemathesis

include build.mk ministack.mk races.mk peers.mk generators.mk fuzz.mk template.mk

prove: $(READY) ## Search all single faults and pairs, of an erasure too, and 24,000 drawn histories: DRAWN=n, SEED=n
	@$(BIN)/python -m tests.faults.prove $(if $(DRAWN),--drawn $(DRAWN)) $(if $(SEED),--seed $(SEED))
	@$(BIN)/python -m tests.faults.erasing

.PHONY: recount redrive restore
recount: $(READY) ## Count a deployment's runs anew: TABLE=name, AT_REST=1 when nothing runs
	@$(BIN)/python -m tools.recount --table "$(TABLE)" $(if $(AT_REST),--at-rest)

redrive: $(READY) ## Empty a deployment's dead-letter queue: STACK=name, DISCARD=1 to delete what cannot be read
	@$(BIN)/python -m tools.redrive --stack "$(STACK)" $(if $(DISCARD),--discard)

restore: $(READY) ## Put a backup back and erase again who has a tombstone: STACK=name, FROM=restored table; docs/deploying.md first
	@$(BIN)/python -m tools.restore --stack "$(STACK)" --from "$(FROM)"

bench: $(READY) ## Write units and requests of a run's life; cold invocations as ratios
	@$(BIN)/python -m bench.capacity | grep -v '^{'
	@$(BIN)/python -m bench.caching | grep -v '^{'
	@$(BIN)/python -m bench.coldstart

.PHONY: bench-records
bench-records: $(READY) ## What a large record costs to take in and to read: MEGABYTES=20, STACK=http://127.0.0.1:3000 for a run too
	@$(BIN)/python -m bench.records $(if $(MEGABYTES),--megabytes $(MEGABYTES)) $(if $(STACK),--stack $(STACK))

.PHONY: bulk
bulk: $(READY) ## Retry RUNS=1000 failed runs at once, with five kills
	STUDIO_BULK_RUNS=$(or $(RUNS),1000) $(BIN)/python -m pytest -q --timeout 0 tests/unit/engine/test_bulk.py

.PHONY: bench-sweep
bench-sweep: $(READY) ## Reads, seconds and price of a sweep, and how soon a lost lease is noticed
	@$(BIN)/python -m bench.sweep | grep -v '^{'

.PHONY: bench-fairness
bench-fairness: $(READY) ## How long a quiet organisation waits beside one with a backlog
	@$(BIN)/python -m bench.fairness

.PHONY: growth
growth: $(READY) ## What lists, counts and metrics cost at 100, 10,000 and 100,000 closed runs
	@$(BIN)/python -m bench.growth

.PHONY: bench-console
bench-console: $(READY) ## The console in Chromium over many runs: seconds, requests and bytes of each click: RUNS=10000
	@$(BIN)/python -m bench.console $(if $(RUNS),--runs $(RUNS)) | grep -v '^{'

.PHONY: screenshots
screenshots: $(READY) ## Take the pictures of the console for the README anew
	@$(BIN)/python -m bench.screenshots | grep -v '^{'

.PHONY: console-deploy
console-deploy: $(READY) ## Put the console into a deployment: STACK=name
	@$(BIN)/python -m tools.console_deploy --stack "$(STACK)"

.PHONY: fhir-check
fhir-check: $(READY) ## Read every FHIR bundle of a folder: DIR=folder, WARNINGS=1 to print them
	@$(BIN)/python -m tools.fhir_check "$(DIR)" $(if $(WARNINGS),--warnings)

.PHONY: outage
outage: $(READY) ## An hour of refusals by the provider over the local stack: what it costs fifty runs
	@$(BIN)/python -m bench.outage

.PHONY: prices
prices: $(READY) ## docs/prices.md against the table in the code
	@$(BIN)/python -m tools.prices
