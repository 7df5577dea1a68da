# `make help` lists the targets. All output goes to .venv, target, dist and runs.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
RUN ?= runs/first
GAMES ?=
MODEL ?=
QUICK ?=
JSON ?=
COMPARE ?=
CPU ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt
MATURIN := env -u CONDA_PREFIX VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/maturin
MARKDOWN := *.md docs examples python/shirokuro/models
AS_ROOT := $(shell test "$$(id -u)" = 0 || echo sudo --non-interactive)
BUILD_INPUTS := pyproject.toml Cargo.toml Cargo.lock $(shell find crates -name '*.rs' -o -name Cargo.toml)
WHEEL_INPUTS := $(BUILD_INPUTS) README.md LICENSE THIRD_PARTY.txt $(shell find python -type f ! -name '*.so' ! -path '*/__pycache__/*')

# Wheels are linked against a glibc old enough for every current system. Wheels for ARM64 are built by a separate compiler, in
# a separate folder; CPU=neoverse-n1 builds one for that processor, which does not run on older ones.
WHEEL := $(MATURIN) build --release --locked --zig --compatibility manylinux_2_28
ARM64_TRIPLE := aarch64-unknown-linux-gnu
ARM64 := PATH="$(CURDIR)/$(BIN):$$PATH" CARGO_TARGET_DIR=$(CURDIR)/target/arm64 \
	RUSTC=$(CURDIR)/.cross/tools/bin/rustc RUSTDOC=$(CURDIR)/.cross/tools/bin/rustdoc \
	CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER=$(CURDIR)/.cross/tools/bin/run-arm64

.PHONY: build train reproduce ship-model serve test rust-tests python-tests packages integration test-arm64 torture races bench \
	bench-page compare signature web-pictures train-picture docs concept-pictures wheel wheel-arm64 release install check lint audit hooks clean help
.DELETE_ON_ERROR:

build: .venv/.built ## Build the release core and install the package into .venv

train: build ## Train a model and measure it, or resume a stopped run (GAMES=…, RUN=runs/name)
	$(BIN)/shirokuro train --out $(RUN) $(if $(wildcard $(RUN)/config.toml),--resume,--preset short) $(if $(GAMES),--games $(GAMES))
	@echo
	@echo 'Play against it in a browser with "make serve$(if $(filter-out runs/first,$(RUN)), RUN=$(RUN))", or here with "$(BIN)/shirokuro play $(RUN)".'

reproduce: build ## Train the model in the box from nothing, and compare its digest with the card's; resumes a stopped run
	$(BIN)/python scripts/ship_model.py reproduce

ship-model: build .venv/.lint ## Put the model of a finished run of its preset into the box (RUN=runs/name)
	$(BIN)/python scripts/ship_model.py ship $(RUN)
	$(BIN)/mdformat python/shirokuro/models/README.md

serve: build .venv/.web ## Serve a web page to play against a run's model and watch its training (RUN=runs/name)
	$(BIN)/shirokuro serve $(RUN)

test: ## Run all tests
	@$(MAKE) --no-print-directory .venv/.tools
	@$(MAKE) --no-print-directory --jobs=3 rust-tests python-tests
	$(BIN)/python -m pytest -m timing $(TIMING)

# The tests of both languages are compiled and run at the same time: maturin compiles for minutes before it installs the package,
# and three processes share the Python tests, which often wait for other programs. Tests of timing then run alone.
# NumPy's own threads would only wait for work.
test python-tests integration: export OPENBLAS_NUM_THREADS := 1
PARALLEL := --numprocesses 3 --dist loadfile --no-loadscope-reorder -m 'not timing'
TIMING = $(shell grep -rl mark.timing --include=*.py tests)
python-tests: build packages
	$(BIN)/python -m pytest $(PARALLEL)
# The output is printed in one piece, because Python tests print theirs at the same time.
RUST_TESTS := cargo test $(if $(CI),--profile ci) --workspace --exclude shirokuro-py --locked
rust-tests:
	$(RUST_TESTS) --no-run
	@MAKEFLAGS= $(RUST_TESTS) >target/rust-tests.txt 2>&1; code=$$?; cat target/rust-tests.txt; exit $$code
# One after another, because each may install packages.
packages:
	@$(MAKE) --no-print-directory .venv/.dev
	@$(MAKE) --no-print-directory .venv/.programs

# The tests of docs/requirements.md, section 12, in its order, and those of the programs, the service and the web page.
INTEGRATION := tests/core tests/documents/test_pages.py::test_every_class_and_function_of_the_core_is_documented \
	tests/runs/test_checkpoints.py tests/training/test_trainer.py tests/training/test_memory.py tests/training/test_session.py \
	tests/training/test_session_settings.py tests/training/test_session_signals.py tests/training/test_convergence.py \
	tests/benchmarks tests/cli/test_programs.py tests/cli/test_ctrl_c.py tests/integration \
	tests/web/test_game_page.py tests/web/test_training_page.py
