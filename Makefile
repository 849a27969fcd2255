# make demo    everything on a fresh machine: environment, program, demo field, window
# make test    lint, types, import contracts and all tests
# make install the program with its window into .venv, nothing else
# make bundle  one folder that brings its own Python and Qt, tried and packed into dist
#
# Needs make and Python >= 3.11 (another one: make PYTHON=/path/to/python). Nothing is written
# outside this folder, but missing system libraries of Qt, and those only where it may.

VENV   ?= .venv
PYTHON ?=
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check -q
# Further words for pytest: make test PYTEST_ARGS="-k store -x"
PYTEST_ARGS ?=

# A run of the tests starts hundreds of processes: none compiles again what another has compiled.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo test bundle release torture lint benchmark fullsize icons manual screenshots clean

help:
	@sed -n '1,4s/^# //p' $(MAKEFILE_LIST)
	@echo "also: make lint, make release, make torture, make benchmark, make fullsize, make icons, make manual, make screenshots, make clean"

# Stamps: installed again only when what is to be installed changes.
$(VENV)/.made-environment: packaging/make-venv.sh
	@packaging/make-venv.sh $(VENV) $(PYTHON)
	@touch $@

$(VENV)/.installed-gui: pyproject.toml $(VENV)/.made-environment
	@echo "installing Lightledger into $(VENV) (a few minutes the first time)"
	@$(PIP) install -e '.[gui]'
	@touch $@

$(VENV)/.installed-dev: pyproject.toml $(VENV)/.made-environment
	@echo "installing Lightledger and its test tools into $(VENV) (a few minutes the first time)"
	@$(PIP) install -e '.[gui,dev]'
	@touch $@ $(VENV)/.installed-gui

install: $(VENV)/.installed-gui

demo: $(VENV)/.installed-gui
	@packaging/system-libraries.sh $(BIN)/python
	@$(BIN)/lightledger demo demo

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Lint, types and import contracts are tests too (tests/test_structure.py). A file of tests stays
# on one processor, where its fixtures are made once.
test: $(VENV)/.installed-dev
	@packaging/system-libraries.sh $(BIN)/python
	$(BIN)/python -m pytest -n auto --dist loadfile $(PYTEST_ARGS)

# 200 kills -9, 1,000 flipped bits, 30 full disks (these as root only), 10,000 objects leafed past in
# the window: some fifteen minutes. The suite does a few of each.
torture: $(VENV)/.installed-dev
	LIGHTLEDGER_TORTURE=1 $(BIN)/python -m pytest tests/faults -n auto --dist loadfile $(PYTEST_ARGS)
	NUMBA_BOUNDSCHECK=1 NUMBA_CACHE_DIR=$(CURDIR)/build/bounds $(BIN)/python -m pytest tests/photometry tests/analysis -n auto --dist loadfile $(PYTEST_ARGS)

benchmark: $(VENV)/.installed-dev
	@packaging/system-libraries.sh $(BIN)/python
	$(BIN)/python -m pytest tests/benchmarks --benchmark-only -s $(PYTEST_ARGS)

# 50,000 objects x 1,200 visits x 40 measurements, written and read in every way: about 52 GB of
# free disk. A hundredth of the objects: make fullsize SCALE=0.01
SCALE  ?= 1
FOLDER ?= build/fullsize
fullsize: $(VENV)/.installed-dev
	@mkdir -p $(FOLDER)
	$(BIN)/python tests/torture/fullsize.py $(FOLDER) --scale $(SCALE) --json $(FOLDER)/figures.json

# What is bundled is what is installed here: an environment of its own, without test tools.
BUNDLING := build/bundle-venv
$(BUNDLING)/.installed: pyproject.toml packaging/make-venv.sh
	@packaging/make-venv.sh $(BUNDLING) $(PYTHON)
	@$(BUNDLING)/bin/python -m pip --disable-pip-version-check -q install -e '.[gui,bundle]'
	@touch $@

bundle: $(BUNDLING)/.installed
	@packaging/system-libraries.sh $(BUNDLING)/bin/python
	$(BUNDLING)/bin/python packaging/bundle.py
	$(BUNDLING)/bin/python packaging/smoke.py build/bundle/lightledger

# Wheel, sdist and bundle, each tried where nothing else is; needs the package index.
release: $(VENV)/.installed-dev bundle
	$(BIN)/python packaging/release.py

# Only after a change of the drawings in packaging/icons.
icons: $(VENV)/.installed-gui
	$(BIN)/python packaging/icons/make_icons.py

# The tables of the manual, from what the program declares; a test says when they are out of date.
manual: $(VENV)/.installed-gui
	$(BIN)/python packaging/manual.py

# Every dock, light and dark, at 1x and 2x, of the demo field; another store: STORE=night.h5
STORE  ?= demo/demo.h5
screenshots: $(VENV)/.installed-gui
	$(BIN)/python packaging/screenshots.py $(STORE) build/screenshots resources/screenshots

# The demo field stays: its store may hold what somebody vetted.
clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks \
	    .import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
