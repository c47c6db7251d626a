# The verbs of Prosa. `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm
PIP := $(BIN)/python -m pip install --disable-pip-version-check --use-pep517 --require-hashes
# Of all that pip says, the names of the parts as they come.
PARTS := sed -un 's/^Collecting \([^ ]*\).*/    \1/p'
SAY := @printf '\033[1m%s\033[0m\n'

# What apt brings for the tests: browsers old and new, fonts, a proxy, a bus, a site's database, a Prometheus, and what mongod and
# PhantomJS link to.
DEPS := chromium fonts-noto-color-emoji libcurl4 libfaketime libfontconfig1 libfreetype6 lynx nginx-light \
	openssl postgresql prometheus redis-server

# Without a site of one's own, the demo site.
SITE := $(if $(DJANGO_SETTINGS_MODULE),,PROSA_DEMO=1)

# The suite kills, freezes and cuts off processes against the clock, on whatever machine it is given. What failed is
# named, and run once more by itself: a defect fails again, a machine that was too busy for a deadline does not.
pytest = $(BIN)/python -m pytest -q $(1) || { code=$$?; [ $$code = 1 ] || exit $$code; \
	printf '\033[1mOnce more, alone: what has failed\033[0m\n'; \
	$(BIN)/python -m pytest -q --last-failed --last-failed-no-failures none $(filter-out --cov%,$(1)) $(2); }

.PHONY: help run cluster rolling doctor faults bench test browsers django-matrix check fix texts shots lighthouse deps pins readme machine

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

run: machine $(VENV)/.run node_modules/.run ## Prosa beside the demo site, on http://localhost:8888/
	@exec env $(SITE) $(BIN)/python app.py

cluster: DEPS := libcurl4 nginx-light redis-server
cluster: machine deps $(VENV)/.dev node_modules/.run ## The production shape on this machine: nginx, three workers, Redis, three mongods
	@exec $(BIN)/python -m deploy.cluster

rolling: ## New workers in place of the cluster's old ones, under traffic
	@$(BIN)/python -m deploy.cluster rolling

doctor: ## What is to be mended in a deployment (with the workers' environment; URL=https://… looks through nginx)
	@$(BIN)/python -m doctor

faults: DEPS := libcurl4 libfaketime nginx-light redis-server
faults: machine deps $(VENV)/.dev node_modules/.dev ## The proof: everything breaks under a crowd, and every message is counted (FAULTS=a,b chooses)
	@$(BIN)/python -m tests.lab

bench: DEPS := gcc libc6-dev libcurl4 nginx-light redis-server
bench: machine deps $(VENV)/.dev node_modules/.run ## Prosa beside its peers, measured in one run (BENCH=quick: in minutes; WORKS=fanout,talk chooses)
	@$(BIN)/python -m benchmarks

test: deps $(VENV)/.dev node_modules/.dev ## Everything, with a real mongod, a real server and a real browser
	$(SAY) "Python: units, journeys, faults"
	@$(call pytest,--cov --cov-report=term:skip-covered)
	$(SAY) "Browser side"
	@PATH="$(CURDIR)/$(BIN):$$PATH" node --test tests/js/*.test.js
	$(SAY) "Pages, in Chromium"
	@$(call pytest,-n 2 --dist loadfile tests/pages,-n 0)

browsers: DEPS := chromium firefox-esr libcurl4 webkit2gtk-driver xvfb
browsers: deps $(VENV)/.browsers node_modules/.dev ## The pages in Firefox and in WebKitGTK, over every transport
	@$(BIN)/python -m pytest -q -rA -W ignore tests/browsers

django-matrix: DEPS := libcurl4 postgresql
django-matrix: deps $(VENV)/.dev ## What a site installs, under each Django that it is for; a table at the end
	@$(BIN)/python -m tests.sites.matrix

check: $(VENV)/.dev node_modules/.dev ## Lint, types and imports, in under a minute
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint --lint --quiet templates demo/templates
	@PATH="$(CURDIR)/$(BIN):$$PATH" node_modules/.bin/eslint static/js tests/js
	@PATH="$(CURDIR)/$(BIN):$$PATH" node_modules/.bin/es-check es5 'static/js/*.js'
	@PATH="$(CURDIR)/$(BIN):$$PATH" node_modules/.bin/stylelint 'static/css/**/*.css'

fix: $(VENV)/.dev ## Let the tools mend what they can
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

texts: $(VENV)/.dev ## Bring the catalogues in locale/ up to date with the texts in the code; names what is not translated
	@$(BIN)/python -m tests.catalogues

shots: $(VENV)/.dev ## A picture of every state of the pages, in SHOTS (.data/shots); STATES=sala,lista chooses
	@$(BIN)/python -m tests.shots

lighthouse: $(VENV)/.dev ## What Lighthouse says of the list and the room: 95 at least of each
	@$(BIN)/python -m tests.lighthouse

deps: ## What apt must bring for the tests: installed as root on Debian, otherwise named
	@missing=$$(for p in $(DEPS); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q ' installed' || echo $$p; done); \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing" $$missing; \
		apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$missing >/dev/null; \
	else \
		echo "Some tests will be skipped. To run them all: sudo apt-get install" $$missing; \
	fi

# Extras stay in the pins: where they are stripped, pip takes the newest release for whoever asks for the extra,
# and refuses it by its hash on the day that one is published.
pins: $(VENV)/.dev ## Make the requirements files anew from pyproject.toml
	@pin() { $(BIN)/uv pip compile -q pyproject.toml "$${@:2}" --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-strip-extras --custom-compile-command "make pins" -o "$$1"; }; \
	pin requirements.txt; pin requirements-demo.txt --extra demo; pin requirements-dev.txt --extra demo --extra dev; \
	pin requirements-browsers.txt --extra demo --extra dev --extra browsers

readme: $(VENV)/.dev ## Write the table of settings into README.md
	@$(BIN)/python -m tests.readme

machine:
	@deploy/machine.sh "$(PYTHON)"

# One that was interrupted, or lacked pip, is made again.
$(VENV)/.made:
	$(SAY) "Making $(VENV)"
	@test -n "$(PYTHON)" || deploy/machine.sh ""
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.run: requirements-demo.txt | $(VENV)/.made
	$(SAY) "Installing the Python parts (a minute, the first time)"
	@$(PIP) -r requirements-demo.txt | $(PARTS)
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(VENV)/.made
	$(SAY) "Installing the Python parts and the tools"
	@$(PIP) -r requirements-dev.txt | $(PARTS)
	@touch $@ $(VENV)/.run

$(VENV)/.browsers: requirements-browsers.txt | $(VENV)/.made
	$(SAY) "Installing what drives Firefox and WebKitGTK"
	@$(PIP) -r requirements-browsers.txt | $(PARTS)
	@touch $@ $(VENV)/.dev $(VENV)/.run

node_modules/.run: package-lock.json | $(VENV)/.run
	$(SAY) "Bringing the browser's SockJS"
	@test -e node_modules/.dev || $(NPM) ci --ignore-scripts --omit=dev --loglevel=error
	@touch $@

node_modules/.dev: package-lock.json | $(VENV)/.dev
	$(SAY) "Bringing the browser's SockJS and the tools of the browser side"
	@$(NPM) ci --ignore-scripts --loglevel=error
	@touch $@ node_modules/.run