integration: build packages ## Run the integration tests: the core through Python, whole trainings, programs, service, web page
	cargo test --package shirokuro-train --locked trainer::
	$(BIN)/python -m pytest $(PARALLEL) $(INTEGRATION)
	$(BIN)/python -m pytest -m timing $(INTEGRATION)

torture: build .venv/.dev .venv/.programs ## Run the fault tests at full size, and show a table
	cargo test --package shirokuro-train --locked file
	$(BIN)/python -m pytest --torture --quiet

# The standard library is compiled with ThreadSanitizer as well, which otherwise misses the order that its locks and threads make.
# With little optimisation, because that compiles faster.
RACES := RUSTC=$(CURDIR)/.cross/tools/bin/rustc RUSTC_BOOTSTRAP=1 \
	RUSTFLAGS='-Zsanitizer=thread -Zexternal-clangrt -Clinker=$(CURDIR)/.cross/tools/bin/link-tsan' \
	CARGO_TARGET_DIR=$(CURDIR)/target/races CARGO_PROFILE_TEST_OPT_LEVEL=1
races: .cross/.tools ## Look for data races in the Rust tests with threads, on Debian for x86-64
	$(RACES) cargo test -Zbuild-std --target x86_64-unknown-linux-gnu --package shirokuro-train --lib --locked -- \
		workers:: control:: watchdog:: pending:: fault_injection:: supply:: update:: the_number_of_threads a_stopped_call

bench: build ## Run the benchmarks (QUICK=1, JSON=file, COMPARE=file, MODEL=run or file)
	$(BIN)/shirokuro bench $(if $(QUICK),--quick) $(if $(JSON),--json $(JSON)) $(if $(COMPARE),--compare $(COMPARE)) \
		$(if $(MODEL),--model $(MODEL))

signature: build ## Print the results of fixed searches and a short training, the same on every machine
	$(BIN)/shirokuro bench --signature

compare: build .venv/.dev .venv/.programs ## Compare speed and strength with other engines (MODEL=run or file)
	$(BIN)/python scripts/compare.py $(if $(MODEL),--model $(MODEL))

bench-page: build .venv/.dev .venv/.lint .venv/.programs ## Run the benchmarks, and update docs/benchmarks.md and README.md
	$(BIN)/python scripts/bench_page.py

web-pictures: build .venv/.dev .venv/.programs ## Take the screenshots of the web page for docs/images (MODEL=run)
	$(BIN)/python scripts/web_pictures.py $(MODEL)

train-picture: build .venv/.programs ## Train a first model in a terminal, and take its picture for the README
	$(BIN)/python scripts/train_picture.py

docs: build .venv/.docs ## Build the documentation site in target/site, and check its links
	rm -rf target/site
	$(BIN)/sphinx-build --quiet --fail-on-warning --builder html --conf-dir docs --doctree-dir target/doctrees . target/site
	$(BIN)/python scripts/check_site.py target/site

concept-pictures: build ## Draw the pictures of docs/concepts.md
	$(BIN)/python scripts/concept_pictures.py

