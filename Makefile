# The commands of this repository. Each installs what it needs into .venv; nothing else on the machine is touched.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALL = $(PIP) install --constraint constraints.txt

.PHONY: help setup demo test test-unit tables bench check format protos images k8s-check clean

help:  ## Lists the commands.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.local: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing nar and what one machine needs into $(VENV) (a minute or two) ..."
	$(INSTALL) --editable ".[local]"
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing nar and the tools of its developers into $(VENV) (a minute or two) ..."
	$(INSTALL) --editable ".[dev]"
	@touch $@ $(VENV)/.local

setup: $(VENV)/.dev  ## Installs everything for development.

demo: $(VENV)/.local  ## Indexes a few hundred architectures and searches them with a real ONNX file.
	@$(BIN)/nar demo

test: $(VENV)/.dev  ## Runs the whole test suite.
	@$(BIN)/python -m pytest

test-unit: $(VENV)/.dev  ## Runs the unit tests, in seconds.
	@$(BIN)/python -m pytest tests/unit

tables: $(VENV)/.dev  ## Computes the tables of docs/results.md: hours the first time, what is known is kept in build/.
	@$(BIN)/python -m experiments.tables --write docs

bench: $(VENV)/.dev  ## Measures speed and memory against peers, and writes docs/benchmarks.md: half an hour.
	$(INSTALL) torchlens torchview hnswlib GraKeL
	@$(BIN)/python -m benchmarks --write docs/benchmarks.md

check: $(VENV)/.dev  ## Lints, checks types, protos and import rules.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	cd protos && ../$(BIN)/buf lint
	$(BIN)/python -m pytest -q tests/unit/test_import_rules.py tests/unit/test_protos.py

format: $(VENV)/.dev  ## Formats the code.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

protos: $(VENV)/.dev  ## Generates nar/v1 from protos/nar/v1.
	$(BIN)/python protos/generate.py

images:  ## Builds the images of motif miner, search and client (IMAGES="..." for others) and prints their sizes.
	deploy/docker/build $(or $(IMAGES),motif-miner search client)

k8s-check: $(VENV)/.dev  ## Renders the Kubernetes manifests in every composition and checks all that needs no cluster.
	@$(BIN)/python -m deploy.check

clean:  ## Removes the virtual environment and caches.
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache
