# Two commands matter: `make verify` and `make test`. Each sets up .venv first; nothing else has to be done before.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PIP := $(BIN)/python -m pip --disable-pip-version-check
EXTRAS := figures,experiments,cluster,scale,video,docs,dev

# Small tensors run several times slower on many threads than on one, and two test processes already fill two cores.
export OMP_NUM_THREADS := 1
export MKL_NUM_THREADS := 1

.DEFAULT_GOAL := help
.PHONY: help setup verify test check lint types layers audit figures docs bench fuzz dist installed lowest clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## make .venv with the exact versions of constraints.txt

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "dualgap needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 setup" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing dualgap and its tools into $(VENV) (a few minutes the first time)"
	@$(PIP) install -qq -c constraints.txt -e '.[$(EXTRAS)]'
	@touch $@

verify: $(STAMP) ## check every claim and write report/index.html
	$(BIN)/dualgap verify

test: $(STAMP) ## run every test and every example in a docstring
	$(BIN)/python -m pytest -n 2

check: lint types layers audit docs test ## everything: ruff, pyright, import-linter, pip-audit, docs, tests

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/pyright

layers: $(STAMP)
	$(BIN)/lint-imports --no-cache --no-logo

audit: $(STAMP) ## look up known vulnerabilities of the pinned versions, where their database can be had
	@.ci/audit

figures: $(STAMP) ## draw the paper's figures, each beside its numbers
	$(BIN)/dualgap figures

docs: $(STAMP) ## build the site into docs/_build/html, warnings as errors
	$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html

bench: $(STAMP) ## time the library beside its peers
	$(BIN)/python -m benchmarks

fuzz: $(STAMP) ## 100,000 hostile calls of the public functions, in two processes
	$(BIN)/python -m tests.fuzz

dist: $(STAMP) ## build the wheel and the source archive
	$(BIN)/python -m build

installed: $(STAMP) ## build both archives, install each into an empty environment, and verify there
	@.ci/installed

lowest: ## the tests on the lowest versions that are allowed
	@.ci/lowest

clean: ## remove what the other targets made, .venv too
	rm -rf $(VENV) dist build report docs/_build docs/generated .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
