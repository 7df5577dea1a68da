# `make help` lists the targets. Everything is made in .venv, target, dist and runs.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
RUN ?= runs/first
GAMES ?=
MODEL ?=
QUICK ?=
JSON ?=
COMPARE ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
MATURIN := env -u CONDA_PREFIX VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/maturin
AS_ROOT := $(shell test "$$(id -u)" = 0 || echo sudo --non-interactive)
BUILD_INPUTS := pyproject.toml Cargo.toml Cargo.lock $(shell find crates -name '*.rs' -o -name Cargo.toml)

.PHONY: build train serve test torture bench bench-page compare signature web-pictures release install check hooks clean help
.DELETE_ON_ERROR:

build: .venv/.built ## Build the release core and install the package into .venv

train: build ## Train a first model and measure it (GAMES=…, RUN=runs/name; goes on with a run that was stopped)
	$(BIN)/shirokuro train --out $(RUN) --resume $(if $(GAMES),--games $(GAMES))

serve: build .venv/.web ## Serve a web page to play against a run's model and to watch its training (RUN=runs/name)
	$(BIN)/shirokuro serve $(RUN)

test: build .venv/.dev .venv/.programs ## Run all tests
	cargo test --workspace --exclude shirokuro-py --locked
	$(BIN)/python -m pytest

torture: build .venv/.dev .venv/.programs ## Run every test of what faults do in its full size, and show a table
	cargo test --package shirokuro-train --locked file
	$(BIN)/python -m pytest --torture --quiet

bench: build ## Measure the promised figures (QUICK=1, JSON=file, COMPARE=file, MODEL=run or file)
	$(BIN)/shirokuro bench $(if $(QUICK),--quick) $(if $(JSON),--json $(JSON)) $(if $(COMPARE),--compare $(COMPARE)) \
		$(if $(MODEL),--model $(MODEL))

signature: build ## Print what fixed searches and a short training come to: the same on every machine
	$(BIN)/shirokuro bench --signature

compare: build .venv/.dev .venv/.programs ## Compare speed and games with other engines (MODEL=run or file)
	$(BIN)/python scripts/compare.py $(if $(MODEL),--model $(MODEL))

bench-page: build .venv/.dev .venv/.programs ## Measure, and renew the figures in docs/benchmarks.md and README.md
	$(BIN)/python scripts/bench_page.py

web-pictures: build .venv/.dev .venv/.programs ## Draw the pictures of the web page in docs/images (MODEL=run)
	$(BIN)/python scripts/web_pictures.py $(MODEL)

release: .venv/.tools ## Build the wheel and the source distribution into dist/
	rm -rf dist
	$(MATURIN) build --release --locked --out dist --interpreter $(BIN)/python
	$(MATURIN) sdist --out dist

install: release ## Install the wheel into the environment of PYTHON
	$(PYTHON) -m pip install --constraint constraints.txt --force-reinstall --no-deps dist/*.whl
	$(PYTHON) -m pip install --constraint constraints.txt dist/*.whl

check: build .venv/.dev ## Run formatters, linters, type checkers and all tests
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- --deny warnings
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/python -m mypy.stubtest shirokuro._core
	$(BIN)/lint-imports
	$(MAKE) test

hooks: .venv/.dev ## Make git run the formatters and linters at each commit
	$(BIN)/pre-commit install

clean: ## Remove everything that was built; runs/ stays
	rm -rf .venv target dist python/shirokuro/*.so .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS='	' read -r target line; do printf '%-10s %s\n' "$$target" "$$line"; done

.venv/pyvenv.cfg:
	@test -n '$(PYTHON)' || { echo 'make: no Python 3.11 or newer with venv was found; name one: make PYTHON=…' >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.tools: .venv/pyvenv.cfg constraints.txt pyproject.toml
	$(PIP) 'maturin>=1.14,<2' numpy rich
	touch $@

.venv/.web: .venv/.tools
	$(PIP) websockets
	touch $@

.venv/.dev: .venv/.tools requirements-dev.txt
	$(PIP) --requirement requirements-dev.txt
	touch $@

# What the tests start beside the package's own program. Quarry and grhino, the package of gtp-rhino, are in
# /usr/games. Where one can't be had, the tests that need it say so and are skipped; in continuous integration that is an error.
TEST_PROGRAMS := strace:strace gtp-rhino:grhino tmux:tmux quarry:quarry Xvfb:xvfb xdotool:xdotool chromium:chromium

.venv/.programs: .venv/pyvenv.cfg .venv/prometheus Makefile
	@missing=; for each in $(TEST_PROGRAMS); do \
		PATH="$$PATH:/usr/games" command -v "$${each%:*}" >/dev/null || missing="$$missing $${each#*:}"; done; \
	test -z "$$missing" || { $(AS_ROOT) apt-get update -qq && \
		$(AS_ROOT) env DEBIAN_FRONTEND=noninteractive apt-get install --yes -qq --no-install-recommends $$missing; } \
		|| { echo "make: missing, and could not be installed:$$missing" >&2; test -z "$$CI"; }
	touch $@

# Unpacked, not installed: Debian's package would start it as a service.
.venv/prometheus: .venv/pyvenv.cfg
	@mkdir -p $@.deb && { cd $@.deb && { apt-get -o APT::Sandbox::User=root download -qq prometheus 2>/dev/null || \
		{ $(AS_ROOT) apt-get update -qq && apt-get -o APT::Sandbox::User=root download -qq prometheus; }; } && \
		dpkg-deb -x prometheus_*.deb ../prometheus; } \
		|| { echo "make: prometheus is missing, and could not be fetched" >&2; test -z "$$CI"; }
	@rm -rf $@.deb; touch -c $@

.venv/.built: .venv/.tools $(BUILD_INPUTS)
	PIP_CONSTRAINT=$(CURDIR)/constraints.txt $(MATURIN) develop --release --locked
	touch $@
