# `make help` lists every target.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

# How many processes run the tests side by side: `make test JOBS=2`.
JOBS ?= 0

# TensorFlow's notes about the processor, and Material's about a later MkDocs, help nobody here.
export TF_CPP_MIN_LOG_LEVEL ?= 2
export NO_MKDOCS_2_WARNING ?= 1

.DEFAULT_GOAL := help
.PHONY: help site serve test lint check write mutants bench format environment constraints picture clean

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

site: environment ## Check what is stale, write the pages, build the site.
	@$(BIN)/shapesheet build
	@echo "The site is in $(CURDIR)/site: open $(CURDIR)/site/index.html, or run: make serve"

serve: environment ## Build the site and serve it on http://127.0.0.1:8000/.
	@$(BIN)/shapesheet build
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory site 8000

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

check: environment ## Check every snippet and write its record.
	@$(BIN)/shapesheet check

write: environment ## Write the records into the pages.
	@$(BIN)/shapesheet write

mutants: environment ## Break the snippets one mistake at a time; say which are not caught.
	@$(BIN)/shapesheet mutants

bench: environment ## Measure the tool against the work that it cannot avoid.
	@$(BIN)/python tests/bench.py

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

constraints: ## Write constraints.txt from the newest versions, in an environment of its own.
	@rm -rf build/newest
	@$(PYTHON) -m venv build/newest
	@build/newest/bin/python -m pip --quiet install --upgrade pip setuptools hatchling editables
	@build/newest/bin/python -m pip --quiet install --no-build-isolation --editable '.[site,mutants,dev]'
	@{ sed -n '/^#/p' constraints.txt; \
	   build/newest/bin/python -m pip freeze --all --exclude-editable | LC_ALL=C sort -f; \
	 } > build/constraints.txt
	@mv build/constraints.txt constraints.txt

picture: site ## Take the README's picture of a page; it wants Chromium.
	@$(BIN)/python -m tests.site.picture

clean: ## Remove what was built, but not .venv.
	@rm -rf site build dist .cache .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache
	@find snippets tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
