# Everything a checkout needs; each target sets up what it uses.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: attacks bench check clean demo eval eval-twins rules test test-fast test-vendors

demo: $(VENV)/.ready
	$(BIN)/python eval/demo .demo

test: $(VENV)/.ready
	$(BIN)/python -m pytest -n auto --dist worksteal

test-fast: $(VENV)/.ready
	$(BIN)/python -m pytest -n auto --dist worksteal -m 'not slow'

# Both sides of the rules about vendors' clients, in an environment that has these.
test-vendors: .venv-vendors/.ready
	.venv-vendors/bin/python -m pytest -p no:cacheprovider tests/rules/test_same_behaviour.py tests/rules/test_same_on_vendors.py

bench: $(VENV)/.ready
	$(BIN)/python -m eval.bench

attacks: $(VENV)/.ready
	$(BIN)/python -m eval.attacks

# ARGS go to the command: make eval ARGS='--suite locate-micro --jobs 2'
eval: $(VENV)/.ready
	$(BIN)/python -m eval $(ARGS)

# TWINS names the directory of the harness: one script a package.
eval-twins: $(VENV)/.ready
	$(BIN)/python -m eval.convert.table $(TWINS)

check: $(VENV)/.ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m refactor_agent.rulebook.export --check
	$(BIN)/python -m eval.attacks.hazards --check
	$(BIN)/python eval/corpus/check_manifest.py
	$(BIN)/refactor-agent scan agent

rules: $(VENV)/.ready
	$(BIN)/python -m refactor_agent.rulebook.export
	$(BIN)/python -m eval.attacks.hazards

clean:
	rm -rf $(VENV) .venv-vendors .demo

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $@

.venv-vendors/.ready: pyproject.toml
	$(PYTHON) -m venv .venv-vendors
	.venv-vendors/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	.venv-vendors/bin/python -m pip install --quiet --editable . --group dev --group vendors
	touch $@
