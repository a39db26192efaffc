# Needs Python 3.11 or newer and make; the broker tests also need RabbitMQ, which they install.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --root-user-action=ignore
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header pyproject.toml --extra build --extra embedded --extra holidays
ARGS ?=
ONLY ?=

.PHONY: help
help: ## list these targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

.venv/made:
	@PYTHON=$(PYTHON) deploy/make-venv
	@touch $@

# The test environment holds everything that running needs, in the same versions: it counts as both.
.venv/run: .venv/made requirements.lock pyproject.toml
	@echo "Installing what running needs into .venv ..."
	@$(PIP) --require-hashes --no-deps -r requirements.lock && $(PIP) --no-build-isolation --no-deps -e .
	@touch $@

.venv/dev: .venv/made requirements-dev.lock pyproject.toml
	@echo "Installing what the tests need into .venv ..."
	@$(PIP) --require-hashes --no-deps -r requirements-dev.lock && $(PIP) --no-build-isolation --no-deps -e .
	@touch .venv/run $@

.venv/bench: .venv/dev requirements-bench.lock
	@echo "Installing the benchmarks' peers into .venv ..."
	@$(PIP) --require-hashes --no-deps -r requirements-bench.lock
	@touch $@

.PHONY: install
install: .venv/dev ## make .venv with everything the tests need

.PHONY: run
run: .venv/run ## start everything on http://127.0.0.1:8080 (ANCHORWATCH_PORT, ANCHORWATCH_HOME)
	@exec $(BIN)/anchorwatch all

.PHONY: demo
demo: .venv/run ## the same, watching a synthetic web that gains, drops and breaks links
	@exec $(BIN)/anchorwatch demo

.PHONY: test
test: .venv/dev ## run the tests (ARGS="tests/shared -k outbox" for some of them)
	@tests/ensure-rabbitmq
	@tests/ensure-chromium
	@$(BIN)/python -m pytest -n 3 --dist loadfile $(ARGS) || tests/second-look $$? $(ARGS)

.PHONY: check
check: .venv/dev ## formatting, lint, import contracts, types
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/lint-imports && $(BIN)/mypy

.PHONY: fault
fault: .venv/dev ## kill services, broker and database under load, five times each
	@tests/ensure-rabbitmq
	@$(BIN)/python -m pytest -m fault $(ARGS)

.PHONY: bench
bench: .venv/bench ## measure against the peers (ONLY=name for one)
	@tests/ensure-rabbitmq
	@$(BIN)/python -m tests.benchmarks $(ONLY)

.venv/train: .venv/run requirements-train.lock
	@echo "Installing the word lists that training needs into .venv ..."
	@$(PIP) --require-hashes --no-deps -r requirements-train.lock
	@touch $@

.PHONY: train
train: .venv/train ## learn the model of names anew (ARGS="--data FOLDER" for another place of the labelled domains)
	@$(BIN)/python -m services.cli.train $(ARGS)

.PHONY: docs
docs: openapi ## write the generated pages again: events, settings, metrics, routes, dashboards
	@$(BIN)/python -m tests.architecture.pages

.PHONY: openapi
openapi: .venv/dev ## write the OpenAPI and AsyncAPI documents again
	@$(BIN)/python -m services.contracts

.PHONY: lock
lock: .venv/dev ## resolve the dependencies anew and write the four lock files
	@$(LOCK) --upgrade --output-file requirements.lock
	@$(LOCK) --constraint requirements.lock --extra dev --output-file requirements-dev.lock
	@$(LOCK) --constraint requirements-dev.lock --extra dev --extra bench --output-file requirements-bench.lock
	@$(LOCK) --constraint requirements.lock --extra train --output-file requirements-train.lock

.PHONY: clean
clean: ## remove .venv and the caches; never touches data
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
