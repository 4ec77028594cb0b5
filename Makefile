# Sets the service up, runs it and checks it. `make help` lists what there is.

VENV := .venv
BIN := $(VENV)/bin
FITS := import sys; sys.exit(sys.version_info < (3, 11))
CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11
PYTHON ?= $(shell for python in $(CANDIDATES); do $$python -c '$(FITS)' 2>/dev/null && echo $$python && break; done)
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt

export CONTACTS_DATA ?= .data

.DEFAULT_GOAL := help
.PHONY: help setup setup-test run test faults duel lint format bench bench-large screenshots clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.run ## Install the service into .venv (the other targets do this by themselves)

setup-test: $(VENV)/.test ## Install the service and everything that tests and checks need

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or name it with make PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(INSTALL) --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run
	$(INSTALL) --editable '.[test]'
	@touch $@

run: setup ## Serve at http://127.0.0.1:8000, with 10,000 made-up contacts the first time
	@$(BIN)/contacts demo --contacts 10000
	@exec $(BIN)/contacts serve

test: setup-test ## Run all tests against whatever servers this machine can give
	$(BIN)/python -m pytest

duel: setup-test ## Ask N=10000 random filters of every engine, or of one: make duel N=100000 ENGINE=opensearch SEED=1
	$(BIN)/python -m tests.agreement --trees $(or $(N),10000) $(if $(ENGINE),--engine $(ENGINE)) $(if $(SEED),--seed $(SEED))

lint: setup-test ## Check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup-test ## Put the source into the common format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

faults: setup-test ## Kill real processes 200 times under a stream of writes, and check that nothing is lost
	CONTACTS_FAULT_KILLS=$${CONTACTS_FAULT_KILLS:-200} $(BIN)/python -m pytest -o faulthandler_timeout=0 tests/faults tests/indexing/test_random_operations.py

bench-large: setup-test ## Measure with a million contacts, which takes an hour or two
	$(BIN)/python -m bench import search fill reindex forms --contacts 1000000

bench: setup-test ## Measure against the lines in docs/benchmarks.md
	$(BIN)/python -m bench

screenshots: setup-test ## Take the pictures of docs/page.md anew (needs Chromium)
	$(BIN)/python -m tests.support.screenshots

clean: ## Remove the environment and caches; the data folder stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
