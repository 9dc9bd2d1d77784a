# `make help` lists every target.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BACKENDS := $(VENV)/.backends
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

# What `make bench` runs beside the tool; its options: `make bench BENCH=--quick`, and for all
# snippets and a thousand copies, in an hour and a half: `make bench BENCH='--every 1 --whole'`.
# `--only lines`, `growth` or `site` measures one part anew, on the machine of the report, and
# `--only growth status write` or `--only lines unchanged` less than a part.
PEERS := build/peers
BENCH ?=

# How many processes run the tests side by side, with up to 2 GB each; 0 runs them in one.
JOBS ?= 2

# TensorFlow's notes about the processor, and Material's about a later MkDocs, help nobody here.
export TF_CPP_MIN_LOG_LEVEL ?= 2
export NO_MKDOCS_2_WARNING ?= 1

.DEFAULT_GOAL := help
.PHONY: help site serve test lint check backends write mutants bench format environment constraints picture clean

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

site: environment ## Check what is stale, write the pages, build the site.
	@$(BIN)/shapesheet build
	@echo "The site is in $(CURDIR)/site: open $(CURDIR)/site/index.html, or run: make serve"

serve: environment ## Show the site on http://127.0.0.1:8000/, each page anew when its snippet is saved.
	@$(BIN)/shapesheet serve

test: environment ## Run the snippets' checks and the tool's and site's tests, with coverage.
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest --numprocesses $(JOBS) snippets tests
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report --include 'snippets/*' --fail-under 100
	@$(BIN)/coverage report --include 'tools/*' --fail-under 95

lint: environment ## Read the code and the pages without running them.
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy --strict tools
	@$(BIN)/shapesheet write --check --diff

check: environment ## Check the snippets that are stale and write their records.
	@$(BIN)/shapesheet check

backends: $(BACKENDS) ## Check what is stale, then the same on JAX and on PyTorch.
	@$(BIN)/shapesheet check
	@$(BIN)/shapesheet check --backend jax
	@$(BIN)/shapesheet check --backend torch

write: environment ## Write the records into the pages.
	@$(BIN)/shapesheet write

mutants: environment ## Break the snippets one mistake at a time; say which are not caught.
	@$(BIN)/shapesheet mutants

bench: environment $(PEERS)/.ready ## Measure the tool beside its peers, on a machine that is idle; 20 minutes.
	@$(BIN)/python -m tests.bench $(BENCH)
	@$(BIN)/shapesheet write

$(PEERS)/.ready: tests/bench/peers.txt constraints.txt
	@echo "Creating $(PEERS) with the versions of tests/bench/peers.txt (once; it takes a few minutes)"
	@test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip --quiet --disable-pip-version-check install \
	   --constraint constraints.txt --constraint tests/bench/peers.txt \
	   --requirement tests/bench/peers.txt joblib keras mkdocs-material pytest-xdist tensorflow
	@touch $@

format: environment ## Format the code and mend what ruff can mend.
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

environment: $(READY) ## Create .venv with every pinned library.
	@:

$(READY): pyproject.toml constraints.txt
	@echo "Creating $(VENV) with the versions of constraints.txt (once; it takes a few minutes)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --constraint constraints.txt --upgrade pip setuptools hatchling editables
	@$(PIP) install --constraint constraints.txt --no-build-isolation --editable '.[site,mutants,dev]'
	@touch $@

$(BACKENDS): $(READY)
	@echo "Adding JAX and PyTorch to $(VENV) (once; they take a gigabyte)"
	@$(PIP) install --constraint constraints.txt --no-build-isolation --editable '.[jax,torch]'
	@touch $@

constraints: ## Write constraints.txt from the newest versions, in an environment of its own.
	@rm -rf build/newest
	@$(PYTHON) -m venv build/newest
	@build/newest/bin/python -m pip --quiet install --upgrade pip setuptools hatchling editables
	@build/newest/bin/python -m pip --quiet install --no-build-isolation \
	   --editable '.[site,mutants,dev,jax,torch]'
	@{ sed -n '/^#/p' constraints.txt; \
	   build/newest/bin/python -m pip freeze --all --exclude-editable | \
	   sed 's/+cpu$$//' | LC_ALL=C sort -f; \
	 } > build/constraints.txt
	@mv build/constraints.txt constraints.txt

picture: site ## Take the README's picture of a page; it wants Chromium.
	@$(BIN)/python -m tests.site.picture

clean: ## Remove what was built, but not .venv.
	@rm -rf site build dist .cache .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache
	@find snippets tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
