PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# LightGBM's threads must not spin where tests share two cores.
export OMP_WAIT_POLICY := PASSIVE

.PHONY: setup demo test check bench soak accept clean

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (a minute or two, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@$(BIN)/python -m simulation.warm
	@touch $@

demo: setup
	@$(BIN)/pretip demo

check: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

test: check
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile

bench: setup
	@$(BIN)/python -m benchmarks

soak: setup
	@HYPOTHESIS_PROFILE=soak $(BIN)/python -m pytest -q tests/properties

# What a release must show on a real history archive: make accept HISTORY=DIR
accept: setup
	@$(BIN)/python -m benchmarks.acceptance $(HISTORY)

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache
