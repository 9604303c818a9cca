# GeoGuess India: `make run` plays, `make test` tests; everything is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000

.PHONY: run install test test-unit test-browser test-fast coverage lint bench
# Tests start dozens of processes with the same code: its bytecode is kept, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE
run: install
	@exec $(BIN)/python manage.py up --host $(HOST) --port $(PORT)

install: $(VENV)/installed

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "GeoGuess India needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.txt constraints.txt | $(VENV)/bin/python
	@echo "Installing the pinned requirements (a few minutes the first time) …"
	@$(BIN)/python -m pip install --disable-pip-version-check --progress-bar on -r requirements.txt -c constraints.txt
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt requirements.txt constraints.txt | $(VENV)/bin/python
	@$(BIN)/python -m pip install --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	@touch $@ $(VENV)/installed

PARALLEL := -n auto --dist loadfile
# Both halves run, whatever becomes of the first. How to run them as another processor would: docs/measurements.md.
test: $(VENV)/installed-dev
	@if [ -n "$(TESTS)" ]; then exec $(BIN)/python -m pytest $(TESTS); fi; failed=; \
	  $(MAKE) test-unit || failed="unit tests"; \
	  $(MAKE) test-browser || failed="$${failed:+$$failed, }browser tests"; \
	  if [ -n "$$failed" ]; then echo "Failed: $$failed"; exit 1; fi

test-unit: $(VENV)/installed-dev
	@$(BIN)/python -m pytest $(PARALLEL) -m "not browser"

# The unit tests, and what they reach: below the floor in pyproject.toml it fails.
coverage: $(VENV)/installed-dev
	@$(BIN)/python -m pytest $(PARALLEL) -m "not browser" --cov --cov-report=term

# Each of the two processes has a site of its own; both wait for pages more than they compute.
test-browser: $(VENV)/installed-dev
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m browser

# What to run while changing code: neither browser nor training nor benchmarks.
test-fast: $(VENV)/installed-dev
	@$(BIN)/python -m pytest $(PARALLEL) -m "not browser and not training and not benchmark and not slow"

lint: $(VENV)/installed-dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy . && $(BIN)/lint-imports --no-cache && \
	  $(BIN)/djlint --quiet templates && $(BIN)/hadolint Dockerfile

bench: install
	@$(BIN)/python manage.py benchmark
