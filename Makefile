# `make run` and `make test` need Python 3.11 and make; everything else they bring themselves.
PYTHON ?= $(firstword $(foreach python,python3 python3.11 python3.12 python3.13 python3.14,$(shell $(python) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(python))) python3)
VENV := .venv/bin/python
BESIDE := $(VENV) -m jini.local with-services

.PHONY: run test check checks check-style check-format check-imports check-templates check-django check-migrations \
	check-types bench environment test-environment browser contract-tools

# The preflight runs before anything is written, the virtual environment included.
run:
	@$(PYTHON) -I jini/local/preflight.py
	@$(MAKE) --no-print-directory environment
	@exec $(VENV) -m jini.local run --follow-parent

test: test-environment browser contract-tools
	@exec $(VENV) -m pytest $(PYTEST_ARGS)

# Lint, types, import contracts, templates, migrations; all of them, whatever the first one says.
check: test-environment
	@$(BESIDE) -- $(MAKE) --no-print-directory --keep-going checks

checks: check-style check-format check-imports check-templates check-django check-migrations check-types

check-style:
	@$(VENV) -m ruff check .

check-format:
	@$(VENV) -m ruff format --check .

check-imports:
	@.venv/bin/lint-imports --no-logo

check-templates:
	@.venv/bin/djlint --lint --quiet templates

check-django:
	@$(VENV) manage.py check --fail-level WARNING

check-migrations:
	@$(VENV) manage.py makemigrations --check --dry-run

check-types:
	@$(VENV) -m mypy .

# All workloads, or one: make bench WORKLOAD=import ROWS=100000
bench: test-environment
	@$(BESIDE) --durable -- $(VENV) -m benchmarks $(WORKLOAD)

environment:
	@$(PYTHON) jini/local/environment.py run

test-environment:
	@$(PYTHON) jini/local/environment.py test

browser:
	@command -v "$${JINI_CHROMIUM:-chromium}" >/dev/null && command -v msgfmt >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium gettext; \
	else \
		echo "The tests need Chromium and gettext: sudo apt install chromium gettext"; \
		echo "(or name another Chromium in JINI_CHROMIUM; without one: .venv/bin/pytest -m 'not browser')"; \
		exit 1; \
	fi

contract-tools: $(if $(wildcard contract/package.json),contract/node_modules/.package-lock.json)

contract/node_modules/.package-lock.json: contract/package.json contract/package-lock.json
	@command -v npm >/dev/null || { echo "The contract tests need Node 20 with npm: sudo apt install nodejs npm"; exit 1; }
	cd contract && npm ci --no-audit --no-fund --loglevel=error
	@touch $@
