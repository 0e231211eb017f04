# `make` lists what there is. Every target sets up what it needs; .venv is this project's own.

PORT ?= 8000
ARGS ?=

# The first of these that is new enough and can make a virtual environment.
PYTHON := python3 python3.13 python3.12 python3.11
SUITS := import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))
FOUND = $(or $(shell for python in $(PYTHON); do \
	$$python -c "$(SUITS)" 2>/dev/null && echo $$python && break; done),$(error Stockroom needs Python 3.11 or newer \
	with its venv module (on Debian and Ubuntu: apt install python3-venv); \
	found here: $(or $(shell python3 --version 2>/dev/null),no python3)))
TEMPLATES = find . \( -name .venv -o -name mutants \) -prune -o -name '*.html' -print0 | xargs -0 -r
# Commands that need no database and no keys of this machine.
UNKEYED = DJANGO_SETTINGS_MODULE=tests.settings .venv/bin/python manage.py

.PHONY: help run demo test coverage covered prove bench bench-proof mutants soak races fuzz lint fmt migrations screenshots lock dev

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F'|' '{printf "%-20s%s\n", $$1, $$2}'

run: ## Run Stockroom at http://127.0.0.1:8000/ (PORT=..., DATABASE_URL=postgres://... to change that)
	@$(FOUND) config/install.py runtime
	@.venv/bin/python config/env_file.py
	@.venv/bin/python manage.py prepare
	@exec .venv/bin/python manage.py serve --port "$(PORT)" $(ARGS)

demo: export DATABASE_URL := sqlite:///$(CURDIR)/demo.sqlite3
demo: export PUBLIC_BASE_URL := http://127.0.0.1:$(PORT)
demo: export HTTPS := false
demo: ## Run a shop with a week of invented trade, on demo.sqlite3 (PORT=..., FRESH=1 to make it anew)
	@$(FOUND) config/install.py runtime
	@.venv/bin/python config/env_file.py
	@$(if $(FRESH),rm -f demo.sqlite3 demo.sqlite3-shm demo.sqlite3-wal)
	@.venv/bin/python manage.py prepare
	@.venv/bin/python manage.py demo --fill
	@exec .venv/bin/python manage.py serve --port "$(PORT)" $(ARGS)

test: dev ## Run every test, on SQLite or on DATABASE_URL=postgres://... (ARGS="-k door" to choose)
	@.venv/bin/python -m pytest -p tests.machine -n auto --maxschedchunk 1 $(ARGS)

coverage: dev ## Run every test on SQLite and on DATABASE_URL=postgres://..., and demand every branch of the inner rooms
	@rm -f .coverage .coverage.*
	@DATABASE_URL= COVERAGE_FILE=.coverage.sqlite $(MAKE) test ARGS="--cov --cov-report= $(ARGS)"
	@COVERAGE_FILE=.coverage.postgres $(MAKE) test ARGS="--cov --cov-report= $(ARGS)"
	@$(MAKE) covered

covered: ## Say which branches of the inner rooms the last runs did not try, and fail where there is one
	@.venv/bin/coverage combine --keep .coverage.sqlite .coverage.postgres
	@.venv/bin/coverage report --fail-under=100

prove: dev ## Try the laws on 50,000 random histories of every provider: an hour or two (ARGS="-k square" to choose)
	@PROVE=1 .venv/bin/python -m pytest -p tests.machine -n auto --maxschedchunk 1 \
		tests/laws tests/e2e/test_convergence_over_http.py $(ARGS)

bench: dev ## Time the door, the worker and the pages against contenders, and write docs/benchmarks.md: two hours (ARGS="door --rounds 3")
	@.venv/bin/python -m tests.bench $(ARGS)

bench-proof: dev ## Time the night's proof on a million counts, and the door beside it (ARGS="--counts 100000" for fewer)
	@.venv/bin/python -m tests.bench.proof $(ARGS)

mutants: dev ## Break the pure rooms line by line and count what no test notices: half an hour (ARGS=--again)
	@.venv/bin/python -m tests.strength $(ARGS)

soak: dev ## Kill, cut off and restart everything under load: ten minutes (ARGS="murder --deliveries 100000 --kills 50")
	@.venv/bin/python -m tests.soak $(ARGS)

races: dev ## Let senders, workers and what always fails meet: fifteen minutes (ARGS="same locks poison crowd" to choose)
	@.venv/bin/python -m tests.races $(ARGS)

fuzz: dev ## Send 200,000 hostile requests and 20,000 hostile bodies: ten minutes (ARGS="strangers --requests 5000 --seed 7")
	@.venv/bin/python -m tests.fuzz $(ARGS)

lint: dev ## Check style, format, types, templates and migrations
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	$(TEMPLATES) .venv/bin/djade --check
	$(UNKEYED) makemigrations --check --dry-run

fmt: dev ## Format code and templates
	.venv/bin/ruff check --select I --fix
	.venv/bin/ruff format
	$(TEMPLATES) .venv/bin/djade

migrations: dev ## Write the migrations that the models ask for
	$(UNKEYED) makemigrations $(ARGS)

screenshots: dev ## Take the pictures of README.md and docs/ from the demonstration
	.venv/bin/python docs/screenshots.py

lock: ## Pin requirements/*.in anew with uv (ARGS=--upgrade for newer versions)
	@command -v uv >/dev/null || { echo "make lock needs uv on the PATH" >&2; exit 1; }
	cd requirements && for name in runtime postgres celery dev; do \
		uv pip compile --quiet --universal --generate-hashes --no-strip-extras --no-header --python-version 3.11 \
		$(ARGS) $$name.in -o $$name.txt || exit 1; done

dev: ## Set up .venv for development
	@$(FOUND) config/install.py dev
