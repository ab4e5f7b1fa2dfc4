# What is done every day. `make help` lists it. Everything runs in .venv, which the first target makes.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin

.PHONY: help check fix workflows test long defects bench shots man ci dist clean

help:  ## list the targets
	@sed -nE 's/^([a-z.]+):.*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

.venv:  ## the environment of a developer, versions as in .ci/constraints.txt
	python3 -m venv .venv
	$(BIN)/pip install -q -c .ci/constraints.txt -e '.[dev]'

check: .venv workflows  ## lint, format, types, import contracts, workflows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: .venv  ## mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

workflows: .venv  ## the files of the hosted CI: schema and security, without a network
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/zizmor --offline --quiet .github/workflows

test: .venv  ## the tests; ARGS="tests/domain -k filter" chooses
	$(BIN)/python -m pytest $(ARGS)

long: .venv  ## the tests that take minutes, in their small sizes
	$(BIN)/python -m pytest -m long $(ARGS)

defects: .venv  ## put each known defect into a copy, and see that the tests notice
	TUI_RESELLER_DEFECTS=all $(BIN)/python -m pytest -m long tests/defects

bench: .venv  ## measure against floors and peers; ARGS="--only filtering --sizes 1000"
	$(BIN)/python tests/benchmarks/run.py $(ARGS)

shots: .venv  ## take the pictures again; ARGS="main plan" chooses
	$(BIN)/python screenshots/take.py $(ARGS)

man: .venv  ## write the manual page again, from the help of the verbs
	$(BIN)/tui-reseller man > docs/tui-reseller.1

ci:  ## everything that must hold before a change lands
	bash .ci/run

dist: .venv  ## sdist and wheel, in dist/
	$(BIN)/python -m build --no-isolation

clean:  ## what can be made again
	rm -rf dist build .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
