PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# LightGBM's threads must not spin where tests share two cores.
export OMP_WAIT_POLICY := PASSIVE

.PHONY: setup demo test check bench soak mutants accept accuracy clean

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

# The laws under ever new seeds, for as long as asked: make soak MINUTES=30, or SECONDS=90; SEED=7 for the first one.
SECONDS ?= $(if $(MINUTES),$(shell expr $(MINUTES) \* 60),600)
soak: setup
	@$(BIN)/python -m tests.properties.machine.soak --seconds $(SECONDS) $(if $(SEED),--seed $(SEED)) $(TESTS)

# Every comparison of times made wrong, one at a time: a test must notice. Some of them: make mutants ONLY='pipeline/at*'
mutants: setup
	@$(BIN)/python -m tests.mutants $(if $(ONLY),--only '$(ONLY)')

# What a release must show on a real history archive: make accept HISTORY=DIR
accept: setup
	@$(BIN)/python -m benchmarks.acceptance $(HISTORY)

# The accuracy page, from a real history archive: make accuracy HISTORY=DIR
ACCURACY_UNTIL := 2025-11-19
accuracy: setup
	@set -e; scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; pretip="$(BIN)/pretip --lake $$scratch/lake"; \
	$$pretip import history $(HISTORY); \
	$$pretip train minutes --until $(ACCURACY_UNTIL) --proxies; \
	$$pretip evaluate page --out docs/accuracy-minutes.md

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache
