# Everything runs in .venv, which the first target that needs it creates from the lock file.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: demo serve test lint types bench bench-cutout bench-studio lock models clean

demo: $(INSTALLED) models
	$(BIN)/python -m demo

serve: $(INSTALLED) models
	$(BIN)/backcloth serve

test: $(INSTALLED) models lint types
	$(BIN)/pytest

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(INSTALLED)
	$(BIN)/mypy

bench: $(INSTALLED)
	$(BIN)/python -m bench

# Photos with true mattes come from EVAL_CUTOUT_DIR; options in ARGS, for example ARGS="--photos 12".
bench-cutout: $(INSTALLED) models
	$(BIN)/python -m bench.cutout $(ARGS)

# The studio on bench/prompts.txt; ARGS="--cycles" sets four scenes beside a path tracer.
bench-studio: $(INSTALLED) models
	$(BIN)/python -m bench.studio $(ARGS)

# The better cut-out. Where the download fails the service runs on the weights it carries, and says so.
models: $(INSTALLED)
	@$(BIN)/backcloth models pull u2net || echo "U2-Net could not be had; the cut-out preset is floor."

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--custom-compile-command "make lock"

lock:
	$(LOCK) --group dev pyproject.toml -o requirements/dev.txt
	$(LOCK) --group pyproject.toml:build -o requirements/build.txt

clean:
	rm -rf $(VENV) demo-out

$(INSTALLED): requirements/dev.txt requirements/build.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13) and "Python 3.11 to 3.13 is needed, this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@
