# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Relative paths throughout: the checkout may live anywhere, in a directory with spaces too.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

# Another combination: make test PYTHON=python3.12 ANSIBLE_CORE='~=2.20.0' VENV=.venv-2.20
PYTHON ?=
ANSIBLE_CORE ?=
VENV ?= .venv
PORT ?= 8787
SCHEDULES ?= 500
PROFILE ?=
SCALE ?= 1
SECONDS ?= 60
VERSION ?=
ARGS ?=

BUILD := .build
COLLECTION := $(BUILD)/ansible_collections/eventops/cloudflare
REQUIREMENTS := requirements/ansible.txt requirements/dev.txt requirements/test.txt requirements/awx.txt \
  meta/ee-requirements.txt
# About 10 minutes on two cores
TESTS := integration faults-first abuse unit lint docs-lint sdk types
# What test-all adds: other releases of ansible-core, the Automation Platform, browsers, the archive
MORE := faults thorough sanity edges sanity-ends awx browser publish
ENV := $(VENV)/.ready $(COLLECTION)

export ANSIBLE_COLLECTIONS_PATH = $(CURDIR)/$(BUILD)
export PYTHONPATH = $(CURDIR)/$(BUILD)
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# What a visit wrote down: the state table is gone through in that profile, too
export EVENTOPS_PROFILE = $(abspath $(PROFILE))
unexport VIRTUAL_ENV

say = @printf '\n==> %s\n' '$(1)'

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

.PHONY: env
env: $(ENV) ## Make the development environment (.venv) and link the collection into .build

$(VENV)/.ready: $(REQUIREMENTS)
	$(call say,Making the environment $(VENV) with packages from PyPI: about a minute)
	@set -e; \
	for python in $(or $(PYTHON),python3.13 python3.12 python3.11 python3); do \
	  if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	    then found=$$python; break; fi; \
	done; \
	if test -z "$${found-}"; then echo 'No Python >= 3.11 with venv found; choose one: make env PYTHON=...' >&2; exit 1; fi; \
	"$$found" --version; \
	"$$found" -m venv --clear "$(VENV)"
	@"$(VENV)/bin/python" -m pip install -qq --disable-pip-version-check \
	  $(if $(ANSIBLE_CORE),'ansible-core$(ANSIBLE_CORE)',-r requirements/ansible.txt) -r requirements/dev.txt
	@"$(VENV)/bin/ansible" --version | sed -n 1p
	@touch $@

# Ansible finds a collection only as ansible_collections/<namespace>/<name>
$(COLLECTION):
	@mkdir -p $(@D)
	@ln -sfn ../../.. $@

.PHONY: demo
demo: $(ENV) ## Show the collection at work against the simulator
	@"$(VENV)/bin/python" tests/demo.py $(ARGS)

.PHONY: simulator
simulator: $(ENV) ## Run the simulated API (PORT=8787)
	@"$(VENV)/bin/python" tests/simulator --port $(PORT) $(ARGS)

.PHONY: contact
contact: $(ENV) ## Visit the real service with your account (ARGS=--write), and write down what it is like
	@PYTHONPATH=tests "$(VENV)/bin/python" -m contact $(ARGS)

# Two at a time: half of them keep only one core busy. Each one's output comes when it has ended. All are run, even when
# one fails.
together = @"$(VENV)/bin/python" tests/not_run.py --forget; \
  $(MAKE) --no-print-directory --keep-going --jobs=2 --output-sync=target $(1); \
  status=$$?; \
  "$(VENV)/bin/python" tests/not_run.py; \
  if test $$status -eq 0; \
    then printf '\n==> All passed: %s\n' '$(strip $(1))'; \
    else printf '\n==> FAILED: see "***" above\n'; exit 1; fi

.PHONY: test
test: $(ENV) ## Run what finds most mistakes soonest: about 10 minutes on two cores
	$(call together,$(TESTS))
	@printf '    For other releases of ansible-core, the Automation Platform, browsers and the archive: make test-all\n'

.PHONY: test-more
test-more: $(ENV) ## Run what make test leaves for test-all
	$(call together,$(MORE))

