# Every target does the set-up it needs. Only Python 3.11+ and make have to be there.
VENV ?= .venv
PYTHON ?= python3
PY := $(VENV)/bin/python
STAMPS := .jantar/stamps
ARGS ?=
export PATH := $(abspath $(VENV)/bin):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export npm_config_update_notifier := false
PIP_COMPILE := pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host
CHECKS := check-format check-lint check-types check-imports check-templates check-code check-capabilities check-django check-messages check-frontend

.PHONY: setup setup-run run dev test check lint format bench screenshots lock messages browser $(CHECKS)

## setup: everything for working on Jantar
setup: $(VENV)/.installed-dev $(STAMPS)/frontend $(STAMPS)/messages

## setup-run: only what running Jantar needs
setup-run: $(VENV)/.installed $(STAMPS)/frontend $(STAMPS)/messages

## run: start Jantar with a demo company
run: setup-run
	$(PY) -m jantar serve --demo $(ARGS)

## dev: the same, reloading when code changes
dev: setup
	JANTAR_DEBUG=1 $(PY) -m jantar serve --demo --reload $(ARGS)

## test: all tests, those in the browser too, on all cores; ARGS="path -k name" chooses some
test: setup browser
	$(PY) -m pytest --numprocesses=auto --dist=loadfile $(ARGS)

## check: what must hold before tests: format, lint, types, imports, templates, migrations, catalogues
check: setup
	@$(MAKE) --no-print-directory --jobs=4 --keep-going --output-sync=target $(CHECKS)

## lint: the quick part of check
lint: check-format check-lint check-code

## format: write the code as `check` wants it
format:
	ruff format --quiet .
	ruff check --fix --quiet .

## bench: measure against the budgets
bench: setup
	$(PY) -m benchmarks $(ARGS)

## screenshots: pictures of the main pages
screenshots: setup browser
	$(PY) -m tests.screenshots $(ARGS)

## lock: resolve requirements*.in again
lock: $(VENV)/.installed-dev
	$(PIP_COMPILE) --output-file requirements.txt requirements.in
	$(PIP_COMPILE) --output-file requirements-dev.txt requirements-dev.in
	$(PIP_COMPILE) --output-file requirements-node.txt requirements-node.in

## messages: put new texts into the catalogues of all languages
messages: $(VENV)/.installed-dev
	$(PY) tools/messages.py update
	$(PY) tools/messages.py compile

browser:
	@tools/install_chromium.sh

check-format:
	ruff format --check --quiet .

check-lint:
	ruff check --quiet .

check-types:
	mypy --no-error-summary

check-imports:
	lint-imports --no-logo

check-templates:
	djlint --quiet --lint jantar

check-code:
	$(PY) tools/check_code.py

check-capabilities:
	$(PY) tools/capabilities.py --check

check-django:
	$(PY) tools/check_django.py

check-messages:
	$(PY) tools/messages.py check

check-frontend: $(STAMPS)/frontend
	@if [ -f package.json ]; then npm run --silent check; fi

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Jantar needs Python 3.11 or newer; name one with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(PY)
	@tools/once.sh $@ requirements.txt -- $(PY) -m pip install --quiet --require-hashes -r requirements.txt
	@tools/install_command.sh $(VENV)

$(VENV)/.installed-dev: requirements.txt requirements-dev.txt | $(PY)
	@tools/once.sh $@ requirements.txt requirements-dev.txt -- \
		$(PY) -m pip install --quiet --require-hashes -r requirements.txt -r requirements-dev.txt
	@cksum < requirements.txt > $(VENV)/.installed
	@tools/install_command.sh $(VENV)

ifneq ($(wildcard package.json),)
$(STAMPS)/node: package-lock.json requirements-node.txt | $(PY)
	@tools/install_node.sh $(PY)
	@# A link leads to the packages of another checkout; installing through it would empty that one.
	@if [ -L node_modules ]; then mkdir -p $(@D) && touch $@; else tools/once.sh $@ package-lock.json -- npm ci --no-audit --no-fund --loglevel=error; fi

# Templates and Python name the icons that the build puts together.
$(STAMPS)/frontend: $(STAMPS)/node package.json $(shell find frontend -type f -not -path '*/node_modules/*') $(shell grep -rl icon jantar --include='*.html' --include='*.py')
	npm run --silent build
	@mkdir -p $(@D) && touch $@
else
$(STAMPS)/frontend:
	@mkdir -p $(@D) && touch $@
endif

$(STAMPS)/messages: $(shell find jantar -name '*.po') | $(PY)
	$(PY) tools/messages.py compile
	@mkdir -p $(@D) && touch $@
