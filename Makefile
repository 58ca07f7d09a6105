# Everything runs in .venv, which the first target that needs it creates from the lock file.
PYTHON ?= python3
VENV := .venv
SUPPLY := $(VENV)-supply
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# WITH=diffusion adds what the diffusion engine needs. TORCH is the build of torch that suits the machine: pip
# takes the CUDA build, gigabytes of it, unless it is shown a smaller one (pip's --find-links or --extra-index-url).
WITH ?=
TORCH ?= torch==2.13.0
INSTALLED := $(VENV)/.installed$(addprefix -,$(WITH))

.PHONY: demo serve test test-hard chaos lint types bench bench-cutout bench-studio bench-diffusion bench-moderation bench-moderation-pictures bench-scale bench-model soak audit licences sbom lock models clean

demo: $(INSTALLED) models
	$(BIN)/python -m demo

serve: $(INSTALLED) models
	$(BIN)/backcloth serve

# Two processes share the suite, file by file in the order of the folders, so that the slow ones begin. Each process
# computes with one thread where a library would take all cores.
WORKERS ?= 2

test: export OMP_NUM_THREADS = 1
# What it starts, a hundred processes, need not compile the service anew, whatever the environment says.
test: export PYTHONDONTWRITEBYTECODE =
test: $(INSTALLED) models lint types
	$(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

# What takes too long for every change: 2000 generated requests an operation, every odd string in every field.
# CORPORA_DIR adds other people's hostile files and strings, see tests/http/test_corpora.py.
test-hard: $(INSTALLED) models
	TEST_HARD=1 SCHEMA_EXAMPLES=2000 $(BIN)/pytest tests/http/test_schema.py tests/http/test_corpora.py tests/security \
		tests/e2e/test_backup.py

# Every fault five times under two hundred jobs each; as root also a full disk.
chaos: $(INSTALLED)
	BACKCLOTH_CHAOS=long $(BIN)/pytest -s tests/e2e/test_chaos.py

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

# The diffusion engine with random weights, on a GPU at the real sizes: make bench-diffusion WITH=diffusion;
# ARGS='--preset klein-regular --settings {"compile":true}'. On a CPU ARGS="--size small".
bench-diffusion: $(INSTALLED)
	PYTHONPATH=tests $(BIN)/python -m bench.diffusion $(ARGS)

# Prompts to refuse and to let pass; the texts come from MODERATION_DATA_DIR (bench/moderation/README.md).
bench-moderation: $(INSTALLED)
	$(BIN)/python -m bench.moderation $(ARGS)

# Harmless photos of one's own, a folder for each kind, come from MODERATION_PICTURES_DIR: how many are refused.
bench-moderation-pictures: $(INSTALLED)
	$(BIN)/python -m bench.moderation.pictures

# Several processes on PostgreSQL under load, each figure beside its goal; ARGS="throughput" for one of them. Nothing
# else should run meanwhile.
bench-scale: $(INSTALLED)
	PYTHONPATH=tests $(BIN)/python -m bench.scale $(ARGS)

# What a cluster of a thousand workers would need, from those figures.
bench-model: $(INSTALLED)
	PYTHONPATH=tests $(BIN)/python -m bench.scale.model $(ARGS)

# Half an hour of mixed load, then whether anything grew; ARGS="--minutes 10".
soak: $(INSTALLED)
	PYTHONPATH=tests $(BIN)/python -m bench.scale.soak $(ARGS)

# The better cut-out. Where the download fails the service runs on the weights it carries, and says so.
models: $(INSTALLED)
	@$(BIN)/backcloth models pull u2net || echo "U2-Net could not be had; the cut-out preset is floor."

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--custom-compile-command "make lock"

# Looks every locked version up in a database of advisories, pypi.org's or an OSV server at AUDIT_OSV_URL. Fails
# for a hole that is known, and where the database could not be asked.
audit: $(SUPPLY)/.installed
	$(SUPPLY)/bin/python -m supply.audit

# Fails for a package of the service whose licence is not allowed; ARGS names more lock files to list.
licences: $(INSTALLED)
	$(BIN)/python -m supply.licences $(ARGS)

# Writes dist/backcloth-VERSION.cdx.json.
sbom: $(INSTALLED) $(SUPPLY)/.installed
	$(BIN)/python -m supply.sbom $(SUPPLY)/bin/cyclonedx-py

lock:
	$(LOCK) --group dev pyproject.toml -o requirements/dev.txt
	$(LOCK) --group pyproject.toml:build -o requirements/build.txt
	$(LOCK) --group pyproject.toml:supply -o requirements/supply.txt
	$(LOCK) --constraints requirements/dev.txt pyproject.toml -o requirements/base.txt
	$(LOCK) --constraints requirements/dev.txt --extra c2pa --extra otel --extra postgres --extra redis \
		pyproject.toml -o requirements/cluster.txt
	$(LOCK) --constraints requirements/dev.txt --group pyproject.toml:training pyproject.toml -o requirements/training.txt
	$(LOCK) --overrides requirements/without-torch.txt --constraints requirements/dev.txt \
		--extra diffusion --group pyproject.toml:torch pyproject.toml -o requirements/diffusion.txt

clean:
	rm -rf $(VENV) $(SUPPLY) demo-out

$(VENV)/.installed: requirements/dev.txt requirements/build.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13) and "Python 3.11 to 3.13 is needed, this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements/build.txt -r requirements/dev.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

$(SUPPLY)/.installed: requirements/supply.txt
	$(PYTHON) -m venv $(SUPPLY)
	$(SUPPLY)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/supply.txt
	touch $@

# Without dependencies, as the lock names all but torch; torch comes last and finds what it needs.
$(VENV)/.installed-diffusion: $(VENV)/.installed requirements/diffusion.txt
	$(PIP) --no-deps --require-hashes -r requirements/diffusion.txt
	$(PIP) '$(TORCH)'
	touch $@
