# Thin: every target calls a script in bin/, which also serves machines without make.
.PHONY: help run test test-deep setup bench bench-scale lock check check-real clean

help: ## print what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

run: ## serve the demo city on http://127.0.0.1:8000 (PORT and HOST change that)
	@bin/run

test: ## check the code and run every test on SQLite and PostgreSQL
	@bin/test

test-deep: ## the tests that take long: many more random cases, the slow ones
	@bin/test-deep

setup: ## prepare the development environment, start nothing
	@bin/setup

check: ## style, types and arrows between folders only
	@bin/check

check-real: ## read real rosters and gift lists as an import would: make check-real DATA=DIR
	@bin/check-real "$(DATA)"

bench: ## run all benchmarks
	@bin/bench

bench-scale: ## read at 10,000,000 transfers and 1,000,000 parties (hours, 60 GB of disk)
	@bin/bench-scale

lock: ## write the lock files anew from pyproject.toml
	@bin/lock

clean: ## remove the environment, the demo city and all caches
	rm -rf .venv var .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
