# Guiyi's commands. `make demo` and `make test` need nothing but python3 (3.11 or newer) and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CUSTOMERS ?= 20000
RECORDS ?= 1000000
EVENTS ?= 10000000
PEOPLE ?= 1000000
export GUIYI_HOME ?= $(CURDIR)/var
# Compiled bytecode makes the second start of Airflow and Great Expectations several times faster.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo run test check lint types imports connector docs notebook airflow airflow-smoke bench bench-identity bench-generality bench-ingest bench-warehouse lock format clean

help:  ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

setup: $(VENV)/.installed  ## a virtual environment with the locked packages

$(VENV)/.installed: requirements.lock requirements.bootstrap.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Guiyi needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	@echo "setting up $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.bootstrap.lock
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements.lock
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup  ## exports of 20,000 made-up persons through the whole pipeline
	@test ! -e $(GUIYI_HOME)/inbox || test -e $(GUIYI_HOME)/inbox/truth.parquet || \
		{ echo "$(GUIYI_HOME)/inbox holds deliveries that are not the demo's: move them, or set GUIYI_HOME"; exit 1; }
	@rm -rf $(GUIYI_HOME)/inbox
	@$(BIN)/guiyi demo $(GUIYI_HOME)/inbox --customers $(CUSTOMERS)
	@$(BIN)/guiyi run

run: setup  ## take in what is new in the inbox
	@$(BIN)/guiyi run

test: setup  ## the test-suite
	@$(BIN)/python -m pytest -q -n auto --dist loadfile

check: lint types imports test  ## all that CI checks

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup
	@$(BIN)/mypy

imports: setup
	@$(BIN)/lint-imports --no-cache

connector: setup  ## start a connector: NAME=museum [CHANNEL=crm]
	@test -n "$(NAME)" || { echo "make connector NAME=museum [CHANNEL=crm]"; exit 2; }
	@$(BIN)/guiyi source new $(NAME) --channel $(or $(CHANNEL),store)

docs: setup  ## docs/sources.md from the connectors, docs/tables.md from the SQL files' headers
	@$(BIN)/guiyi source docs
	@$(BIN)/guiyi dictionary --out docs/tables.md

notebook: setup  ## docs/guiyi.ipynb, run anew on the data directory's snapshot (after `make demo`)
	@JUPYTER_PREFER_ENV_PATH=1 $(BIN)/jupyter execute --inplace docs/guiyi.ipynb
	@$(BIN)/ruff format --quiet docs/guiyi.ipynb

airflow: setup  ## a local Airflow with the DAGs unpaused
	@$(BIN)/python -m dags.local_airflow serve

airflow-smoke: setup  ## start the scheduler, run the chain, compare with `guiyi run`, stop
	@$(BIN)/python -m dags.local_airflow smoke

bench: setup  ## the measurements behind the README's numbers (hours; RECORDS=30000 for a quick look)
	@$(BIN)/python -m benchmarks --records $(RECORDS) --events $(EVENTS) --customers $(PEOPLE)

bench-identity: setup  ## the identity engine beside Splink
	@$(BIN)/python -m benchmarks identity --records $(RECORDS)

bench-generality: setup  ## the identity engine on tables of other shapes
	@$(BIN)/python -m benchmarks generality

bench-warehouse: setup  ## the profile stage and typical queries, beside bare DuckDB (PEOPLE=100000 for a quick look)
	@$(BIN)/python -m benchmarks warehouse --customers $(PEOPLE)

bench-ingest: setup  ## event files from inbox to standard.event, beside bare DuckDB (EVENTS=1000000 for a quick look)
	@$(BIN)/python -m benchmarks ingest --events $(EVENTS)

lock: setup  ## resolve the dependencies anew
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-header --no-emit-index-url \
		--no-annotate --generate-hashes --extra dev pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-header --no-emit-index-url \
		--no-annotate --generate-hashes benchmarks/requirements.in -o benchmarks/requirements.lock

format: setup
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

clean:  ## remove the environment and everything the pipeline wrote
	@rm -rf $(VENV) .venv-bench var build *.egg-info