.PHONY: test-all
test-all: $(ENV) ## Run all checks and tests below, as the continuous integration does
	@$(MAKE) --no-print-directory --keep-going test test-more

.PHONY: lint
lint: $(ENV) ## Style: ruff, yamllint, ansible-lint, licences, changelog
	$(call say,ruff)
	@ruff check --quiet --output-format concise .
	@ruff format --check --output-format concise .
	$(call say,yamllint)
	@yamllint --strict .
	$(call say,reuse)
	@reuse lint --lines
	$(call say,antsibull-changelog)
	@antsibull-changelog lint
	$(call say,ansible-lint)
	@# It asks each module whether a task's options are valid: those that users set in the environment must be there
	@CLOUDFLARE_ACCOUNT_ID=lint CLOUDFLARE_REALTIME_APP_ID=lint CLOUDFLARE_API_TOKEN=lint \
	  CLOUDFLARE_BASE_URL=https://127.0.0.1:9 ansible-lint --offline --nocolor

.PHONY: types
types: $(ENV) ## Static types: mypy --strict on module_utils, plugin_utils and filters
	$(call say,mypy)
	@cd $(BUILD) && mypy --config-file ../pyproject.toml -p ansible_collections.eventops.cloudflare.plugins.module_utils \
	  -p ansible_collections.eventops.cloudflare.plugins.plugin_utils \
	  -p ansible_collections.eventops.cloudflare.plugins.filter

.PHONY: docs-lint
docs-lint: $(ENV) ## Documentation: what is generated, antsibull-docs on plugins, roles and docs/docsite
	$(call say,The READMEs of roles)
	@"$(VENV)/bin/python" tests/role_readme.py --check
	$(call say,The texts that modules share)
	@"$(VENV)/bin/python" tests/docs_fragments.py --check
	$(call say,antsibull-docs)
	@antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs=all \
	  --disallow-unknown-collection-refs --check-extra-docs-refs $(COLLECTION)

.PHONY: sanity
sanity: $(ENV) ## ansible-test sanity on a copy of the collection
	$(call say,ansible-test sanity)
	@"$(VENV)/bin/python" tests/sanity.py $(ARGS)

.PHONY: sanity-ends
sanity-ends: $(ENV) ## The same with the oldest and the newest ansible-core
	$(call say,ansible-test sanity of the oldest and the newest ansible-core)
	@"$(VENV)/bin/python" tests/cores.py --ends --sanity $(ARGS)

.PHONY: unit
unit: $(ENV) ## Each function by itself
	$(call say,Unit tests)
	@"$(VENV)/bin/python" -m pytest tests/unit -n 2 $(ARGS)

.PHONY: sdk
sdk: $(ENV) ## The simulator answers as the vendor's SDK and the visit (contact) expect
	$(call say,SDK tests)
	@"$(VENV)/bin/python" -m pytest tests/sdk tests/contact $(ARGS)

.PHONY: integration
integration: $(ENV) ## Playbooks: states, reruns, check mode, diff, errors, secrets, on the simulated API
	$(call say,Integration tests)
	@"$(VENV)/bin/python" -m pytest tests/integration -n 2 --dist worksteal -m 'not profiles and not thorough' $(ARGS)

.PHONY: thorough
thorough: $(ENV) ## The same in more ways: as modules, each error, published schedules
	$(call say,Tests in more ways)
	@"$(VENV)/bin/python" -m pytest tests/integration tests/abuse -n 2 --dist worksteal -m 'thorough and not profiles' $(ARGS)

.PHONY: profiles
profiles: $(ENV) ## What takes too long in every profile of the simulator: make test takes the named ones
	$(call say,Every profile)
	@"$(VENV)/bin/python" -m pytest tests/integration -n 2 --dist worksteal -m profiles $(ARGS)

.PHONY: browser
browser: $(ENV) ## Run sheet and report in headless Chromium, skipped where none is installed
	$(call say,Browser tests)
	@"$(VENV)/bin/python" -m pytest tests/browser $(ARGS)

.PHONY: screenshots
screenshots: $(ENV) ## Pictures of run sheet and report into .build/screenshots, with the installed Chromium
	@"$(VENV)/bin/python" tests/screenshots.py

