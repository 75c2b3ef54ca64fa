# make demo     install into .venv, train on digits, draw the curves
# make test     lint, types and tests
# make samples  write the printed samples of README and docs anew, where they no longer agree with the demo
# make bench    measure speed, against the [bench] extra's libraries too; about three quarters of an hour
#
# PYTHON        the interpreter that makes .venv, 3.11 or newer
# TORCH_INDEX   where torch comes from. On Linux, PyPI's torch brings gigabytes of CUDA; the small CPU build is at
#               make demo TORCH_INDEX=https://download.pytorch.org/whl/cpu
# BENCH         options of the comparison: make bench BENCH="--cases A,D --turns 9", BENCH=--quick

PYTHON ?= python3
TORCH_INDEX ?=
BENCH ?=

VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test test-slow check samples bench clean

demo: $(VENV)/installed
	$(BIN)/dropout-lab run configs/digits.yaml
	$(BIN)/dropout-lab plot results/digits
	@echo "Open results/digits/report.html; the curves are in results/digits/plots, the numbers in results/digits/summary.csv."

test: check
	$(BIN)/python -m pytest --quiet --doctest-modules dropout_lab --ignore dropout_lab/kernels/gpu
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

test-slow: $(VENV)/installed-test
	$(BIN)/python -m pytest -m "slow and not gpu"

check: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@find dropout_lab -name '*.py' -exec wc -l {} + | awk '$$1 > 400 && $$2 != "total" \
		{print "note: " $$2 " has " $$1 " lines. Is it still one idea?"}'

samples: $(VENV)/installed
	$(BIN)/python tests/demo/samples.py

bench: $(VENV)/installed-bench
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/demo.py
	$(BIN)/python -m benchmarks.ways
	$(BIN)/python -m benchmarks.kinds
	$(BIN)/python -m benchmarks.compare $(BENCH)
	@echo "docs/benchmarks.md says how these are measured, and holds the tables of the comparison."

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

$(VENV)/installed-bench: $(VENV)/installed
	$(INSTALL) --editable '.[bench]'
	touch $@
