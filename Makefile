# Everything runs in a virtual environment of its own, made on first use and again when the pinned packages change.
# Another interpreter gets its own environment beside it:   make test PYTHON=python3.13

PYTHON ?= python3
SCENARIOS ?=
TESTS ?=
RUNS ?= 200
SEED ?= 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test check format browser docs bench infra-check soak storm lock package sbom audit clean

VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
VENV := $(if $(filter python3,$(PYTHON)),.venv,.venv-$(VERSION))
BIN := $(VENV)/bin
READY := $(VENV)/.ready-$(VERSION)
SUPPLY := $(VENV)-supply
ROOMS = $(wildcard function_app.py) handlers playbooks responder sandbox tests bench build_tools infra_check
COMPILE := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	--no-emit-index-url --annotation-style line --generate-hashes --no-strip-extras

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-11s %s\n", $$1, $$2 }'

setup: $(READY) ## make the virtual environment

$(READY): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed, but '$(PYTHON)' is $(or $(VERSION),not there)." \
		     "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "'$(PYTHON)' has no venv module; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Setting up $(VENV) with Python $(VERSION) (about a minute)"
	@test -x $(BIN)/python && $(BIN)/python -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != "$(VERSION)")' \
		|| $(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

demo: $(READY) ## repair a failed backup in the sandbox and show it live (SCENARIOS="name ..." for others)
	@$(BIN)/python -m sandbox demo $(SCENARIOS)

test: $(READY) ## run the tests with branch coverage (TESTS="path -k word" for some of them, without)
	$(BIN)/python -m pytest $(or $(TESTS),--cov --cov-report=term)

check: $(READY) ## format, lint, types, licences, and what make audit does
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --python-version $(VERSION) $(ROOMS)
	$(BIN)/pyright --pythonpath $(BIN)/python --pythonversion $(VERSION)
	$(BIN)/python -m build_tools.licences
	@$(MAKE) --no-print-directory audit

format: $(READY) ## format the code and repair what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

browser: ## what the tests in a browser need from npm; Chromium is yours to install (apt install chromium)
	npm ci --prefix tests/browser
	npm ci --prefix tests/infra/kusto

docs: $(READY) ## write what is generated: index, schemas, pages of playbooks, settings and parameters
	$(BIN)/python -m playbooks.index
	$(BIN)/python -m playbooks.schema
	$(BIN)/python -m playbooks.pages
	$(BIN)/python -m responder.schema
	$(BIN)/python -m responder.settings_page > docs/settings.md
	$(BIN)/python -m handlers.openapi > docs/openapi.json
	$(BIN)/python -m responder.doctor.needed infra/roles
	$(BIN)/python -m infra_check.page

bench: $(READY) ## import cost and ARM calls of one incident, as a table
	@$(BIN)/python -m bench

infra-check: $(READY) ## check infra/ without Azure: syntax, names, bodies, settings, roles (ARM_SCHEMAS=folder)
	@$(BIN)/python -m infra_check

soak: $(READY) ## kill the functions host at random moments of 200 scenarios (RUNS=n, SEED=n)
	@$(BIN)/python -m sandbox soak --runs $(RUNS) --seed $(SEED)

storm: $(READY) ## 1,000 failures at once, the functions host killed three times
	@$(BIN)/python -m sandbox storm --vms 1000 --duplicates 10% --kill 3

lock: $(READY) ## resolve requirements*.in into requirements*.txt, pinned and with hashes
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-dev.in -o requirements-dev.txt
	$(COMPILE) requirements-supply.in -o requirements-supply.txt

package: $(READY) ## write dist/app.zip, which is what Azure gets
	@$(BIN)/python -m build_tools.package

sbom: $(SUPPLY)/.ready ## write dist/sbom.cdx.json: what is deployed, with hashes, as CycloneDX
	@mkdir -p dist
	@PYTHONWARNINGS=ignore $(SUPPLY)/bin/cyclonedx-py requirements requirements.txt --pyproject pyproject.toml \
		--output-reproducible --output-format JSON --output-file dist/sbom.cdx.json
	@echo dist/sbom.cdx.json

audit: $(READY) $(SUPPLY)/.ready ## known vulnerabilities of what is deployed (needs the internet), and bandit on the app
	@$(BIN)/python -m build_tools.audit $(SUPPLY)/bin/pip-audit
	@$(SUPPLY)/bin/bandit --quiet --recursive --severity-level medium --confidence-level medium \
		function_app.py handlers playbooks responder

$(SUPPLY)/.ready: requirements-supply.txt
	@$(PYTHON) -m venv --clear $(SUPPLY)
	@$(SUPPLY)/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-supply.txt
	@touch $@

clean: ## remove everything that was made
	rm -rf .venv .venv-* .mypy_cache .pytest_cache .ruff_cache .hypothesis .state .coverage .coverage.* htmlcov dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
