# One command each; `make help` lists them. Paths here are relative on purpose: the folder may
# stand below names with spaces or Chinese characters.

PYTHON ?= $(shell for name in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
PY := .venv/bin/python
LAUNCH := $(PY) -m g60portal.embedded
PIP := $(PY) -m pip --disable-pip-version-check --quiet --quiet
TEST_WORKERS ?= 2
PORTAL ?= http://127.0.0.1:$(or $(PORT),8000)
UV := 0.13.9
TEST_SETTINGS := DJANGO_SETTINGS_MODULE=g60portal.settings.test
THROWAWAY = DJANGO_SETTINGS_MODULE=g60portal.settings.production \
	SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(48))') \
	FIELD_KEYS=1:$$($(PY) -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())') \
	CERTIFICATE_KEY=$$($(PY) -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())') \
	PORTAL_URL=https://portal.example.org ALLOWED_HOSTS=portal.example.org \
	DATABASE_URL=postgres://portal@localhost/portal REDIS_URL=redis://localhost/0 \
	EMAIL_URL=smtp://localhost
.DEFAULT_GOAL := help
.SUFFIXES:
.PHONY: help run stop status test check bench faults lock messages demo screenshots clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name does; do printf '  make %-12s %s\n' "$$name" "$$does"; done

run: .venv/.runtime node_modules/.runtime ## the whole portal (PORT=8000, HOST=127.0.0.1); Ctrl-C stops it
	@exec $(LAUNCH) run

stop: .venv/.runtime ## stop the portal of this folder
	@$(LAUNCH) stop

status: .venv/.runtime ## what runs for this folder
	@$(LAUNCH) status || true

test: .venv/.dev node_modules/.full ## every test, on Postgres and Redis of their own (ARGS="tests/x -k y")
	@$(TEST_SETTINGS) $(PY) manage.py messages --compile
	@exec env $(TEST_SETTINGS) $(LAUNCH) --instance test servers --fast --exec $(PY) -m pytest -n $(TEST_WORKERS) $(ARGS)

check: .venv/.dev ## format, lint, types, import contracts, migrations, translations, deployment settings
	@failed=""; must() { "$$@" || failed="$$failed\n  $$*"; }; \
	must $(PY) -m ruff format --check --output-format concise .; \
	must $(PY) -m ruff check --output-format concise .; \
	must $(PY) -m mypy; \
	must $(PY) -c 'from importlinter.cli import lint_imports_command as c; c()'; \
	must find templates -name '*.html' -exec .venv/bin/djade --target-version 5.2 --check {} +; \
	export $(TEST_SETTINGS); \
	must $(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run; \
	must $(PY) manage.py messages --check; \
	export $(THROWAWAY); \
	must $(PY) manage.py check --deploy --fail-level WARNING; \
	[ -z "$$failed" ] || { printf "These checks failed:$$failed\n"; exit 1; }

bench: .venv/.dev ## one JSON line per benchmark (ONLY=name)
	@exec $(LAUNCH) --instance bench servers --exec $(PY) -m benchmarks $(if $(ONLY),ONLY=$(ONLY))

faults: .venv/.dev ## what the portal promises under kill -9, one JSON line per promise
	@exec env $(TEST_SETTINGS) $(LAUNCH) --instance faults servers --exec $(PY) -m pytest -m faults -n 0 -q -s $(ARGS)

demo: .venv/.runtime ## load the demo (again); nothing is doubled
	@exec $(LAUNCH) servers --exec $(PY) manage.py demo

screenshots: .venv/.dev ## pictures of the running demo for README (PORTAL=http://127.0.0.1:8000)
	@PORTAL="$(PORTAL)" $(PY) docs/screenshots/take.py $(ONLY)

messages: .venv/.dev ## collect the texts to be translated into locale/
	@$(TEST_SETTINGS) $(PY) manage.py messages

lock: .venv/bin/python ## resolve requirements*.in and package.json into their locks (UPGRADE=1: newest)
	@$(PY) -m venv var/lock-tools && var/lock-tools/bin/python -m pip install -qq --disable-pip-version-check uv==$(UV)
	@for name in requirements requirements-dev requirements-node; do \
	  var/lock-tools/bin/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-header \
	    $(if $(UPGRADE),--upgrade) --output-file $$name.txt $$name.in || exit 1; done
	@npm install --package-lock-only --ignore-scripts --no-audit --no-fund --loglevel=error --omit-lockfile-registry-resolved

clean: ## remove caches and built files; data, keys and mails under var/ stay
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis var/static var/test var/bench var/faults var/lock-tools
	@find . -name __pycache__ -not -path './.venv/*' -not -path './node_modules/*' -prune -exec rm -rf {} +
	@find locale -name '*.mo' -delete

.venv/bin/python:
	@if [ -z "$(PYTHON)" ]; then echo "G60 Portal needs Python 3.11 or newer; found: $$(python3 --version 2>&1). Install one, or name it: make run PYTHON=/path/to/python3"; exit 1; fi
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv"; exit 1; }

.venv/.runtime: requirements.txt | .venv/bin/python
	@echo "Installing Python packages (once; needs the network)"
	@$(PIP) install --require-hashes -r requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.runtime
	@echo "Installing tools for tests and checks (once; needs the network)"
	@$(PIP) install --require-hashes -r requirements.txt -r requirements-dev.txt
	@touch $@

node_modules/.runtime: package-lock.json | .venv/.runtime
	@$(PY) -m g60portal.embedded.npm

node_modules/.full: package-lock.json | .venv/.runtime
	@$(PY) -m g60portal.embedded.npm --dev
