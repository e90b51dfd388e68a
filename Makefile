# One name each: make setup, check, test, demo, bench, ui, format.
# docs/project/development.md says what they need and what they install.

VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# Stamps: an install is done again only when what it depends on has changed.
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
BENCH := $(VENV)/.bench

# The web UI: what it is built with, and what is built.
NPM := scripts/node npm run --silent
UI_TOOLS := ui/node_modules/.package-lock.json
UI := src/modelcompose/hub/static/report/viewer.js
UI_SOURCES := $(shell find ui/src ui/public ui/scripts ui/index.html ui/*.ts ui/*.js -type f)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup check check-python test demo bench ui format clean

help: ## show these lines
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-12s %s\n", $$1, $$2 }'

setup: $(DEV) $(UI) ## create .venv with the program and the developers' tools, build the web UI

check: $(DEV) $(UI_TOOLS) ## format, lint, types, architecture and unit tests: no Docker, under a minute
	@scripts/both "$(NPM) check" "$(MAKE) --no-print-directory check-python"

check-python:
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest tests/unit tests/architecture --numprocesses auto --quiet

test: $(DEV) $(UI) ## check, then every other test, with a Docker engine
	scripts/docker-engine
	scripts/postgres
	scripts/remote-servers
	scripts/base-image
	scripts/browser
	$(MAKE) check
	$(NPM) e2e
	$(BIN)/pytest tests --ignore tests/unit --ignore tests/architecture --numprocesses 3 --dist loadfile

ui: $(UI) ## build the web UI, which the hub serves

demo: $(RUNTIME) ## run the example project
	@scripts/base-image --if-engine
	@$(BIN)/modelcompose demo examples/flights

bench: $(BENCH) $(UI) ## measure against the peers
	$(BIN)/python bench/run.py
	$(BIN)/python bench/run.py data
	scripts/browser
	$(BIN)/python bench/run.py browser

format: $(DEV) $(UI_TOOLS) ## format, and mend what can be mended
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	$(NPM) format

clean: ## remove .venv, what was built, and caches
	rm -rf ui/node_modules src/modelcompose/hub/static $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist

$(UI_TOOLS): ui/package.json ui/package-lock.json
	scripts/node npm ci --silent
	@touch $@

$(UI): $(UI_TOOLS) $(UI_SOURCES)
	$(NPM) build

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