.PHONY: awx
awx: $(ENV) ## The Automation Platform pattern: setup, jobs, surveys, execution environment
	$(call say,Automation Platform tests)
	@"$(VENV)/bin/python" -m pytest tests/awx -n 2 --dist loadfile $(ARGS)

.PHONY: faults
faults: $(ENV) ## Each write once, each result true: random faults, open points, races (SCHEDULES=500)
	$(call say,Faults)
	@FAULTS_SCHEDULES=$(SCHEDULES) "$(VENV)/bin/python" -m pytest tests/faults -n 2 --dist worksteal $(ARGS)

.PHONY: faults-first
faults-first: $(ENV) ## The first part of it
	@FAULTS_STRIDE=244 FAULTS_EVENTS=40 FAULTS_PLAYS=5 $(MAKE) --no-print-directory faults SCHEDULES=150

.PHONY: test-faults
test-faults: $(ENV) ## The same at full length, and bugs put back; writes docs/reliability.md
	$(call say,Faults at full length)
	@"$(VENV)/bin/python" tests/faults $(ARGS)

.PHONY: abuse
abuse: $(ENV) ## No secret shown, no traceback, no file half-written: bad input, kills (SCALE=20: 20 times as much)
	$(call say,Bad input and abuse)
	@EVENTOPS_SCALE=$(SCALE) "$(VENV)/bin/python" -m pytest tests/abuse -n 2 --dist worksteal -m 'not thorough' $(ARGS)

.PHONY: fuzz
fuzz: $(ENV) ## Fuzz what reads foreign data (SECONDS=60 for each), where atheris can be installed
	$(call say,Fuzzing)
	@"$(VENV)/bin/python" tests/abuse/fuzz.py --seconds $(SECONDS) $(ARGS)

.PHONY: audit
audit: $(ENV) ## Known vulnerabilities of what users install; says so where their data cannot be had
	$(call say,pip-audit)
	@"$(VENV)/bin/python" tests/audit.py $(ARGS)

.PHONY: bench
bench: $(ENV) ## Measure, and write docs/performance.md (ARGS=--quick: short, writes nothing)
	@"$(VENV)/bin/python" tests/bench $(ARGS)

.PHONY: cores
cores: $(ENV) ## Tasks on every other ansible-core that can be installed
	$(call say,Other releases of ansible-core)
	@"$(VENV)/bin/python" tests/cores.py $(ARGS)

.PHONY: edges
edges: $(ENV) ## Tasks on the oldest and the newest ansible-core only
	$(call say,The oldest and the newest ansible-core)
	@"$(VENV)/bin/python" tests/cores.py --ends $(ARGS)

.PHONY: format
format: $(ENV) ## Fix what ruff can fix
	@ruff check --fix --exit-zero .
	@ruff format .

.PHONY: readme
readme: $(ENV) ## Write the READMEs of roles from their argument specs
	@"$(VENV)/bin/python" tests/role_readme.py

.PHONY: pattern
pattern: $(ENV) ## Write the files of the Automation Platform pattern that follow from others
	@PYTHONPATH=tests "$(VENV)/bin/python" -m awx.pattern

.PHONY: docs-fragments
docs-fragments: $(ENV) ## Write the texts that modules share into them, from tests/docs_fragments.yml
	@"$(VENV)/bin/python" tests/docs_fragments.py

.PHONY: build
build: $(ENV) ## Build the collection's archive from the last commit into .build
	@PYTHONPATH=tests "$(VENV)/bin/python" -m publish.archive

.PHONY: publish
publish: $(ENV) ## The archive: what is in it, whether Galaxy accepts it, and the command for a release
	$(call say,The archive)
	@"$(VENV)/bin/python" -m pytest tests/publish $(ARGS)

.PHONY: release
release: $(ENV) ## Make the commit, the tag and the archive of a release (VERSION=1.2.0), after all tests
	@PYTHONPATH=tests "$(VENV)/bin/python" -m publish.release '$(VERSION)' $(ARGS)

.PHONY: clean
clean: ## Remove everything that make made
	rm -rf "$(VENV)" $(BUILD) tests/output .mypy_cache .pytest_cache .ruff_cache .hypothesis .ansible
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
