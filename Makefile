# One name each: make setup, check, test, demo, bench, format.
# docs/project/development.md says what they need and what they install.

VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# Stamps: an install is done again only when what it depends on has changed.
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
BENCH := $(VENV)/.bench

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup check test demo bench format clean

help: ## show these lines
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-12s %s\n", $$1, $$2 }'

setup: $(DEV) ## create .venv with the program and the developers' tools

check: $(DEV) ## format, lint, types, architecture and unit tests: no Docker, under a minute
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest tests/unit tests/architecture --numprocesses auto --quiet

test: $(DEV) ## check, then every other test, with a Docker engine
	scripts/docker-engine
	scripts/postgres
	scripts/remote-servers
	scripts/base-image
	$(MAKE) check
	$(BIN)/pytest tests --ignore tests/unit --ignore tests/architecture --numprocesses 3 --dist loadfile

demo: $(RUNTIME) ## run the example project
	@scripts/base-image --if-engine
	@$(BIN)/modelcompose demo examples/flights

bench: $(BENCH) ## measure against the peers
	$(BIN)/python bench/run.py
	$(BIN)/python bench/run.py data

format: $(DEV) ## format, and mend what can be mended
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

clean: ## remove .venv and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist

$(BIN)/python:
	scripts/venv $(VENV)

$(RUNTIME): pyproject.toml | $(BIN)/python
	$(PIP_INSTALL) --editable .
	@$(BIN)/python -m compileall -q src
	@touch $@

$(DEV): pyproject.toml | $(BIN)/python
	$(PIP_INSTALL) --editable '.[dev]'
	@touch $(RUNTIME) $@

$(BENCH): pyproject.toml | $(BIN)/python
	$(PIP_INSTALL) --editable '.[bench]'
	@touch $(RUNTIME) $@