wheel: .venv/.release ## Build the wheel for this architecture into dist/
	rm -f dist/*_$(shell uname -m).whl
	PATH="$(CURDIR)/$(BIN):$$PATH" $(WHEEL) --target $(shell uname -m)-unknown-linux-gnu --out dist

wheel-arm64: .cross/.wheel ## Build the wheel for ARM64 into dist/, on Debian for x86-64 (CPU=neoverse-n1: only for this processor)
	@mkdir -p dist && rm -f dist/*_aarch64.whl && cp .cross/wheel/*.whl dist && ls dist/*_aarch64.whl

test-arm64: build .venv/.dev .venv/.release .cross/.site ## Run the tests of the Rust crates and the ARM64 wheel in an emulator (QUICK=1)
	@# An emulated processor is too slow to keep time limits.
	$(ARM64) $(BIN)/cargo-zigbuild test --target $(ARM64_TRIPLE) --workspace --exclude shirokuro-py --locked -- \
		--skip a_time_limit_is_kept_within_a_few_milliseconds --skip a_c_program $(if $(QUICK),--skip trainer:: --skip replay:: --skip file)
	$(BIN)/python -m pytest tests/emulated $(if $(QUICK),-k 'bits or architecture')

release: ## Build and check both wheels and the source distribution in dist/, with an SBOM and hashes
	rm -rf dist
	$(MAKE) wheel wheel-arm64 .cross/.site CPU=
	$(MATURIN) sdist --out dist
	$(BIN)/twine check --strict dist/*
	scripts/check_release.sh $(BIN)/python dist
	cd dist && sha256sum --check SHA256SUMS

install: .venv/.tools ## Build the wheel and install it into the environment of PYTHON
	rm -rf target/install
	$(MATURIN) build --release --locked --out target/install --interpreter $(BIN)/python
	$(PYTHON) -m pip install --constraint constraints.txt --force-reinstall --no-deps target/install/*.whl
	$(PYTHON) -m pip install --constraint constraints.txt target/install/*.whl

check: lint ## Run all formatters, linters, type checkers and tests, and build the documentation site
	$(MAKE) test

lint: build .venv/.dev .venv/.lint ## Run what make check runs, without the tests
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- --deny warnings
	$(BIN)/ruff format --check
	$(BIN)/mdformat --check $(MARKDOWN)
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/python -m mypy.stubtest shirokuro._core
	$(BIN)/lint-imports
	$(MAKE) docs

audit: .venv/.release ## Look for known vulnerabilities of all Python packages
	$(BIN)/pip-audit --strict --disable-pip --no-deps --requirement constraints.txt

hooks: .venv/.dev .venv/.lint ## Install git hooks that run the formatters and linters at each commit
	$(BIN)/pre-commit install

clean: ## Remove all build output; keep runs/
	rm -rf .venv .cross target dist python/shirokuro/*.so .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

help: ## Show this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | while IFS='	' read -r target line; do printf '%-12s %s\n' "$$target" "$$line"; done

.venv/pyvenv.cfg:
	@test -n '$(PYTHON)' || { echo 'make: found no Python 3.11 or newer with venv; name one with make PYTHON=…' >&2; exit 1; }
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

.venv/.lint: .venv/.tools requirements-lint.txt
	$(PIP) --requirement requirements-lint.txt
	touch $@

.venv/.docs: .venv/.tools requirements-docs.txt
	$(PIP) --requirement requirements-docs.txt
	touch $@

.venv/.release: .venv/.tools requirements-release.txt
	$(PIP) --requirement requirements-release.txt
	touch $@

.cross/.tools: scripts/arm64/tools.sh
	scripts/arm64/tools.sh .cross/tools
	touch $@

.cross/.wheel: .cross/.tools .venv/.release $(WHEEL_INPUTS) $(if $(filter-out $(file <.cross/.cpu),x$(CPU)),always)
	rm -rf .cross/wheel
	$(ARM64) $(if $(CPU),RUSTFLAGS='-C target-cpu=$(CPU)') $(WHEEL) --target $(ARM64_TRIPLE) --out .cross/wheel
	printf 'x%s' '$(CPU)' >.cross/.cpu
	touch $@

.cross/.site: .cross/.wheel
	rm -rf .cross/tools/site
	$(PIP) --target .cross/tools/site --only-binary=:all: --python-version 3.11 --implementation cp --abi cp311 --abi abi3 --abi none \
		$(foreach glibc,2_28 2_17,--platform manylinux_$(glibc)_aarch64) --platform manylinux2014_aarch64 \
		.cross/wheel/*.whl numpy pytest hypothesis
	printf 'import sys\nsys.executable = "$(CURDIR)/.cross/tools/bin/python-arm64"\n' >.cross/tools/site/sitecustomize.py
	touch $@

.PHONY: always
always:

# The programs that the tests start, besides the package's own. Quarry and gtp-rhino (from the package grhino) are in
# /usr/games. If one can't be installed, its tests are skipped with a message; in continuous integration, that is an error.
TEST_PROGRAMS := strace:strace gtp-rhino:grhino tmux:tmux systemd-analyze:systemd quarry:quarry Xvfb:xvfb xdotool:xdotool chromium:chromium \
	node:nodejs zsh:zsh fish:fish

.venv/.programs: .venv/pyvenv.cfg .venv/prometheus Makefile
	@missing=; for each in $(TEST_PROGRAMS); do \
		PATH="$$PATH:/usr/games" command -v "$${each%:*}" >/dev/null || missing="$$missing $${each#*:}"; done; \
	test -z "$$missing" || { $(AS_ROOT) apt-get update -qq && \
		$(AS_ROOT) env DEBIAN_FRONTEND=noninteractive apt-get install --yes -qq --no-install-recommends $$missing; } \
		|| { echo "make: could not install missing programs:$$missing" >&2; test -z "$$CI"; }
	touch $@

# Unpacked rather than installed, because Debian's package would start it as a service.
.venv/prometheus: .venv/pyvenv.cfg
	@mkdir -p $@.deb && { cd $@.deb && { apt-get -o APT::Sandbox::User=root download -qq prometheus 2>/dev/null || \
		{ $(AS_ROOT) apt-get update -qq && apt-get -o APT::Sandbox::User=root download -qq prometheus; }; } && \
		dpkg-deb -x prometheus_*.deb ../prometheus; } \
		|| { echo "make: could not download prometheus" >&2; test -z "$$CI"; }
	@rm -rf $@.deb; touch -c $@

.venv/.built: .venv/.tools $(BUILD_INPUTS)
	PIP_CONSTRAINT=$(CURDIR)/constraints.txt $(MATURIN) develop --release --locked
	touch $@
