# Two commands set everything up: `make demo` and `make test`. They need Python 3.11 or newer and nothing else.
PYTHON ?= python3
.DEFAULT_GOAL := help
.PHONY: help demo test check bench pins clean

help: ## What can be done here
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

.venv/made: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed.")'
	$(PYTHON) -m venv "$$($(PYTHON) -c 'import os; print(os.path.realpath(".venv"))')"
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

.venv/made-for-tests: .venv/made tests/requirements.txt
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/requirements.txt
	touch $@

demo: .venv/made ## A made-up clinic's week, from its exports to the letters and the workbook
	.venv/bin/python run_jobs.py demo

test: .venv/made-for-tests ## Everything that must pass
	.venv/bin/python -m pytest

check: .venv/made-for-tests ## Style and types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

bench: .venv/made-for-tests ## Speed and memory against a plain script, as ratios
	.venv/bin/python tests/bench/compare.py

pins: ## Resolve the dependencies of pyproject.toml anew, with hashes (needs uv)
	uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -o requirements.txt
	uv pip compile pyproject.toml --extra dev --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -o tests/requirements.txt

clean: ## Remove the virtual environment and the demonstration
	rm -rf .venv var/demo
