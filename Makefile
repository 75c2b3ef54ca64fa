# make demo     install into .venv, train on digits, draw the curves
# make test     lint, types and tests
# make bench    measure speed
#
# PYTHON        the interpreter that makes .venv, 3.11 or newer
# TORCH_INDEX   where torch comes from. On Linux, PyPI's torch brings gigabytes of CUDA; the small CPU build is at
#               make demo TORCH_INDEX=https://download.pytorch.org/whl/cpu

PYTHON ?= python3
TORCH_INDEX ?=

VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test test-slow check bench clean

demo: $(VENV)/installed
	$(BIN)/dropout-lab run configs/digits.yaml
	$(BIN)/dropout-lab plot results/digits
	@echo "Open results/digits/report.html; the curves are in results/digits/plots, the numbers in results/digits/summary.csv."

test: check
	$(BIN)/python -m pytest --quiet --doctest-modules dropout_lab
	$(BIN)/python -m pytest -n auto --maxprocesses 4

test-slow: $(VENV)/installed-test
	$(BIN)/python -m pytest -m "slow and not gpu"

check: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/installed
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/demo.py
	$(BIN)/python benchmarks/stack.py
	$(BIN)/python benchmarks/kinds.py
	@echo "docs/benchmarks.md says how these are measured and which figures stand."

clean:
	rm -rf $(VENV) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache

# A stamp is touched last, so a failed installation is tried again. Without --no-deps, torch's own dependencies would
# come from TORCH_INDEX too, which does not carry every pinned version.
$(VENV)/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "dropout-lab needs Python 3.11 or newer. Got %d.%d. Name another one: PYTHON=python3.12" % sys.version_info[:2])'
	test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	$(if $(TORCH_INDEX),$(INSTALL) --no-deps --index-url $(TORCH_INDEX) torch)
	$(INSTALL) --editable .
	touch $@

$(VENV)/installed-test: $(VENV)/installed
	$(INSTALL) --editable '.[test]'
	touch $@
