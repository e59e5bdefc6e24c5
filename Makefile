# Everything a person types. Needs Python 3.11 or newer and make; the rest is installed into .venv from the lock file.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
PYTEST_OPTIONS ?= -n 3 --dist loadfile --no-loadscope-reorder
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock"
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Many processes start here; each would compile every module again where the environment forbids to keep the bytecode.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help install demo dev reconcile test chaos histories check bench lock clean \
	check-format check-lint check-types check-imports check-compose check-lock

help:
	@echo "make demo    play real refunds through the whole system and show what happened"
	@echo "make dev     run the whole system until Ctrl-C and print where everything is"
	@echo "make reconcile  compare the running system's books with the gateway's once, and show every difference"
	@echo "make test    run every test"
	@echo "make chaos   kill the worker at every event of a case, and play 2,000 mixtures of faults (about half an hour)"
	@echo "make histories  record the histories that this version of pyproject.toml lacks (never those of a release)"
	@echo "make check   formatting, lint, types, import directions, compose file, lock files"
	@echo "make bench   this system beside a bare Temporal workflow, as ratios"
	@echo "make lock    renew the lock files from pyproject.toml (LOCK_OPTIONS=--upgrade for newer versions)"
	@echo "make clean   remove what was installed and what make dev has kept"

demo: $(INSTALLED)
	@$(BIN)/python -m local.demo

dev: $(INSTALLED)
	@$(BIN)/python -m local.dev

test: $(INSTALLED)
	@$(BIN)/python -m pytest $(PYTEST_OPTIONS)

reconcile: $(INSTALLED)
	@$(BIN)/python -m local.reconcile

chaos: $(INSTALLED)
	@CHAOS=whole CHAOS_EXAMPLES=2000 $(BIN)/python -m pytest -o faulthandler_timeout=0 tests/chaos tests/workflows/test_convergence.py -v -s

histories: $(INSTALLED)
	@$(BIN)/python -m pytest tests/workflows -m branch --record-histories -p no:randomly

bench: $(INSTALLED)
	@$(BIN)/python -m benchmarks

check: check-format check-lint check-types check-imports check-compose check-lock

check-format: $(INSTALLED)
	$(BIN)/ruff format --check --quiet .

check-lint: $(INSTALLED)
	$(BIN)/ruff check --quiet .

check-types: $(INSTALLED)
	$(BIN)/pyright --pythonpath $(BIN)/python

check-imports: $(INSTALLED)
	$(BIN)/lint-imports --no-cache

check-compose: $(INSTALLED)
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

# A lock file that names a registry would bind everybody to it.
check-lock:
	@! grep -nE '[a-z]+://|^--' requirements.lock requirements-runtime.lock || \
		{ echo "a lock file names a registry: renew both with make lock"; exit 1; }

install: $(INSTALLED)

# uv is in the lock too: pip brings it in, checked by its hashes, and uv installs the rest some four times faster.
# Everything is compiled now, so that a library's own syntax warnings cannot show up as errors in a test.
$(INSTALLED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 or newer is needed, and \"$(PYTHON)\" is not: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "installing into $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@awk '/^[^ #]/ { wanted = /^uv==/ } wanted' requirements.lock > $(VENV)/uv.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(VENV)/uv.lock
	@$(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes --python $(BIN)/python requirements.lock || \
		{ echo "uv does not get through to the registry, pip (slower) is tried"; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock; }
	@touch $@

lock: $(INSTALLED)
	$(COMPILE) --group local --group dev $(LOCK_OPTIONS) --output-file requirements.lock pyproject.toml
	$(COMPILE) --constraints requirements.lock --output-file requirements-runtime.lock pyproject.toml

clean:
	rm -rf $(VENV) .local .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
